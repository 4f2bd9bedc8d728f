// RFC 3339 times, as JWS envelopes state them.
import type { StatedTime } from '../core/model.ts';

/** 0001-01-01T00:00:00Z, which notation takes for no time at all. */
const noTime = -62_135_596_800;
/** 9999-12-31T23:59:59Z, the last that RFC 3339 can write. */
const lastTime = 253_402_300_799;

/** Whole seconds since 1970 as a time; undefined when an envelope cannot state it. */
export function timeOfSeconds(seconds: number): Date | undefined {
  return seconds > noTime && seconds <= lastTime ? new Date(seconds * 1000) : undefined;
}

/** The time without its fraction of a second; undefined when an envelope cannot state it. */
export function wholeSecond(time: Date): Date | undefined {
  return timeOfSeconds(Math.floor(time.getTime() / 1000));
}

/** `2025-02-08T09:41:02Z`: the time in UTC, the fraction dropped. */
export function printTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Reads RFC 3339 with `T` and `Z` in upper case, as Go does; the fraction is dropped. Undefined for anything else. */
export function parseTime(text: string): StatedTime | undefined {
  const [, local = '', sign, hours = '0', minutes = '0'] = rfc3339.exec(text) ?? [];
  const milliseconds = Date.parse(`${local}Z`);
  // A day that the month does not have, and the hour 24, come back as another.
  if (Number.isNaN(milliseconds) || printTime(new Date(milliseconds)) !== `${local}Z`) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) + 0;
  const at = timeOfSeconds(milliseconds / 1000 - offsetMinutes * 60);
  return at && { at, offsetMinutes };
}
