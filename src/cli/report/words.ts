// How the report says times and names.
import type { Certificate } from '../../x509/certificate.ts';
import { attributeTypes, printName } from '../../x509/name.ts';
import { type Html, html } from './html.ts';

/** `2026-11-23 21:20:26 UTC`. */
export function momentText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `2026-11-23`, in UTC. */
export function dayText(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** The same for machines, too. */
export function moment(time: Date): Html {
  return html`<time datetime="${time.toISOString()}">${momentText(time)}</time>`;
}

const units = [
  ['year', 365.25 * 86_400_000],
  ['month', 30.44 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** `24 hours`, `20 years`: the largest unit of which there are at least two, or one. */
export function durationText(milliseconds: number): string {
  const [name, count] = largestUnit(milliseconds);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** `24 h`, `20 y`, where there is little room. */
export function shortDuration(milliseconds: number): string {
  const [name, count] = largestUnit(milliseconds);
  return `${count} ${name === 'month' ? 'mo' : name === 'minute' ? 'min' : name.slice(0, 1)}`;
}

function largestUnit(milliseconds: number): readonly [name: (typeof units)[number][0], count: number] {
  const most = units.find(([, length]) => milliseconds >= 1.95 * length) ?? units.find(([, length]) => milliseconds >= 0.95 * length);
  return most === undefined ? ['second', Math.round(milliseconds / 1000)] : [most[0], Math.round(milliseconds / most[1])];
}

/** What people call a certificate: its common name, or its whole subject where it has none. */
export function shortName({ subject }: Certificate): string {
  return lastValue(subject.rdns.flat(), 'CN') ?? (printName(subject) || 'no name');
}

/** The organisation of a certificate's subject. */
export function organisationOf({ subject }: Certificate): string | undefined {
  return lastValue(subject.rdns.flat(), 'O');
}

function lastValue(attributes: readonly { readonly type: string; readonly value: string }[], name: string): string | undefined {
  const value = attributes.findLast(({ type }) => type === attributeTypes.get(name))?.value;
  return value === '' ? undefined : value;
}

/** A text that others wrote, so that it stands apart from ours. */
export function quoted(text: string): Html {
  return html`<bdi class="quoted">${text}</bdi>`;
}

/** A digest: one click selects the whole of it. */
export function digest(text: string): Html {
  return html`<code class="digest">${text}</code>`;
}
