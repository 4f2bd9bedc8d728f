// How far a long command is, on one line of a terminal that is drawn anew; nothing in pipes.
import type { ToolContext } from '../context.ts';

const drawEveryMs = 100;
const clearLine = '\r\u001b[K';

export interface Progress {
  /** One more is done, well or not. */
  readonly step: (succeeded: boolean) => void;
  /** Lets something else be written, above the line. */
  readonly around: (write: () => void) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** Progress of `total` items on standard error. */
export function openProgress(total: number, { screen, error, now }: Pick<ToolContext, 'screen' | 'error' | 'now'>): Progress {
  if (!screen().stderrIsTerminal) return { step: () => undefined, around: (write) => write(), end: () => undefined };
  const began = now().getTime();
  const count = { done: 0, failed: 0 };
  let drawn: number | undefined;
  const draw = () => {
    drawn = now().getTime();
    error(`${clearLine}${printProgress({ ...count, total, elapsedMs: drawn - began }).slice(0, screen().columns - 1)}`);
  };
  const clear = () => {
    if (drawn !== undefined) error(clearLine);
    drawn = undefined;
  };
  return {
    step: (succeeded) => {
      count.done += 1;
      if (!succeeded) count.failed += 1;
      if (drawn === undefined || count.done === total || now().getTime() - drawn >= drawEveryMs) draw();
    },
    around: (write) => {
      const shown = drawn !== undefined;
      clear();
      write();
      if (shown) draw();
    },
    end: clear,
  };
}

interface Count {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  readonly elapsedMs: number;
}

function printProgress({ done, failed, total, elapsedMs }: Count): string {
  const rate = elapsedMs > 0 ? `, ${((done * 1000) / elapsedMs).toPrecision(3)} a second` : '';
  return `${done} of ${total}${failed > 0 ? `, ${failed} failed` : ''}${rate}`;
}
