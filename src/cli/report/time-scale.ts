// A scale on which minutes and decades are seen together: it keeps the order of times, and shortens what is long.

/** From a time in milliseconds to its place, in the units of a picture. */
export type TimeScale = (time: number) => number;

export interface Span {
  readonly from: number;
  readonly to: number;
  /** Milliseconds between the two times. */
  readonly duration: number;
}

/** The times in order, each once. */
function breakpointsOf(times: readonly number[]): readonly number[] {
  return [...new Set(times)].sort((one, other) => one - other);
}

/** The scale from `left` to `right` on which each of these times has a place of its own; between two of them, time runs evenly. */
export function timeScale(times: readonly number[], left: number, right: number): TimeScale {
  const breakpoints = breakpointsOf(times);
  const weights = breakpoints.slice(1).map((time, index) => weightOf(time - (breakpoints[index] ?? time)));
  const whole = sumOf(weights);
  const places = breakpoints.map((_, index) => left + (whole === 0 ? 0.5 : sumOf(weights.slice(0, index)) / whole) * (right - left));
  return (time) => placeOf(time, breakpoints, places);
}

/** What lies between the times, where it is drawn. */
export function spansOf(times: readonly number[], scale: TimeScale): readonly Span[] {
  const breakpoints = breakpointsOf(times);
  return breakpoints.slice(1).map((time, index) => {
    const before = breakpoints[index] ?? time;
    return { from: scale(before), to: scale(time), duration: time - before };
  });
}

/** A second counts for 1, a day for about 4, twenty years for about 8. */
function weightOf(milliseconds: number): number {
  return 1 + Math.log10(1 + milliseconds / 60_000);
}

function placeOf(time: number, breakpoints: readonly number[], places: readonly number[]): number {
  const after = breakpoints.findIndex((one) => one >= time);
  if (after === -1) return places.at(-1) ?? 0;
  const [to, from] = [breakpoints[after] ?? time, breakpoints[after - 1]];
  const place = places[after] ?? 0;
  if (from === undefined || to === time) return place;
  const before = places[after - 1] ?? place;
  return before + ((time - from) / (to - from)) * (place - before);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
