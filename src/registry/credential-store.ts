// Where credentials are kept, in notation's order: notation's config.json, docker's, the platform's own helper, notation's again.
import { NotationError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import type { Files } from '../core/ports.ts';
import type { Credential } from './credential.ts';
import { helperOf, plainCredential, saysCredentials, serverOf, withoutCredential } from './credential-file.ts';
import { helperName, openHelper, type Programs } from './credential-helper.ts';

export interface CredentialPlaces {
  /** notation's config.json. */
  readonly notationConfig: string;
  /** docker's config.json; undefined where there is no home. */
  readonly dockerConfig: string | undefined;
  readonly platform: string;
  readonly files: Files;
  readonly programs: Programs;
  /** Writes a whole file, which only its user may read. */
  readonly write: (path: string, content: string) => Promise<void>;
}

export interface CredentialStore {
  get(registry: string): Promise<Credential | undefined>;
  /** Where `get` looks: the path of a file, or the name of a credential helper. */
  place(registry: string): string;
  /** Whether the credential was saved: it is not without a helper, for the file would hold it in the clear. */
  put(registry: string, credential: Credential): Promise<boolean>;
  erase(registry: string): Promise<void>;
}

const configLimit = 1 << 20;

/**
 * Opens the one store that holds for this user.
 * @throws NotationError `FILE`, `CONFIG` when a config.json is no JSON
 */
export async function openCredentialStore(places: CredentialPlaces): Promise<CredentialStore> {
  const own = await readConfig(places.notationConfig, places.files);
  if (saysCredentials(own)) return fileStore(places.notationConfig, own, places);
  const { dockerConfig } = places;
  const docker = dockerConfig === undefined ? {} : await readConfig(dockerConfig, places.files);
  if (dockerConfig !== undefined && saysCredentials(docker)) return fileStore(dockerConfig, docker, places);
  const native = await nativeHelper(places);
  return native === undefined ? fileStore(places.notationConfig, own, places) : helperStore(native, places.programs);
}

function fileStore(path: string, json: JsonObject, { programs, write }: CredentialPlaces): CredentialStore {
  const delegate = (registry: string) => {
    const suffix = helperOf(json, registry);
    return suffix === '' ? undefined : helperStore(helperName(suffix), programs);
  };
  return {
    get: async (registry) => delegate(registry)?.get(registry) ?? plainCredential(json, registry),
    place: (registry) => delegate(registry)?.place(registry) ?? path,
    put: async (registry, credential) => (await delegate(registry)?.put(registry, credential)) ?? false,
    erase: async (registry) => {
      const helper = delegate(registry);
      if (helper !== undefined) return helper.erase(registry);
      const without = withoutCredential(json, registry);
      if (without !== undefined) await write(path, `${JSON.stringify(without, undefined, '\t')}\n`);
    },
  };
}

function helperStore(name: string, programs: Programs): CredentialStore {
  const helper = openHelper(name, programs);
  return {
    get: (registry) => helper.get(serverOf(registry)),
    place: () => name,
    put: async (registry, credential) => {
      await helper.put(serverOf(registry), credential);
      return true;
    },
    erase: (registry) => helper.erase(serverOf(registry)),
  };
}

/** The helper that fits the platform, when it is there. */
async function nativeHelper({ platform, programs }: CredentialPlaces): Promise<string | undefined> {
  const suffix = platform === 'darwin' ? 'osxkeychain' : platform === 'win32' ? 'wincred' : await linuxSuffix(programs);
  const name = helperName(suffix);
  return (await programs.find(name)) === undefined ? undefined : name;
}

async function linuxSuffix(programs: Programs): Promise<string> {
  return (await programs.find('pass')) === undefined ? 'secretservice' : 'pass';
}

async function readConfig(path: string, files: Files): Promise<JsonObject> {
  if ((await files.look(path)) === undefined) return {};
  const text = Buffer.from(await files.read(path, 'config.json', configLimit)).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Told below; what stands in it is not repeated.
  }
  throw new NotationError('CONFIG', `config.json (${path}): expected a JSON object, found something else`, {
    hint: 'put the file right: credentials are looked up in it',
  });
}
