// Credentials in docker's config.json, and in notation's, which has the same members: auths, credsStore, credHelpers.
import type { JsonObject } from '../core/json.ts';
import type { Credential } from './credential.ts';

const dockerHub = 'https://index.docker.io/v1/';
const dockerNames = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** The name under which credentials of a registry are kept. */
export function serverOf(registry: string): string {
  return dockerNames.includes(registry) ? dockerHub : registry;
}

/** Whether a file says anything of credentials; another file is asked otherwise. */
export function saysCredentials(json: JsonObject): boolean {
  const { credsStore, credHelpers, auths } = json;
  return textOf(credsStore) !== '' || Object.keys(objectOf(credHelpers)).length > 0 || Object.keys(objectOf(auths)).length > 0;
}

/** The suffix of the helper that keeps the registry's credential; empty when the file itself does. */
export function helperOf(json: JsonObject, registry: string): string {
  const helpers = objectOf(json['credHelpers']);
  return [serverOf(registry), registry].map((name) => ownText(helpers, name)).find((text) => text !== '') ?? textOf(json['credsStore']);
}

/** The credential that the file itself holds, in the clear. */
export function plainCredential(json: JsonObject, registry: string): Credential | undefined {
  const entry = objectOf(objectOf(json['auths'])[keyOf(json, registry) ?? '']);
  const [refresh, access] = [textOf(entry['identitytoken']), textOf(entry['registrytoken'])];
  if (refresh !== '') return { kind: 'refresh', token: refresh };
  const { username, password } = nameAndPassword(entry);
  if (username !== '' || password !== '') return { kind: 'password', username, password };
  return access === '' ? undefined : { kind: 'access', token: access };
}

/** The file without the registry's credential; undefined when it has none. */
export function withoutCredential(json: JsonObject, registry: string): JsonObject | undefined {
  const key = keyOf(json, registry);
  if (key === undefined) return undefined;
  return { ...json, auths: Object.fromEntries(Object.entries(objectOf(json['auths'])).filter(([name]) => name !== key)) };
}

/** Old files write keys with a scheme and a path. */
function keyOf(json: JsonObject, registry: string): string | undefined {
  const keys = Object.keys(objectOf(json['auths']));
  const server = serverOf(registry);
  return keys.find((key) => key === server) ?? keys.find((key) => hostOf(key) === registry || (server === dockerHub && key === registry));
}

function hostOf(key: string): string | undefined {
  return key.replace(/^https?:\/\//, '').split('/', 1)[0];
}

/** `auth`, the base64 of name:password, wins over the two in the clear. */
function nameAndPassword(entry: JsonObject): { readonly username: string; readonly password: string } {
  const decoded = Buffer.from(textOf(entry['auth']), 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  if (colon === -1) return { username: textOf(entry['username']), password: textOf(entry['password']) };
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function ownText(object: JsonObject, name: string): string {
  return Object.hasOwn(object, name) ? textOf(object[name]) : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
