// Where a command's result goes: standard output, or a file that is written whole or not at all.

import type { Der } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { disk } from '../../store/disk.ts';
import { writeWhole } from '../../store/write.ts';
import { toPemBlock } from '../../x509/bundle.ts';
import type { ToolContext } from '../context.ts';

export interface Destination {
  /** Path of the file; standard output when absent. */
  readonly out?: string | undefined;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
}

export type Format = 'pem' | 'der';

/** Checks that the file may be written, before a key is asked for anything. @throws NotationError `REQUEST`, `FILE` */
export async function checkDestination({ out, force }: Destination): Promise<void> {
  if (out === undefined) return;
  if (out === '') throw new NotationError('REQUEST', 'out: expected a path, found an empty text');
  const facts = await disk.look(out);
  if (facts === undefined || (force && facts.kind === 'file')) return;
  throw new NotationError('FILE', `${out}: expected no such file, found one`, {
    hint: facts.kind === 'file' ? 'choose another name, or replace it with --force' : 'choose another name',
  });
}

/** Writes a result that anybody may read; says so on standard output when it went to a file. @throws NotationError `FILE` */
export async function deliver(content: Uint8Array | string, what: string, { out }: Destination, context: ToolContext): Promise<void> {
  if (out === undefined) return context.out(content);
  await writeWhole(out, content, 0o644);
  context.out(`wrote ${what}: ${out}\n`);
}

/** DER as it is, or as one PEM block. */
export function encode(der: Der, label: string, format: Format): Uint8Array | string {
  return format === 'der' ? der : toPemBlock(label, der);
}
