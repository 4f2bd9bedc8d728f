import { NotationError } from '../core/error.ts';
import type { Deadline } from '../core/ports.ts';

const pluginHint = 'try again, or raise the plugin config option timeout';
/** What was under way may say by itself what it waited for. */
const graceMs = 50;

/**
 * Runs `work` under one deadline for everything it does; its signal is aborted when the time is up.
 * @param hint what to do when it is
 * @throws NotationError `TIMEOUT`
 */
export async function withDeadline<T>(milliseconds: number, work: (deadline: Deadline) => Promise<T>, hint = pluginHint): Promise<T> {
  const controller = new AbortController();
  const end = performance.now() + milliseconds;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      timer = setTimeout(() => reject(tooLate(milliseconds, hint)), graceMs);
    }, milliseconds);
  });
  try {
    return await Promise.race([work({ signal: controller.signal, remainingMs: () => end - performance.now() }), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A deadline that begins now, for work whose end nobody knows yet. It keeps no process from ending. @param signal ends it earlier */
export function openDeadline(milliseconds: number, signal?: AbortSignal): Deadline {
  const end = performance.now() + milliseconds;
  const late = AbortSignal.timeout(milliseconds);
  return { signal: signal === undefined ? late : AbortSignal.any([signal, late]), remainingMs: () => end - performance.now() };
}

/** `deadline`, ended earlier by `signal`. */
export function endedBy(deadline: Deadline, signal: AbortSignal | undefined): Deadline {
  return signal === undefined
    ? deadline
    : { ...deadline, signal: deadline === noDeadline ? signal : AbortSignal.any([signal, deadline.signal]) };
}

/**
 * `work`, or the end of its deadline: what is no exchange of ours, such as a program that gives a credential, may not heed the signal.
 * @throws NotationError `TIMEOUT`
 */
export function endBy<T>(deadline: Deadline, milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooLate(milliseconds, pluginHint)), deadline.remainingMs() + graceMs);
    const settled = () => clearTimeout(timer);
    work.then(resolve, reject).then(settled, settled);
  });
}

/** No deadline at all, where every exchange has its own. */
export const noDeadline: Deadline = { signal: new AbortController().signal, remainingMs: () => Number.POSITIVE_INFINITY };

function tooLate(milliseconds: number, hint: string): NotationError {
  return new NotationError('TIMEOUT', `no answer within ${milliseconds / 1000} s`, { hint });
}
