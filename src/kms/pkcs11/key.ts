// One key of one token, opened: which module, whose PIN, and what the token tells of the key.
import { NotationError } from '../../core/error.ts';
import type { KeyContext } from '../provider.ts';
import { firstLineOf, unsetVariable } from '../secret-option.ts';
import type { Opened } from './conversation.ts';
import { type ModuleProcess, startModule } from './process.ts';
import type { Pkcs11Uri } from './uri.ts';

export interface TokenKey {
  /** Path of the module. */
  readonly module: string;
  readonly opened: Opened;
  readonly process: ModuleProcess;
}

/**
 * Starts the module, logs in and finds the key.
 * @throws NotationError `CONFIG` without a module, an addon or a variable that is named; `FILE`; what the module's failures mean
 */
export async function openModule(wish: Pkcs11Uri, context: KeyContext): Promise<TokenKey> {
  const module = await modulePath(wish, context);
  const pin = await findPin(wish, context);
  const { pkcs11_addon: option } = context.settings.text;
  const addon = option ?? context.environment['NOTATION_TS_KMS_PKCS11_ADDON'];
  const { token, key } = wish;
  const question = { ask: 'open', module, token, key, ...(addon && { addon }), ...(pin !== undefined && { pin }) } as const;
  const { process, answer } = await inTurn(module, async () => {
    const process = startModule(module, context);
    return { process, answer: await process.ask(question) };
  });
  if ('opened' in answer) return { module, opened: answer.opened, process };
  throw new NotationError('INTERNAL', 'PKCS#11: expected an open key, found another answer');
}

/** The option, then the URI, then the environment; a name is looked for where p11-kit's distributions put modules. */
async function modulePath({ modulePath: inUri, moduleName }: Pkcs11Uri, { settings, environment, files }: KeyContext): Promise<string> {
  const path = settings.text.pkcs11_module ?? inUri;
  if (path !== undefined) return path;
  const named = moduleName === undefined ? [] : moduleFolders.map((folder) => `${folder}/${moduleName}.so`);
  for (const candidate of named) if ((await files.look(candidate))?.kind === 'file') return candidate;
  const fallback = moduleName === undefined ? environment['PKCS11_MODULE_PATH'] : undefined;
  if (fallback) return fallback;
  throw new NotationError(
    'CONFIG',
    `PKCS#11 module: expected its path, found ${moduleName === undefined ? 'none' : `no ${moduleName}.so in ${moduleFolders.join(', ')}`}`,
    {
      hint: 'add ?module-path=/path/to/module.so to the key id, or set the plugin config option pkcs11_module or PKCS11_MODULE_PATH',
    },
  );
}

/**
 * One login after the other: a login writes to the token that somebody is there, and some modules, SoftHSM's for one, fail in the process that
 * reads it just then.
 */
const logins = new Map<string, Promise<unknown>>();

function inTurn<T>(module: string, work: () => Promise<T>): Promise<T> {
  const turn = (logins.get(module) ?? Promise.resolve()).then(work);
  logins.set(
    module,
    turn.catch(() => undefined),
  );
  return turn;
}

const moduleFolders = [
  '/usr/lib/pkcs11',
  '/usr/lib64/pkcs11',
  '/usr/lib/x86_64-linux-gnu/pkcs11',
  '/usr/lib/aarch64-linux-gnu/pkcs11',
  '/usr/local/lib/pkcs11',
];

async function findPin({ pinFile }: Pkcs11Uri, { settings: { text }, environment, files }: KeyContext): Promise<string | undefined> {
  if (text.pin_env !== undefined) {
    const pin = environment[text.pin_env];
    if (pin) return pin;
    throw unsetVariable('pin_env', text.pin_env, 'PIN');
  }
  const path = text.pin_file ?? pinFile;
  if (path === undefined) return undefined;
  const pin = await firstLineOf(path, 'PIN file', files);
  if (pin !== '') return pin;
  throw new NotationError('CONFIG', `PIN file ${path}: expected the PIN in its first line, found an empty one`);
}
