// One command of another plugin: one process, one request, one response (plugin-extensibility.md, "Plugin contract").
import { NotationError } from '../core/error.ts';
import { fileError } from '../core/file-error.ts';
import { asObject, type JsonObject, parseJson } from '../core/json.ts';
import type { Log } from '../core/ports.ts';
import { quoteProvider } from '../core/provider-text.ts';
import { parsePluginError } from '../protocol/hosted/error.ts';
import { type ProcessBounds, type ProcessEnd, runProcess } from './process.ts';

/** A plugin's executable, and the name that it must have. */
export interface PluginFile {
  readonly name: string;
  readonly executable: string;
}

/** What plugins may use: each of their processes has `timeoutMs` for itself. */
export interface PluginBounds extends ProcessBounds {
  readonly log: Log;
}

/** The commands that a plugin may be asked for. */
export type PluginCommand = 'get-plugin-metadata' | 'describe-key' | 'generate-signature' | 'generate-envelope' | 'verify-signature';

/**
 * Runs one command of a plugin, and answers its response: an object, of which nothing else is known. Whatever a plugin writes on standard
 * error beside a response is not looked at.
 * @throws NotationError what the plugin's error says (`ACCESS_DENIED`, `THROTTLED`, `TIMEOUT` …), `TIMEOUT` when it does not end in time,
 *   `ABORTED` when it is called off, `FILE` when it does not start, `UNAVAILABLE` when it crashes or answers nonsense
 */
export async function callPlugin(plugin: PluginFile, command: PluginCommand, request: object, bounds: PluginBounds): Promise<JsonObject> {
  const begun = performance.now();
  const end = await runProcess(plugin.executable, command, Buffer.from(JSON.stringify(request)), bounds);
  const ms = Math.round(performance.now() - begun);
  bounds.log('debug', 'plugin ran', { plugin: plugin.name, command, end: end.kind, ms });
  const called = calledOf(plugin, command);
  const stdout = outputOf(end, called, plugin, bounds);
  return asObject(parseJson(stdout, `${called}: response`, 'UNAVAILABLE'), `${called}: response`, 'UNAVAILABLE');
}

/** The plugin and its command, as messages begin. */
export function calledOf({ name }: PluginFile, command: PluginCommand): string {
  return `plugin ${JSON.stringify(name)} ${command}`;
}

function outputOf(end: ProcessEnd, called: string, plugin: PluginFile, { timeoutMs }: PluginBounds): Uint8Array {
  switch (end.kind) {
    case 'exit':
      if (end.code === 0) return end.stdout;
      throw failureOf(end, called, plugin);
    case 'no start':
      throw fileError(`${called}: ${plugin.executable} cannot be executed`, end.error);
    case 'signal':
      throw nonsense(called, `expected a response, found that it was ended by ${end.signal}`);
    case 'too much':
      throw nonsense(called, `expected at most ${end.limit} bytes on ${end.stream}, found more`);
    case 'too long':
      throw new NotationError('TIMEOUT', `${called}: no answer within ${timeoutMs / 1000} s`, { hint: 'try again; the plugin was ended' });
    case 'aborted':
      throw new NotationError('ABORTED', `${called}: it was called off before it answered`);
  }
}

/** The contract's error where standard error is one; what else is there, otherwise. Any exit code but 0 counts, as in notation. */
function failureOf({ code, stderr }: Extract<ProcessEnd, { kind: 'exit' }>, called: string, plugin: PluginFile): NotationError {
  const told = parsePluginError(stderr, called, plugin.name);
  if (told !== undefined) return told;
  const text = quoteProvider(Buffer.from(stderr.subarray(0, 4096)).toString());
  return nonsense(called, `expected a response, found exit code ${code} and ${text === '' ? 'no words' : JSON.stringify(text)}`);
}

function nonsense(called: string, problem: string): NotationError {
  return new NotationError('UNAVAILABLE', `${called}: ${problem}`, {
    hint: 'ask whoever makes the plugin, or install another version of it',
  });
}
