// Names that are known on this machine. Nothing here asks a network, and what cannot be read knows no names: whoever completes a word is told nothing.
import { join } from 'node:path';
import { type Directories, directoriesOf, dockerConfigOf, type Surroundings } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { namesIn } from '../../store/entry.ts';
import type { TrustStoreType } from '../../x509/chain/anchor.ts';

/** Something that a word may become, and what it is. */
export interface Name {
  readonly value: string;
  readonly says: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

const fileLimit = 4 << 20;
const storeTypes: readonly string[] = ['ca', 'signingAuthority', 'tsa'] satisfies readonly TrustStoreType[];
const noMembers: JsonObject = {};

/** The keys in signingkeys.json. What the plugin of a key is told stays there. */
export async function keyNames(surroundings: Surroundings): Promise<readonly Name[]> {
  const list = await readJson(join(directoriesOf(surroundings).config, 'signingkeys.json'));
  return objectsIn(list['keys']).map((key) => {
    const place = textOf(key['id']) || textOf(key['keyPath']);
    return { value: textOf(key['name']), says: list['default'] === key['name'] ? `the default key, ${place}` : place };
  });
}

/** The ids of the keys in signingkeys.json. */
export async function keyIds(surroundings: Surroundings): Promise<readonly Name[]> {
  const list = await readJson(join(directoriesOf(surroundings).config, 'signingkeys.json'));
  return objectsIn(list['keys']).map((key) => ({ value: textOf(key['id']), says: `key ${textOf(key['name'])}` }));
}

/** The folders of plugins. */
export function installedPlugins(surroundings: Surroundings): readonly Name[] {
  const names = folderNames(join(directoriesOf(surroundings).libexec, 'plugins'));
  return names.map((value) => ({ value, says: 'installed plugin' }));
}

/** The named stores of a type, or of all three. */
export function storeNames(surroundings: Surroundings, type: string | undefined): readonly (Name & { readonly type: string })[] {
  const types = storeTypes.filter((one) => type === undefined || one === type);
  const stores = (one: string) => folderNames(storeFolder(directoriesOf(surroundings), one));
  return types.flatMap((one) => stores(one).map((value) => ({ value, says: `trust store of type ${one}`, type: one })));
}

/** The files of a named store; none of what is no name of a store. */
export function certificateNames(surroundings: Surroundings, type: string, store: string): readonly Name[] {
  if (!storeTypes.includes(type) || !/^(?!\.+$)[\w.-]+$/.test(store)) return [];
  const files = folderNames(join(storeFolder(directoriesOf(surroundings), type), store));
  return files.map((value) => ({ value, says: `in ${type}:${store}` }));
}

/** The statements of the trust policy for blobs. */
export async function blobStatements(surroundings: Surroundings): Promise<readonly Name[]> {
  const policy = await readJson(join(directoriesOf(surroundings).config, 'trustpolicy.blob.json'));
  return objectsIn(policy['trustPolicies']).map((statement) => ({
    value: textOf(statement['name']),
    says: 'statement of the trust policy for blobs',
  }));
}

/** The repositories that the trust policy for artifacts names. */
export async function repositories(surroundings: Surroundings): Promise<readonly Name[]> {
  const { config } = directoriesOf(surroundings);
  const policies = await Promise.all(['trustpolicy.oci.json', 'trustpolicy.json'].map((name) => readJson(join(config, name))));
  return policies
    .flatMap((policy) => objectsIn(policy['trustPolicies']))
    .flatMap((statement) => {
      const scopes = Array.isArray(statement['registryScopes']) ? statement['registryScopes'].map(textOf) : [];
      return scopes.filter((scope) => scope.includes('/')).map((value) => ({ value, says: `statement ${textOf(statement['name'])}` }));
    });
}

/** The registries that notation's and docker's config.json name, and those of the trust policy. */
export async function registries(surroundings: Surroundings): Promise<readonly Name[]> {
  const paths = [join(directoriesOf(surroundings).config, 'config.json'), dockerConfigOf(surroundings)];
  const files = await Promise.all(paths.map((path) => (path === undefined ? noMembers : readJson(path))));
  const loggedIn = files
    .flatMap((file) => [...Object.keys(objectOf(file['auths'])), ...Object.keys(objectOf(file['credHelpers']))])
    .map(hostOf);
  const trusted = (await repositories(surroundings)).map(({ value }) => hostOf(value));
  const hosts = new Map([
    ...trusted.map((host) => [host, 'in the trust policy'] as const),
    ...loggedIn.map((host) => [host, 'in config.json'] as const),
  ]);
  return [...hosts].map(([value, says]) => ({ value, says }));
}

/** The tags in an OCI layout; undefined where the folder is none. */
export async function layoutTags(folder: string): Promise<readonly string[] | undefined> {
  const index = await readJson(join(folder, 'index.json'));
  if (!Array.isArray(index['manifests'])) return undefined;
  const tags = objectsIn(index['manifests']).map(({ annotations }) => textOf(objectOf(annotations)['org.opencontainers.image.ref.name']));
  return [...new Set(tags)].filter((tag) => tag !== '');
}

/** Old files of docker's write registries with a scheme and a path. */
function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, '').split('/', 1)[0] ?? '';
}

function storeFolder({ config }: Directories, type: string): string {
  return join(config, 'truststore', 'x509', type);
}

function folderNames(folder: string): readonly string[] {
  try {
    return namesIn(folder, folder);
  } catch {
    return [];
  }
}

async function readJson(path: string): Promise<JsonObject> {
  try {
    return objectOf(JSON.parse(Buffer.from(await disk.read(path, path, fileLimit)).toString('utf8')));
  } catch {
    return {};
  }
}

function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
