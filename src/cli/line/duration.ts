import { NotationError } from '../../core/error.ts';

const units: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;
/** Go's longest duration. */
const longestSeconds = 9_223_372_036;

/**
 * Whole seconds of a duration as Go writes it: `24h`, `1h30m`, `90s`; 0 without any.
 * @throws NotationError `REQUEST` for anything else, for fractions of a second, and for a negative duration, which are notation's own rules
 */
export function parseDuration(text: string, option: string): number {
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const seconds = rest === '0' ? 0 : secondsOf(rest);
  if (seconds === undefined || seconds > longestSeconds) {
    throw new NotationError('REQUEST', `${option}: expected a duration, found ${JSON.stringify(text)}`, {
      hint: 'write 24h, 1h30m or 90s',
    });
  }
  if (sign === '-' && seconds > 0) throw new NotationError('REQUEST', `${option} duration cannot be a negative value`);
  if (!Number.isInteger(seconds)) throw new NotationError('REQUEST', `${option} duration supports minimum granularity of seconds`);
  return seconds;
}

function secondsOf(text: string): number | undefined {
  let [seconds, position] = [0, 0];
  while (position < text.length) {
    part.lastIndex = position;
    const [whole = '', amount = '', unit = ''] = part.exec(text) ?? [];
    if (whole === '') return undefined;
    seconds += Number(amount) * (units[unit] ?? 0);
    position += whole.length;
  }
  // Sums of tenths leave a dust that is below Go's nanosecond.
  return text === '' ? undefined : Math.round(seconds * 1e9) / 1e9;
}
