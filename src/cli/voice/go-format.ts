// Times and values as Go prints them.
import type { StatedTime } from '../../core/model.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Mon Nov 23 21:20:26 2026`: Go's time.ANSIC, in the zone that the time states, or where it states none in this machine's. */
export function ansicTime(time: StatedTime): string {
  const local = inItsZone(time);
  const [, clock] = local.toISOString().split('T');
  const day = `${local.getUTCDate()}`.padStart(2);
  return `${days[local.getUTCDay()]} ${months[local.getUTCMonth()]} ${day} ${clock?.slice(0, 8)} ${yearOf(local)}`;
}

/** `2026-11-23T21:20:26+01:00`: Go's time.RFC3339, in the same zone. */
export function rfc3339Time(time: StatedTime): string {
  return `${inItsZone(time).toISOString().slice(0, -5)}${zoneOf(time)}`;
}

/** `2026-11-23T21:20:26.58+01:00`: Go's time.RFC3339Nano, to the millisecond. */
export function rfc3339NanoTime(time: StatedTime): string {
  const local = inItsZone(time).toISOString().slice(0, -1);
  return `${local.replace(/\.?0+$/, '')}${zoneOf(time)}`;
}

function zoneOf(time: StatedTime): string {
  const minutes = offsetOf(time);
  const [hour, minute] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) => `${part}`.padStart(2, '0'));
  return minutes === 0 ? 'Z' : `${minutes < 0 ? '-' : '+'}${hour}:${minute}`;
}

/** What `fmt.Sprint` makes of a value from JSON, where all numbers are floating-point ones, or from CBOR, where whole ones are whole. */
export function goText(value: unknown, source: 'json' | 'cbor'): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return source === 'json' || !Number.isInteger(value) ? goFloat(value) : String(value);
  if (value instanceof Uint8Array) return `[${value.join(' ')}]`;
  if (Array.isArray(value)) return `[${value.map((item) => goText(item, source)).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries: readonly (readonly [unknown, unknown])[] = value instanceof Map ? [...value] : Object.entries(value);
  const texts = entries.map(([name, item]) => [goText(name, source), goText(item, source)] as const);
  return `map[${texts
    .toSorted(byName)
    .map((pair) => pair.join(':'))
    .join(' ')}]`;
}

/** Orders pairs as Go orders the names of a map. */
export function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The shortest digits that tell the number; an exponent of two digits at least, where there is one. */
function goFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  if (Number(exponent) >= -4 && Number(exponent) < 6) return String(value);
  return `${digits}e${exponent.startsWith('-') ? '-' : '+'}${exponent.slice(1).padStart(2, '0')}`;
}

function inItsZone(time: StatedTime): Date {
  return new Date(time.at.getTime() + offsetOf(time) * 60_000);
}

function offsetOf({ at, offsetMinutes }: StatedTime): number {
  return offsetMinutes ?? -at.getTimezoneOffset();
}

function yearOf(time: Date): string {
  return `${time.getUTCFullYear()}`.padStart(4, '0');
}
