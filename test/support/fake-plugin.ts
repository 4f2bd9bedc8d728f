// Plugins that answer what a test tells them, however wrong: shell scripts, so that they start at once.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PluginBounds, PluginFile } from '../../src/host/call.ts';

/** What a command does: its output and exit code, or lines of a shell script. */
export type FakeAnswer =
  | { readonly stdout?: string | object; readonly stderr?: string | object; readonly code?: number }
  | { readonly script: string };

export interface FakePlugin extends PluginFile {
  /** What was on standard input when a command was last run; undefined when it was not. */
  request(command: string): Promise<unknown>;
}

export const fakeMetadata = {
  name: 'fake',
  description: 'a fake',
  version: '1.2.3',
  url: 'https://plugin.test',
  supportedContractVersions: ['1.0'],
  capabilities: ['SIGNATURE_GENERATOR.RAW'],
};

/** Writes the plugin `name` into a folder `plugins` as notation has it; commands without an answer crash. */
export async function writeFakePlugin(libexec: string, name: string, answers: Readonly<Record<string, FakeAnswer>>): Promise<FakePlugin> {
  const folder = join(libexec, 'plugins', name);
  await mkdir(folder, { recursive: true });
  const branches = await Promise.all(Object.entries(answers).map(([command, answer]) => branchOf(folder, command, answer)));
  const executable = join(folder, `notation-${name}`);
  await writeFile(executable, ['#!/bin/sh', `here='${folder}'`, 'case "$1" in', ...branches, '*) exit 99 ;;', 'esac', ''].join('\n'));
  await chmod(executable, 0o755);
  const request = async (command: string) => {
    const text = await readFile(join(folder, `${command}.in`), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : JSON.parse(text);
  };
  return { name, executable, request };
}

async function branchOf(folder: string, command: string, answer: FakeAnswer): Promise<string> {
  if ('script' in answer) return `${command}) ${answer.script} ;;`;
  const { stdout = '', stderr = '', code = 0 } = answer;
  await writeFile(join(folder, `${command}.out`), textOf(stdout));
  await writeFile(join(folder, `${command}.err`), textOf(stderr));
  return `${command}) cat >"$here/$1.in"; cat "$here/$1.out"; cat "$here/$1.err" >&2; exit ${code} ;;`;
}

function textOf(output: string | object): string {
  return typeof output === 'string' ? output : JSON.stringify(output);
}

/** Bounds that a test's plugins stay within. */
export function boundsOf(more: Partial<PluginBounds> = {}): PluginBounds {
  return { environment: process.env, timeoutMs: 20_000, log: () => undefined, ...more };
}
