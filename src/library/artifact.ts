// How calls get to artifacts: registries with the credentials of an instance, layouts by their path.
import { join } from 'node:path';
import { checkNotAborted } from '../core/abort.ts';
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import type { Repository } from '../core/ports.ts';
import type { CredentialSource } from '../registry/credential.ts';
import { dockerConfigOf, statedConfigDirectory } from '../store/directories.ts';
import type { Call, Host } from './host.ts';
import type { Artifact, LayoutArtifact, RegistryArtifact, ScopedArtifact } from './source.ts';

/** An artifact that was found. */
export interface OpenedArtifact {
  readonly repository: Repository;
  readonly descriptor: Descriptor;
}

const exchangeMs = 60_000;
const helperMs = 30_000;

/** Finds an artifact. @throws NotationError `REQUEST`, `NOT_FOUND`, `FILE`, `ACCESS_DENIED`, and the network's */
export async function openArtifact(artifact: Artifact, call: Call): Promise<OpenedArtifact> {
  const { repository, tagOrDigest } = isLayout(artifact) ? await openInLayout(artifact) : await openInRegistry(artifact, call);
  const descriptor = await repository.resolve(tagOrDigest);
  return { repository: endingWith(call.signal, repository), descriptor };
}

/** The repository, `registry/repository`, whose trust policy statement applies. @throws NotationError `REQUEST` */
export async function scopeOf(artifact: ScopedArtifact): Promise<string> {
  if (isLayout(artifact)) return checkScope(artifact);
  const { registry, repository } = await parse(artifact);
  return `${registry}/${repository}`;
}

function checkScope({ scope }: { readonly scope: unknown }): string {
  if (typeof scope === 'string') return scope;
  throw new NotationError('REQUEST', 'artifact: expected the scope of a layout, registry/repository, found none', {
    hint: 'a layout does not say which repository it is a copy of: scope says whose trust policy statement applies',
  });
}

function isLayout<L extends LayoutArtifact>(artifact: RegistryArtifact | L): artifact is L {
  return 'layout' in artifact;
}

/** Nothing is written any more for who called it off. */
function endingWith(signal: AbortSignal | undefined, repository: Repository): Repository {
  const attach: Repository['attach'] = async (...words) => {
    checkNotAborted(signal);
    return repository.attach(...words);
  };
  return { ...repository, attach };
}

interface Opened {
  readonly repository: Repository;
  readonly tagOrDigest: string;
}

async function openInLayout({ layout, tagOrDigest }: LayoutArtifact): Promise<Opened> {
  const { openLayout } = await import('../registry/layout.ts');
  return { repository: await openLayout(layout), tagOrDigest };
}

async function openInRegistry(artifact: RegistryArtifact, call: Call): Promise<Opened> {
  const reference = await parse(artifact);
  const [{ openRegistries }, insecureRegistries] = await Promise.all([import('../registry/open.ts'), insecureRegistriesOf(call.host)]);
  const { host, deadline, http } = call;
  const { credentials = storedCredentials(call), forceReferrersTag = true } = host.registries;
  const open = openRegistries({
    http,
    deadline,
    log: host.log,
    warn: (message) => host.log('warn', message),
    exchangeMs,
    insecure: false,
    insecureRegistries,
    credentials,
    forceReferrersTag,
    now: host.now,
  });
  return { repository: open(reference), tagOrDigest: reference.tagOrDigest };
}

async function parse({ reference }: RegistryArtifact) {
  if (typeof reference === 'string') return (await import('../registry/reference.ts')).parseReference(reference);
  throw new NotationError('REQUEST', 'artifact: expected one with a reference, or a layout and a tagOrDigest, found neither');
}

async function insecureRegistriesOf(host: Host): Promise<readonly string[]> {
  const { insecure = [] } = host.registries;
  const config = statedConfigDirectory(host);
  if (config === undefined) return insecure;
  const { readConfig } = await import('../store/config.ts');
  return [...insecure, ...(await readConfig({ config, libexec: config }, host.files)).insecureRegistries];
}

/** notation's store, then docker's, as notation looks; nobody's where the environment tells of no home. */
function storedCredentials({ host, signal }: Call): CredentialSource {
  const config = statedConfigDirectory(host);
  if (config === undefined) return async () => undefined;
  return async (registry) => {
    const [{ openCredentialStore }, { findProgram, runProgram }, { writeWhole }] = await Promise.all([
      import('../registry/credential-store.ts'),
      import('../store/programs.ts'),
      import('../store/write.ts'),
    ]);
    const store = await openCredentialStore({
      notationConfig: join(config, 'config.json'),
      dockerConfig: dockerConfigOf(host),
      platform: host.platform,
      files: host.files,
      programs: {
        find: (name) => findProgram(name, host),
        run: (path, action, input) => runProgram(path, [action], input, host.environment, helperMs, signal),
      },
      write: (path, content) => writeWhole(path, content, 0o600),
    });
    return store.get(registry);
  };
}
