// JSON as Go's encoding/json prints it, so that our envelopes are notation's byte for byte.
import { escapeAsGo } from '../core/go-json.ts';

/** Members sorted by the bytes of their names, at every level. @throws TypeError for what JSON cannot hold */
export function printSorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printSorted).join(',')}]`;
  if (typeof value !== 'object' || value === null) return print(value);
  const members = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${members.map(([name, member]) => `${print(name)}:${printSorted(member)}`).join(',')}}`;
}

/** Members in their own order; what HTML or JavaScript would misread is escaped. @throws TypeError for what JSON cannot hold */
export function print(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`${typeof value} in JSON`);
  return escapeAsGo(text);
}
