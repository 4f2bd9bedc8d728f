// What one instance has for itself, and each call of it: clock, files, connections, and an end.
import { fileURLToPath } from 'node:url';
import { type CallOptions, untilAborted } from '../core/abort.ts';
import type { Clock, Deadline, Environment, Files, Http, Log } from '../core/ports.ts';
import { endedBy, noDeadline, withDeadline } from '../http/deadline.ts';
import { openHttp } from '../http/open.ts';
import type { LoadTransport } from '../http/transport.ts';
import { disk } from '../store/disk.ts';
import type { NotationOptions, RegistrySettings } from './options.ts';

/** Set by the build; absent when the sources run as they are. */
declare const BUILD: object;

/** What all calls of one instance share. */
export interface Host {
  readonly environment: Environment;
  readonly platform: string;
  readonly files: Files;
  readonly now: Clock;
  readonly log: Log;
  readonly transport: LoadTransport;
  readonly registries: RegistrySettings;
  /** The command line that starts the tool, for what must run in a process of its own. */
  readonly program: readonly string[];
}

/** What one call has. */
export interface Call {
  readonly host: Host;
  readonly signal: AbortSignal | undefined;
  readonly deadline: Deadline;
  /** Ends with the call. */
  readonly http: Http;
}

/** How long an artifact's exchanges with a registry may take together. */
const patienceMs = 5 * 60_000;

/** Opens what an instance has. Nothing is loaded, read or connected to before it is needed. */
export function openHost({ environment = {}, now = () => new Date(), log = () => undefined, registries = {} }: NotationOptions): Host {
  let opened: ReturnType<LoadTransport> | undefined;
  const transport = () => {
    opened ??= import('../http/node.ts').then(({ openNodeTransport }) => openNodeTransport());
    return opened;
  };
  return { environment, platform: process.platform, files: disk, now, log, transport, registries, program: [process.execPath, toolPath()] };
}

/** The tool's entry: beside this module's bundle, or above its source. */
function toolPath(): string {
  return fileURLToPath(new URL(typeof BUILD === 'undefined' ? '../main.ts' : './main.js', import.meta.url));
}

/** Runs a call about an artifact: bounded in time, ended by its signal. @throws NotationError `ABORTED`, `TIMEOUT`, and what `work` throws */
export function runBounded<T>(host: Host, { signal }: CallOptions, work: (call: Call) => Promise<T>): Promise<T> {
  const run = (deadline: Deadline) => untilAborted(signal, () => work(openCall(host, signal, endedBy(deadline, signal))));
  return withDeadline(patienceMs, run, 'try again later');
}

/** Runs a call that takes as long as its caller's blob does; ended by its signal. @throws NotationError `ABORTED`, and what `work` throws */
export function runOpenEnded<T>(host: Host, { signal }: CallOptions, work: (call: Call) => Promise<T>): Promise<T> {
  return untilAborted(signal, () => work(openCall(host, signal, endedBy(noDeadline, signal))));
}

/** What a call has under this deadline, which ends with `signal` too. */
export function openCall(host: Host, signal: AbortSignal | undefined, deadline: Deadline): Call {
  return { host, signal, deadline, http: httpUnder(deadline, host) };
}

/** The network of an instance, until `deadline`. @param bundle PEM file of authorities to trust for TLS besides the system's */
export function httpUnder(deadline: Deadline, { transport, environment, files }: Host, bundle?: string): Http {
  return openHttp({ transport, environment, files, deadline, bundle });
}
