import { NotationError, toNotationError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import type { Clock, Environment, Files, Log } from '../core/ports.ts';
import { withDeadline } from '../http/deadline.ts';
import { openHttp } from '../http/open.ts';
import type { LoadTransport } from '../http/transport.ts';
import { parseSettings, type Settings } from '../kms/config.ts';
import { toWire } from '../protocol/error.ts';
import { cacheDirectoryOf, directoriesOf } from '../store/directories.ts';
import { chooseLog, logFailure, withFailureLogged } from '../store/log.ts';
import { namedKeys } from '../store/signing-keys.ts';
import { type Prepared, prepare } from './handlers.ts';
import type { metadata } from './metadata.ts';

/** One start of the plugin by notation. */
export interface Invocation {
  readonly command: string;
  /** All of stdin, or why it could not be read. */
  readonly input: Uint8Array | { readonly problem: string };
  readonly environment: Environment;
  readonly platform: string;
  readonly files: Files;
  readonly transport: LoadTransport;
  readonly now: Clock;
  readonly metadata: typeof metadata;
  /** The command line that starts this program anew. */
  readonly program: readonly string[];
}

/** What the process says before it ends: one JSON text on stdout with exit code 0, or one on stderr with exit code 1. */
export interface Reply {
  readonly succeeded: boolean;
  readonly json: string;
}

/** Serves one protocol command. Never throws: whatever goes wrong becomes the contract's error object. */
export async function serve(invocation: Invocation): Promise<Reply> {
  try {
    return { succeeded: true, json: JSON.stringify(await answer(invocation)) };
  } catch (error) {
    return { succeeded: false, json: JSON.stringify(toWire(toNotationError(error))) };
  }
}

async function answer(invocation: Invocation): Promise<object> {
  const { prepared, settings } = await understand(invocation);
  const log = chooseLog(settings.text.log_file, settings.logLevel, invocation, { command: invocation.command, ...prepared.facts });
  return withFailureLogged(log, async () => {
    const response = await run(prepared, invocation, settings, log);
    log('info', 'answered');
    return response;
  });
}

interface Understood {
  readonly prepared: Prepared;
  readonly settings: Settings;
}

/** Until the request is understood, only the environment can say where the log is; a log that fails must not hide what it is about. */
async function understand(invocation: Invocation): Promise<Understood> {
  try {
    const prepared = prepare(invocation.command, await requestOf(invocation));
    return { prepared, settings: parseSettings(prepared.request.pluginConfig) };
  } catch (error) {
    try {
      logFailure(chooseLog(undefined, 'error', invocation, { command: invocation.command }), error);
    } catch {
      // The request's own error is the one to tell.
    }
    throw error;
  }
}

function run(prepared: Prepared, invocation: Invocation, settings: Settings, log: Log): Promise<object> {
  const { environment, files, transport, now, metadata, program } = invocation;
  const keys = namedKeys(directoriesOf(invocation), files);
  return withDeadline(settings.deadlineMs, (deadline) => {
    const http = openHttp({ transport, environment, files, deadline, bundle: settings.text.ca_bundle });
    return prepared.run({
      settings,
      environment,
      files,
      namedKeys: keys,
      log,
      http,
      deadline,
      now,
      metadata,
      program,
      cacheFolder: cacheDirectoryOf(invocation),
    });
  });
}

/** notation sends `{}` or more with get-plugin-metadata; a person may send nothing. */
async function requestOf({ command, input }: Invocation): Promise<unknown> {
  if (!(input instanceof Uint8Array)) throw new NotationError('REQUEST', `standard input: ${input.problem}`);
  if (command === 'get-plugin-metadata' && input.length === 0) return {};
  return parseJson(input, 'request');
}
