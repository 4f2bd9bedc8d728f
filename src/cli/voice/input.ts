// Standard input as lines or as a whole, for prompts, passwords and lists.
import { NotationError } from '../../core/error.ts';
import type { Input } from '../context.ts';

const lineLimit = 64 * 1024;

/**
 * The lines of standard input as UTF-8, without their ends (LF or CRLF), read as they are asked for.
 * @throws NotationError `FILE` when it cannot be read, `REQUEST` for a line over 64 KiB
 */
export function* inputLines(input: Input): Generator<string> {
  let rest = Buffer.alloc(0);
  for (const chunk of readable(input)) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield toLine(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > lineLimit)
      throw new NotationError('REQUEST', `standard input: expected lines of at most ${lineLimit} bytes, found more`);
  }
  if (rest.length > 0) yield toLine(rest);
}

/** All of standard input. @throws NotationError `FILE` when it cannot be read, `REQUEST` when it is over `limit` bytes */
export function readInput(input: Input, limit: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (const chunk of readable(input)) {
    total += chunk.length;
    if (total > limit) throw new NotationError('REQUEST', `standard input: expected at most ${limit} bytes, found more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function* readable(input: Input): Generator<Uint8Array> {
  try {
    yield* input.chunks();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : 'unknown reason';
    throw new NotationError('FILE', `standard input cannot be read: ${code}`, { cause });
  }
}

function toLine(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8').replace(/\r$/, '');
}
