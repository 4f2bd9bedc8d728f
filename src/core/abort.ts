// The caller's way to end what it began: an AbortSignal, heard wherever there is something to wait for.
import { NotationError } from './error.ts';

/** What may be said of every call that takes time. */
export interface CallOptions {
  /** Ends the call: it then rejects with `ABORTED` at once, and what it was waiting for is given up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * `work`, unless `signal` ends it first. What `work` is doing then must hear the signal by itself; that it may not keeps nobody waiting.
 * @throws NotationError `ABORTED`, whatever `work` makes of its end; otherwise what `work` throws
 */
export async function untilAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal === undefined) return work();
  checkNotAborted(signal);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = () => reject(abortedBy(signal));
  signal.addEventListener('abort', end, { once: true });
  try {
    const result = await Promise.race([work(), ended]);
    checkNotAborted(signal);
    return result;
  } catch (error) {
    throw signal.aborted ? abortedBy(signal) : error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** The items of `items`, until `signal` ends them: the next one is then no longer waited for. @throws NotationError `ABORTED` */
export async function* eachUntilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilAborted(signal, () => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    const closing = Promise.resolve(iterator.return?.());
    // Where the next item is still waited for, this too would be.
    if (signal?.aborted) closing.catch(() => undefined);
    else await closing;
  }
}

/** @throws NotationError `ABORTED` once the signal is aborted */
export function checkNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedBy(signal);
}

function abortedBy({ reason }: AbortSignal): NotationError {
  return new NotationError('ABORTED', 'the call was ended by its signal', { cause: reason });
}
