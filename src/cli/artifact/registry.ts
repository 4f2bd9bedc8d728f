// How the tool's commands get to registries: with the user's credentials, and with notation's and docker's configuration.
import { join } from 'node:path';
import { NotationError } from '../../core/error.ts';
import type { Deadline, Log } from '../../core/ports.ts';
import { openHttp } from '../../http/open.ts';
import { type CredentialSource, credentialOf } from '../../registry/credential.ts';
import { type CredentialPlaces, type CredentialStore, openCredentialStore } from '../../registry/credential-store.ts';
import type { ExchangeOptions } from '../../registry/exchange.ts';
import { type OpenRepository, openRegistries } from '../../registry/open.ts';
import type { PlainHttpRule } from '../../registry/place.ts';
import { readConfig } from '../../store/config.ts';
import { directoriesOf, dockerConfigOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { findProgram, runProgram } from '../../store/programs.ts';
import type { ToolContext } from '../context.ts';
import { printable } from '../voice/fields.ts';

/** What the options of `registryOptions` say. */
export interface RegistryWish {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly insecureRegistry: boolean;
}

/** The time and the log of the command that goes to registries. */
export interface RegistryRun {
  readonly deadline: Deadline;
  readonly log: Log;
}

const exchangeMs = 60_000;
const helperMs = 30_000;

/** Opens registries for one command; `forceReferrersTag` is about writing. */
export async function openCommandRegistries(
  wish: RegistryWish,
  forceReferrersTag: boolean,
  context: ToolContext,
  run: RegistryRun,
): Promise<OpenRepository> {
  const credentials = credentialsOf(wish, context);
  return openRegistries({ ...(await reachOf(wish, context, run)), credentials, forceReferrersTag, now: context.now });
}

/** The network and the rule of plain HTTP for one command. */
export async function reachOf(
  { insecureRegistry }: Pick<RegistryWish, 'insecureRegistry'>,
  context: ToolContext,
  { deadline, log }: RegistryRun,
): Promise<ExchangeOptions & PlainHttpRule> {
  const { environment, transport, error } = context;
  return {
    http: openHttp({ transport, environment, files: disk, deadline, bundle: undefined }),
    deadline,
    log,
    warn: (message) => error(`Warning: ${printable(message)}\n`),
    exchangeMs,
    insecure: insecureRegistry,
    insecureRegistries: (await readConfig(directoriesOf(context), disk)).insecureRegistries,
  };
}

/** The credential of the options, or else of notation's variables; undefined without either. */
export function givenCredential({ username, password }: RegistryWish, { environment }: ToolContext) {
  return credentialOf(username ?? environment['NOTATION_USERNAME'] ?? '', password ?? environment['NOTATION_PASSWORD'] ?? '');
}

/** Where the credential that is given is from. */
export function givenPlace({ username, password }: RegistryWish): string {
  return username === undefined && password === undefined ? 'NOTATION_USERNAME and NOTATION_PASSWORD' : '--username and --password';
}

/** The user's credential store. @throws as `openCredentialStore` */
export async function commandCredentialStore(context: ToolContext): Promise<CredentialStore> {
  return openCredentialStore(placesOf(context));
}

/** A credential that is given is for one registry: it is not shown to another. */
function credentialsOf(wish: RegistryWish, context: ToolContext): CredentialSource {
  const given = givenCredential(wish, context);
  if (given === undefined) {
    let store: Promise<CredentialStore> | undefined;
    return async (registry) => {
      store ??= commandCredentialStore(context);
      return (await store).get(registry);
    };
  }
  let owner: string | undefined;
  return async (registry) => {
    owner ??= registry;
    if (registry === owner) return given;
    throw new NotationError('REQUEST', `${registry}: the user name and password given are for one registry, and were shown to ${owner}`, {
      hint: 'run the command once for each registry, or log in to them',
    });
  };
}

function placesOf(context: ToolContext): CredentialPlaces {
  const { environment, platform } = context;
  return {
    notationConfig: join(directoriesOf(context).config, 'config.json'),
    dockerConfig: dockerConfigOf(context),
    platform,
    files: disk,
    programs: {
      find: (name) => findProgram(name, context),
      run: (path, action, input) => runProgram(path, [action], input, environment, helperMs),
    },
    write: async (path, content) => (await import('../../store/write.ts')).writeWhole(path, content, 0o600),
  };
}
