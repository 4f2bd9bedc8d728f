// Takes the checks that give verdicts away, one by one, and reports each that no test misses.
// `npm run mutations` takes all; `npm run mutations -- src/x509/chain/profile.ts` those of some files.
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Baseline, measure } from './mutations/coverage.ts';
import { type Equivalent, equivalents } from './mutations/equivalent.ts';
import { importsAny } from './mutations/imports.ts';
import { type Mutation, mutationsOf } from './mutations/mutation.ts';
import { withSyntax } from './mutations/syntax.ts';
import { copyTree, type Tree } from './mutations/tree.ts';
import { tryTest } from './mutations/trial.ts';

const root = join(import.meta.dirname, '..');

/** Where the verdicts are made. */
const judges = [
  'src/verify/*.ts',
  'src/protocol/hosted/verification.ts',
  'src/protocol/verification-request.ts',
  'src/plugin/{verify-signature,critical-attributes}.ts',
  'src/sign/generate.ts',
  'src/policy/*.ts',
  'src/envelope/integrity.ts',
  'src/x509/chain/profile.ts',
  'src/x509/chain/anchor.ts',
  'src/x509/*/check.ts',
  'src/x509/*/signer.ts',
  'src/x509/chain/{restriction,name-constraints}.ts',
  'src/revocation/{ask,crl,ocsp}.ts',
];

/** A mutated test may run for ever. */
const limitOf = (ms: number) => 20_000 + 10 * ms;
const baselineLimitMs = 300_000;

interface Result {
  readonly mutation: Mutation;
  /** The test file that noticed, by a failure or by not ending; undefined when none did. */
  readonly noticed?: { readonly test: string; readonly end: 'failed' | 'late' } | undefined;
  readonly equivalent?: Equivalent;
}

const wanted = process.argv.slice(2);
const files = (wanted.length > 0 ? wanted : judges.flatMap((pattern) => globSync(pattern, { cwd: root }))).toSorted();
const mutations = withSyntax(root, (read) => files.flatMap((file) => mutationsOf(file, read(file))));
const trees = Array.from({ length: Math.min(2, availableParallelism()) }, () => copyTree(root));
/** The tests that noticed the most are asked first, then the quickest. */
const noticedBy = new Map<string, number>();

async function measureAll(): Promise<readonly Baseline[]> {
  const tests = globSync('test/{unit,vectors}/**/*.test.ts', { cwd: root }).filter((test) => importsAny(root, test, new Set(files)));
  const baselines = await shared(tests, (test, tree) => measure(tree.root, test, files, baselineLimitMs));
  for (const { test } of baselines.filter(({ passed }) => !passed)) print(`left out, as it fails by itself: ${test}`);
  const useful = baselines.filter(({ passed, runs }) => passed && mutations.some(({ file, start }) => runs(file, start)));
  print(`${useful.length} of ${tests.length} test files run them, in ${seconds(useful.reduce((sum, { ms }) => sum + ms, 0))}`);
  return useful;
}

async function judge(mutation: Mutation, tree: Tree, baselines: readonly Baseline[]): Promise<Result> {
  const equivalent = equivalents.find((one) => isSame(one, mutation));
  if (equivalent) return { mutation, equivalent };
  const tests = baselines
    .filter(({ runs }) => runs(mutation.file, mutation.start))
    .toSorted((a, b) => score(b, mutation) - score(a, mutation) || a.ms - b.ms);
  const noticed = await tree.mutated(mutation, async () => {
    for (const { test, ms } of tests) {
      const { end } = await tryTest(tree.root, test, limitOf(ms));
      if (end !== 'passed') return { test, end };
    }
    return undefined;
  });
  const key = `${mutation.file} ${noticed?.test}`;
  noticedBy.set(key, (noticedBy.get(key) ?? 0) + 1);
  const result = { mutation, noticed };
  if (noticed === undefined) print(lineOf(result));
  return result;
}

function score({ test, ms }: Baseline, { file }: Mutation): number {
  return (noticedBy.get(`${file} ${test}`) ?? 0) / (1 + ms / 1000);
}

function isSame(one: Equivalent, { file, before, after }: Mutation): boolean {
  return one.file === file && one.before === before && one.after === after;
}

function report(results: readonly Result[]): number {
  for (const file of files) print(`${file}: ${countsOf(results.filter(({ mutation }) => mutation.file === file))}`);
  const stale = equivalents.filter((one) => files.includes(one.file) && !mutations.some((mutation) => isSame(one, mutation)));
  for (const { file, before } of stale) print(`no such mutation any more: ${file}: ${before}`);
  const survivors = results.filter(({ noticed, equivalent }) => noticed === undefined && !equivalent);
  for (const survivor of survivors) print(lineOf(survivor));
  print(`${countsOf(results)}, in ${seconds(performance.now())}`);
  return survivors.length + stale.length === 0 ? 0 : 1;
}

function countsOf(results: readonly Result[]): string {
  const equivalent = results.filter((result) => result.equivalent).length;
  const noticed = results.filter((result) => result.noticed).length;
  const late = results.filter((result) => result.noticed?.end === 'late').length;
  const unnoticed = results.length - noticed - equivalent;
  return `${results.length} mutations: ${noticed} noticed${late > 0 ? ` (${late} by not ending)` : ''}, ${equivalent} equivalent, ${unnoticed} unnoticed`;
}

function lineOf({ mutation: { file, line, before, after } }: Result): string {
  return `UNNOTICED ${file}:${line}: ${before} => ${after === '' ? '(nothing)' : after}`;
}

/** Each item by whichever tree is free. */
async function shared<Item, Answer>(items: readonly Item[], work: (item: Item, tree: Tree) => Promise<Answer>): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const queue = [...items.entries()];
  const workers = trees.map(async (tree) => {
    for (let next = queue.shift(); next; next = queue.shift()) answers[next[0]] = await work(next[1], tree);
  });
  await Promise.all(workers);
  return answers;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

// The copies go, however this ends.
process.on('exit', () => {
  for (const tree of trees) tree.remove();
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(1));

print(`${mutations.length} mutations of ${files.length} files`);
const baselines = await measureAll();
process.exitCode = report(await shared(mutations, (mutation, tree) => judge(mutation, tree, baselines)));
