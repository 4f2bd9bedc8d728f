import { NotationError } from '../core/error.ts';

/**
 * Runs `work` under one deadline for everything it does; its signal is aborted when the time is up.
 * @throws NotationError `TIMEOUT`
 */
export async function withDeadline<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(tooLate(milliseconds));
      controller.abort();
    }, milliseconds);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(milliseconds: number): NotationError {
  return new NotationError('TIMEOUT', `no answer within ${milliseconds / 1000} s`, {
    hint: 'try again, or raise the plugin config option timeout',
  });
}
