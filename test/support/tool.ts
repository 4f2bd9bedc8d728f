// The tool's commands in this process: what they say, and how they end.
import { join } from 'node:path';
import type { ToolContext } from '../../src/cli/context.ts';
import { run } from '../../src/cli/run.ts';
import type { Environment } from '../../src/core/ports.ts';
import { nodeTransport } from '../../src/http/node.ts';
import { metadata } from '../../src/plugin/metadata.ts';

export interface Said {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface World {
  readonly environment?: Environment;
  readonly now?: Date;
  /** Standard input, as one piece; empty when absent. */
  readonly input?: string;
  /** Whether standard input is a terminal. */
  readonly terminal?: boolean;
}

/** Runs one command, with no home of notation unless the environment names one. */
export async function runTool(words: readonly string[], world: World = {}): Promise<Said> {
  const stdout: Uint8Array[] = [];
  const stderr: string[] = [];
  const said = {
    out: (output: string | Uint8Array) => void stdout.push(Buffer.from(output)),
    error: (text: string) => void stderr.push(text),
  };
  const code = await run(words, { ...openContext(world), ...said });
  return { code, stdout: Buffer.concat(stdout), stderr: stderr.join('') };
}

/** What a command may use of a world; what it says goes nowhere. */
export function openContext({ environment = {}, now = new Date(), input = '', terminal = false }: World = {}): ToolContext {
  return {
    environment: { NOTATION_CONFIG: '/nonexistent', ...environment },
    platform: process.platform,
    program: { path: process.execPath, script: '', anew: [process.execPath, join(import.meta.dirname, '..', '..', 'src', 'main.ts')] },
    runtime: 'test',
    build: { form: 'source', commit: 'unknown' },
    transport: async () => nodeTransport,
    now: () => now,
    metadata,
    out: () => undefined,
    error: () => undefined,
    screen: () => ({ stdoutIsTerminal: false, stderrIsTerminal: false, columns: 80 }),
    input: { isTerminal: () => terminal, chunks: () => (input === '' ? [] : [Buffer.from(input)]) },
    setRawKeys: () => undefined,
  };
}
