import { NotationError, restated, toNotationError } from '../../core/error.ts';
import { withDeadline } from '../../http/deadline.ts';
import { type Credential, credentialOf } from '../../registry/credential.ts';
import { login as loginTo } from '../../registry/login.ts';
import { isRegistry } from '../../registry/reference.ts';
import { chooseLog } from '../../store/log.ts';
import type { ToolContext } from '../context.ts';
import { inputLines } from '../voice/input.ts';
import { askHidden } from '../voice/password.ts';
import { commandCredentialStore, givenCredential, type RegistryWish, reachOf } from './registry.ts';

export interface LoginWish extends RegistryWish {
  readonly server: string;
  readonly passwordStdin: boolean;
}

const commandMs = 120_000;
const guide = 'https://notaryproject.dev/docs/how-to/registry-authentication/';

/** Tries a credential on a registry and saves it. Says what notation says. */
export async function login(wish: LoginWish, context: ToolContext): Promise<number> {
  checkServer(wish.server);
  const credential = readCredential(wish, context);
  const store = await commandCredentialStore(context);
  const outcome = await withDeadline(commandMs, async (deadline) => {
    const log = chooseLog(undefined, 'info', context, { command: 'login' });
    const reach = await reachOf(wish, context, { deadline, log });
    return loginTo(wish.server, credential, { ...reach, store, now: context.now });
  }).catch((cause: unknown) => {
    const error = toNotationError(cause);
    throw restated(error, `failed to log in to ${wish.server}: ${error.message}`);
  });
  if (outcome === 'existing') {
    context.error(
      `Warning: The credentials store is not set up. It is recommended to configure the credentials store to securely store your credentials. See ${guide}\n`,
    );
    context.out('Authenticated with existing credentials\n');
  }
  context.out('Login Succeeded\n');
  return 0;
}

/** Forgets the credential of a registry. One that was not kept is no failure, as in notation. */
export async function logout(server: string, context: ToolContext): Promise<number> {
  checkServer(server);
  const store = await commandCredentialStore(context);
  await store.erase(server);
  context.out('Logout Succeeded\n');
  return 0;
}

function checkServer(server: string): void {
  if (isRegistry(server)) return;
  throw new NotationError('REQUEST', `expected a registry as host or host:port, found ${JSON.stringify(server)}`, {
    hint: 'leave out https:// and the repository',
  });
}

/** What the options and variables do not say is asked for; without a user name the password is a token. */
function readCredential(wish: LoginWish, context: ToolContext): Credential {
  const password = wish.passwordStdin ? passwordIn(context) : wish.password;
  const given = givenCredential({ ...wish, password }, context);
  if (given !== undefined && (given.kind !== 'password' || given.password !== '')) return given;
  const username = given?.kind === 'password' ? given.username : askName(context);
  const asked = askHidden(username === '' ? 'Token: ' : 'Password: ', context);
  const credential = asked === '' ? undefined : credentialOf(username, asked);
  if (credential !== undefined) return credential;
  throw new NotationError('REQUEST', `${username === '' ? 'token' : 'password'} required`, { hint: 'give it with --password-stdin' });
}

function passwordIn({ input }: ToolContext): string {
  const password = inputLines(input).next().value ?? '';
  if (password !== '') return password;
  throw new NotationError('REQUEST', 'password required', { hint: 'write it to standard input, as one line' });
}

function askName({ input, error }: ToolContext): string {
  if (!input.isTerminal()) {
    throw new NotationError('REQUEST', 'expected a user name and a password, found none and no terminal to ask at', {
      hint: 'give them with --username and --password-stdin',
    });
  }
  error('Username: ');
  return (inputLines(input).next().value ?? '').trim();
}
