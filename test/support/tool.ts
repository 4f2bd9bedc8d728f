// The tool's commands in this process: what they say, and how they end.
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
}

/** Runs one command, with no home of notation unless the environment names one. */
export async function runTool(words: readonly string[], { environment = {}, now = new Date(), input = '' }: World = {}): Promise<Said> {
  const stdout: Uint8Array[] = [];
  const stderr: string[] = [];
  const code = await run(words, {
    environment: { NOTATION_CONFIG: '/nonexistent', ...environment },
    platform: process.platform,
    program: { path: process.execPath, script: '' },
    runtime: 'test',
    build: { form: 'source', commit: 'unknown' },
    transport: async () => nodeTransport,
    now: () => now,
    metadata,
    out: (output) => void stdout.push(Buffer.from(output)),
    error: (text) => void stderr.push(text),
    screen: () => ({ stdoutIsTerminal: false, stderrIsTerminal: false, columns: 80 }),
    input: { isTerminal: () => false, chunks: () => (input === '' ? [] : [Buffer.from(input)]) },
  });
  return { code, stdout: Buffer.concat(stdout), stderr: stderr.join('') };
}
