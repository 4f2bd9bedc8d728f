// The recipes for CI in examples/ci, as each platform reads them: the shell commands that come once an image is pushed, and their environment.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, isMap, parseAllDocuments, type Tags } from 'yaml';

export interface Job {
  readonly shell: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Scripts, each for a shell of its own, in order. */
  readonly scripts: readonly string[];
}

type Variables = Readonly<Record<string, string>>;

const folder = join(import.meta.dirname, '../../examples/ci');
const buildStep = 'Build and push';

/** Path of a recipe. */
export function recipePath(name: string): string {
  return join(folder, name);
}

interface Workflow {
  readonly env: Variables;
  readonly jobs: {
    readonly release: { readonly steps: readonly { readonly name?: string; readonly run?: string; readonly env?: Variables }[] };
  };
}

/** The steps of GitHub's runner; what it fills in between `${{` and `}}` is left to who runs them. */
export function githubJob(name: string): Job {
  const { env, jobs } = read<Workflow>(name);
  const steps = jobs.release.steps.filter((step) => step.name !== buildStep);
  const environment = Object.assign({}, env, ...steps.map((step) => step.env ?? {}));
  return { shell: ['bash', '-e', '-o', 'pipefail'], environment, scripts: steps.flatMap(({ run }) => (run === undefined ? [] : [run])) };
}

interface GitlabJob {
  readonly variables: Variables;
  readonly before_script: readonly (string | readonly [job: string, member: 'before_script'])[];
  readonly script: readonly string[];
}

/** A job of GitLab that extends `.sign`. */
export function gitlabJob(job: string): Job {
  const pipeline = read<Readonly<Record<string, GitlabJob>> & { readonly variables: Variables }>('gitlab-ci.yml', references);
  const [base, own] = [pipeline['.sign'], pipeline[job]];
  if (base === undefined || own === undefined) throw new Error(`gitlab-ci.yml has no ${job}`);
  const before = own.before_script.flatMap((line) => (typeof line === 'string' ? line : (pipeline[line[0]]?.[line[1]] ?? [])));
  const environment = { ...pipeline.variables, ...base.variables, ...own.variables };
  return { shell: ['sh', '-e'], environment, scripts: [[...before, ...base.script].join('\n')] };
}

/** GitLab's `!reference [job, member]`. */
const references: Tags = [{ tag: '!reference', collection: 'seq' }];

interface Pipeline {
  readonly variables: Variables;
  readonly steps: readonly {
    readonly bash?: string;
    readonly displayName: string;
    readonly inputs?: { readonly inlineScript?: string };
    readonly env?: Variables;
  }[];
}

/** The steps of Azure Pipelines. */
export function azureJob(): Job {
  const { variables, steps } = read<Pipeline>('azure-pipelines.yml');
  const later = steps.filter((step) => step.displayName !== buildStep);
  const environment = Object.assign({}, variables, ...later.map((step) => step.env ?? {}));
  return { shell: ['bash'], environment, scripts: later.flatMap(({ bash, inputs }) => bash ?? inputs?.inlineScript ?? []) };
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/** The one step of the Task. */
export function tektonJob(): Job {
  const task = read<{ readonly spec: { readonly steps: readonly [Container & { readonly script: string }] } }>('tekton-task.yaml');
  const [step] = task.spec.steps;
  return { shell: ['sh'], environment: variablesOf(step), scripts: [step.script] };
}

interface KubernetesJob {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly [Container & { readonly args: readonly [string] }] } };
  };
}

/** The container of the Job. */
export function kubernetesJob(name: string): Job {
  const [container] = read<KubernetesJob>(name).spec.template.spec.containers;
  return { shell: ['sh', '-e'], environment: variablesOf(container), scripts: container.args };
}

function variablesOf({ env }: Container): Variables {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

/** The last document of a file, which is the one with the work in it. */
function read<T>(name: string, customTags: Tags = []): T {
  const documents: readonly Document[] = [...parseAllDocuments(readFileSync(recipePath(name), 'utf8'), { customTags })];
  const last = documents.at(-1);
  if (last === undefined || last.errors.length > 0 || !isMap(last.contents))
    throw new Error(`${name}: expected YAML, found ${last?.errors}`);
  return last.toJS() as T;
}
