// Credentials in docker's config.json, and in notation's, which has the same members: auths, credsStore, credHelpers.
import { NotationError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import type { Credential } from './credential.ts';

const dockerHub = 'https://index.docker.io/v1/';
const dockerNames = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** The name under which credentials of a registry are kept. */
export function serverOf(registry: string): string {
  return dockerNames.includes(registry) ? dockerHub : registry;
}

/** Whether a file says anything of credentials; another file is asked otherwise. @throws NotationError `CONFIG` when its auths are none */
export function saysCredentials(json: JsonObject): boolean {
  const { credsStore, credHelpers } = json;
  return textOf(credsStore) !== '' || Object.keys(objectOf(credHelpers)).length > 0 || Object.keys(authsOf(json)).length > 0;
}

/** The suffix of the helper that keeps the registry's credential; empty when the file itself does. */
export function helperOf(json: JsonObject, registry: string): string {
  const helpers = objectOf(json['credHelpers']);
  return [serverOf(registry), registry].map((name) => ownText(helpers, name)).find((text) => text !== '') ?? textOf(json['credsStore']);
}

/**
 * The credential that the file itself holds, in the clear.
 * @throws NotationError `CONFIG` when the registry's entry is malformed: without its credential a request would fail for another reason
 */
export function plainCredential(json: JsonObject, registry: string): Credential | undefined {
  const key = keyOf(json, registry);
  if (key === undefined) return undefined;
  const member = readerOf(authsOf(json)[key], registry);
  const [refresh, access] = [member('identitytoken'), member('registrytoken')];
  if (refresh !== '') return { kind: 'refresh', token: refresh };
  const { username, password } = nameAndPassword(member, registry);
  if (username !== '' || password !== '') return { kind: 'password', username, password };
  return access === '' ? undefined : { kind: 'access', token: access };
}

/** The file without the registry's credential; undefined when it has none. */
export function withoutCredential(json: JsonObject, registry: string): JsonObject | undefined {
  const key = keyOf(json, registry);
  if (key === undefined) return undefined;
  return { ...json, auths: Object.fromEntries(Object.entries(authsOf(json)).filter(([name]) => name !== key)) };
}

/** Old files write keys with a scheme and a path. */
function keyOf(json: JsonObject, registry: string): string | undefined {
  const keys = Object.keys(authsOf(json));
  const server = serverOf(registry);
  return keys.find((key) => key === server) ?? keys.find((key) => hostOf(key) === registry || (server === dockerHub && key === registry));
}

function hostOf(key: string): string | undefined {
  return key.replace(/^https?:\/\//, '').split('/', 1)[0];
}

function authsOf({ auths }: JsonObject): JsonObject {
  if (auths === undefined || auths === null || isObject(auths)) return objectOf(auths);
  throw malformed('expected auths to be an object, by registry, found something else');
}

type Member = (name: string) => string;

/** Reads the texts of a registry's entry; one that is not there is empty. */
function readerOf(entry: unknown, registry: string): Member {
  if (entry !== null && !isObject(entry))
    throw malformed(`expected the entry of ${registry} in auths to be an object, found something else`);
  const members = objectOf(entry);
  return (name) => {
    const value = members[name] ?? '';
    if (typeof value === 'string') return value;
    throw malformed(`expected ${name} of ${registry} in auths to be a text, found something else`);
  };
}

/** `auth`, the base64 of name:password, wins over the two in the clear. */
function nameAndPassword(member: Member, registry: string): { readonly username: string; readonly password: string } {
  const [auth, username, password] = [member('auth'), member('username'), member('password')];
  if (auth === '') return { username, password };
  const bytes = Buffer.from(auth, 'base64');
  const decoded = bytes.toString('utf8').replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  // What it holds is not repeated.
  if (colon === -1 || bytes.toString('base64') !== auth)
    throw malformed(`expected auth of ${registry} in auths to be the base64 of name:password, found something else`);
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function malformed(problem: string): NotationError {
  return new NotationError('CONFIG', `config.json: ${problem}`, { hint: 'log in to the registry anew, or put the file right' });
}

function ownText(object: JsonObject, name: string): string {
  return Object.hasOwn(object, name) ? textOf(object[name]) : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
