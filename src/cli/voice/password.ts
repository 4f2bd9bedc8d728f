import { NotationError } from '../../core/error.ts';
import type { ToolContext } from '../context.ts';

const [interrupt, endOfInput, backspace, deletion] = [0x03, 0x04, 0x08, 0x7f];
const longest = 4096;

/**
 * Asks at the terminal for what must not be seen while it is typed.
 * @throws NotationError `REQUEST` when there is no terminal, or when Ctrl-C is typed
 */
export function askHidden(question: string, { input, error, setRawKeys }: ToolContext): string {
  if (!input.isTerminal()) {
    throw new NotationError('REQUEST', 'password required', { hint: 'give it with --password-stdin: there is no terminal to ask at' });
  }
  error(question);
  setRawKeys(true);
  try {
    return readLine(input.chunks());
  } finally {
    setRawKeys(false);
    error('\n');
  }
}

/** A raw terminal sends every key, those that correct and those that end among them. */
function readLine(chunks: Iterable<Uint8Array>): string {
  const typed: number[] = [];
  for (const byte of bytesOf(chunks)) {
    if (byte === interrupt) throw new NotationError('REQUEST', 'interrupted');
    if (byte === 0x0d || byte === 0x0a || byte === endOfInput) break;
    if (byte === backspace || byte === deletion) eraseCharacter(typed);
    else if (typed.length < longest) typed.push(byte);
  }
  return Buffer.from(typed).toString('utf8');
}

function* bytesOf(chunks: Iterable<Uint8Array>): Generator<number> {
  for (const chunk of chunks) yield* chunk;
}

/** One character of UTF-8: what continues it, and its first byte. */
function eraseCharacter(typed: number[]): void {
  while (typed.length > 0 && ((typed.at(-1) ?? 0) & 0xc0) === 0x80) typed.pop();
  typed.pop();
}
