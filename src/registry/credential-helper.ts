// Docker's credential helpers: programs named docker-credential-<suffix>, which are told what to do in one word and answer in JSON.
import { NotationError } from '../core/error.ts';
import { quoteProvider } from '../core/provider-text.ts';
import type { Credential } from './credential.ts';

export type HelperAction = 'get' | 'store' | 'erase';

/** How a helper's run ended. */
export interface HelperResult {
  readonly succeeded: boolean;
  readonly output: string;
}

/**
 * Other programs of this machine.
 * `find` answers a program's absolute path; undefined when PATH has none. `run` gives it all of `input` and waits, bounded in time and output.
 */
export interface Programs {
  find(name: string): Promise<string | undefined>;
  run(path: string, action: HelperAction, input: string): Promise<HelperResult>;
}

/** The credential store of one helper; `server` is the name that the helper knows the registry by. */
export interface Helper {
  get(server: string): Promise<Credential | undefined>;
  put(server: string, credential: Credential): Promise<void>;
  erase(server: string): Promise<void>;
}

/** What helpers call the user of a refresh token. */
const tokenUser = '<token>';
const nothingKept = 'credentials not found in native keychain';

/** The name of a helper's program. @throws NotationError `CONFIG` when the suffix could lead elsewhere */
export function helperName(suffix: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(suffix)) return `docker-credential-${suffix}`;
  throw new NotationError('CONFIG', `credential helper: expected a plain name, found ${JSON.stringify(suffix.slice(0, 64))}`, {
    hint: 'correct credsStore or credHelpers in config.json: the program is docker-credential-<name>',
  });
}

/** Opens the helper `name`, which is looked up when it is used. */
export function openHelper(name: string, programs: Programs): Helper {
  const run = async (action: HelperAction, input: string) => programs.run(await find(name, programs), action, input);
  return {
    get: async (server) => {
      const { succeeded, output } = await run('get', server);
      if (!succeeded && output.trim() === nothingKept) return undefined;
      if (!succeeded) throw failed(name, 'get', output);
      return credentialIn(output, name);
    },
    put: async (server, credential) => {
      const [username, secret] =
        credential.kind === 'password' ? [credential.username, credential.password] : [tokenUser, credential.token];
      const { succeeded, output } = await run('store', JSON.stringify({ ServerURL: server, Username: username, Secret: secret }));
      if (!succeeded) throw failed(name, 'store', output, [secret]);
    },
    erase: async (server) => {
      const { succeeded, output } = await run('erase', server);
      if (!succeeded && output.trim() !== nothingKept) throw failed(name, 'erase', output);
    },
  };
}

async function find(name: string, programs: Programs): Promise<string> {
  const path = await programs.find(name);
  if (path !== undefined) return path;
  throw new NotationError('CONFIG', `${name}: expected this program in PATH, found none`, {
    hint: 'install it, or correct credsStore and credHelpers in config.json',
  });
}

function credentialIn(output: string, name: string): Credential | undefined {
  const { Username: username, Secret: secret } = parse(output);
  // What it printed instead may be a secret: it is not repeated.
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw new NotationError('UNAVAILABLE', `${name} get: expected Username and Secret in JSON, found something else`);
  }
  if (username === tokenUser) return { kind: 'refresh', token: secret };
  return username === '' && secret === '' ? undefined : { kind: 'password', username, password: secret };
}

function parse(output: string): { readonly Username?: unknown; readonly Secret?: unknown } {
  try {
    return (JSON.parse(output) ?? {}) as { readonly Username?: unknown; readonly Secret?: unknown };
  } catch {
    return {};
  }
}

function failed(name: string, action: HelperAction, output: string, secrets: readonly string[] = []): NotationError {
  const said = quoteProvider(output, secrets);
  return new NotationError('UNAVAILABLE', `${name} ${action}: expected success, found ${said === '' ? 'a failure without words' : said}`, {
    hint: 'run the helper by itself, or choose another with credsStore in config.json',
  });
}
