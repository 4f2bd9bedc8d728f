// The token that every request carries: one that is there already, or one that logging in gives.
import { NotationError } from '../../core/error.ts';
import type { KeyContext } from '../provider.ts';
import { type Variable, type VaultPlace, variablesOf } from './place.ts';

/** How a token is had. */
export type TokenSource =
  /** `from` says where it was found, for people. */
  | { readonly method: 'token'; readonly token: string; readonly from: string }
  /** An agent adds a token of its own. */
  | { readonly method: 'agent' }
  /** Exchanged for one at `auth/{mount}/login`. */
  | { readonly method: 'login'; readonly path: string; readonly request: Readonly<Record<string, string>> };

const methods = ['token', 'approle', 'kubernetes', 'jwt'] as const;
const fileLimit = 64 << 10;
/** Where Kubernetes puts a pod's own token. */
const podToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * Finds what a token is had by, without asking the server.
 * @throws NotationError `CONFIG` for a method that is unknown or lacks something, `FILE`, `ACCESS_DENIED` when there is no token
 */
export async function findTokenSource(place: VaultPlace, context: KeyContext): Promise<TokenSource> {
  const { text } = context.settings;
  const method = methods.find((one) => one === (text.vault_auth ?? 'token'));
  if (method === undefined) throw new NotationError('CONFIG', `plugin config vault_auth: expected ${methods.join(', ')}, found another`);
  if (method === 'token') return findToken(place, variablesOf(place.product, context.environment), context);
  const path = `auth/${mountOf(text.vault_auth_mount ?? method)}/login`;
  if (method === 'approle') return { method: 'login', path, request: await approle(context) };
  return { method: 'login', path, request: { role: wanted(text.vault_role, 'vault_role', method), jwt: await jwt(method, context) } };
}

async function findToken(place: VaultPlace, variable: Variable, { settings, environment, files }: KeyContext): Promise<TokenSource> {
  const { vault_token_file: file } = settings.text;
  if (file !== undefined) return { method: 'token', token: await readSecret(file, 'vault_token_file', files), from: file };
  const token = variable('TOKEN');
  if (token !== undefined) return { method: 'token', token: printable(token, 'VAULT_TOKEN'), from: 'the environment' };
  const helper = `${environment['HOME'] || environment['USERPROFILE'] || ''}/.vault-token`;
  if ((await files.look(helper)) !== undefined) return { method: 'token', token: await readSecret(helper, 'token', files), from: helper };
  if (place.isAgent) return { method: 'agent' };
  throw new NotationError('ACCESS_DENIED', `${place.product}: expected a token, found none`, {
    hint: `set ${place.product === 'OpenBao' ? 'BAO_TOKEN' : 'VAULT_TOKEN'}, log in with the ${place.product} program, or set the plugin config option vault_auth`,
  });
}

async function approle({ settings: { text }, environment, files }: KeyContext): Promise<Readonly<Record<string, string>>> {
  const role = wanted(text.vault_role_id ?? environment['VAULT_ROLE_ID'], 'vault_role_id', 'approle');
  const variable = text.vault_secret_id_env ?? 'VAULT_SECRET_ID';
  const secret =
    text.vault_secret_id_file === undefined
      ? environment[variable]
      : await readSecret(text.vault_secret_id_file, 'vault_secret_id_file', files);
  // A role may be bound to addresses alone, and want no secret.
  return { role_id: role, ...(secret !== undefined && secret !== '' && { secret_id: printable(secret, variable) }) };
}

async function jwt(method: 'kubernetes' | 'jwt', { settings: { text }, environment, files }: KeyContext): Promise<string> {
  if (text.vault_jwt_env !== undefined) return printable(wanted(environment[text.vault_jwt_env], 'vault_jwt_env', method), 'vault_jwt_env');
  const path = text.vault_jwt_file ?? (method === 'kubernetes' ? podToken : undefined);
  return readSecret(wanted(path, 'vault_jwt_file', method), 'vault_jwt_file', files);
}

async function readSecret(path: string, what: string, files: KeyContext['files']): Promise<string> {
  return printable(
    Buffer.from(await files.read(path, what, fileLimit))
      .toString('utf8')
      .trim(),
    what,
  );
}

/** What goes into a header must not end it. */
function printable(text: string, what: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new NotationError('CONFIG', `${what}: expected a token of visible characters, found ${text === '' ? 'nothing' : 'something else'}`);
}

function wanted(value: string | undefined, option: string, method: string): string {
  if (value !== undefined && value !== '') return value;
  throw new NotationError('CONFIG', `plugin config ${option}: expected a value with vault_auth=${method}, found none`, {
    hint: `set the option ${option}`,
  });
}

function mountOf(text: string): string {
  const mount = text.replace(/^\/+|\/+$/g, '');
  if (/^[\w-]+(?:\/[\w-]+)*$/.test(mount)) return mount;
  throw new NotationError('CONFIG', 'plugin config vault_auth_mount: expected a path as in team/approle, found something else');
}
