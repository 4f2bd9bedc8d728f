// Members of a plugin's response. Those that the contract does not know are ignored (plugin-extensibility.md, "Plugin contract").
import { fromBase64 } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { type JsonObject, nameOf } from '../../core/json.ts';

/** Texts by name, as a plugin's configuration and annotations are. */
export type Texts = Readonly<Record<string, string>>;

/** A response that breaks a rule. */
export function wrongResponse(called: string, problem: string): NotationError {
  return new NotationError('UNAVAILABLE', `${called}: ${problem}`, {
    hint: 'ask whoever makes the plugin, or install another version of it',
  });
}

/** A member of its own, never one that all objects have. */
export function memberOf(response: JsonObject, member: string): unknown {
  return Object.hasOwn(response, member) ? response[member] : undefined;
}

/** A text with something in it. @throws NotationError `UNAVAILABLE` */
export function textIn(response: JsonObject, member: string, called: string): string {
  const value = memberOf(response, member);
  if (typeof value === 'string' && value !== '') return value;
  throw wrongResponse(called, `expected ${member} to be a text, found ${value === '' ? 'an empty one' : nameOf(value)}`);
}

/** A list of texts; none of them may be empty. `null` and absence are an empty list, as Go writes one. @throws NotationError `UNAVAILABLE` */
export function textsIn(response: JsonObject, member: string, called: string): readonly string[] {
  const value = memberOf(response, member) ?? [];
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string' && one !== '')) return value;
  throw wrongResponse(called, `expected ${member} to be a list of texts, found ${Array.isArray(value) ? 'others in it' : nameOf(value)}`);
}

/** Bytes in standard padded base64, at least one. @throws NotationError `UNAVAILABLE` */
export function bytesIn(response: JsonObject, member: string, called: string): Uint8Array {
  return fromBase64(textIn(response, member, called), `${called}: ${member}`, 'UNAVAILABLE');
}

/** Texts by name; absent ones are none. @throws NotationError `UNAVAILABLE` */
export function textsByNameIn(response: JsonObject, member: string, called: string): Texts {
  const value = memberOf(response, member) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return Object.fromEntries(entries);
  }
  throw wrongResponse(called, `expected ${member} to be texts by name, found something else`);
}

/** A member must be what the request said. @throws NotationError `UNAVAILABLE` */
export function checkEcho(response: JsonObject, member: string, asked: string, called: string): void {
  const value = memberOf(response, member);
  if (value === asked) return;
  const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 200)) : nameOf(value);
  throw wrongResponse(called, `expected ${member} ${JSON.stringify(asked)}, which was asked for, found ${found}`);
}
