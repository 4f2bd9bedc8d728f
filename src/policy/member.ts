// Members of a trust policy's JSON objects, as Go reads them: what is absent or null is empty.
import { NotationError } from '../core/error.ts';
import { type JsonObject, nameOf } from '../core/json.ts';
import { nearest } from '../core/nearest.ts';

/** The error of a policy that breaks a rule; `where` names the file and the statement. */
export function malformedPolicy(where: string, problem: string, hint?: string): NotationError {
  return new NotationError('POLICY', `${where}: ${problem}`, hint === undefined ? {} : { hint });
}

/**
 * Refuses members that mean nothing. notation passes over them, and so over a misspelled `override`, `verifyTimestamp` or `globalPolicy`:
 * whoever wrote it would believe a rule that is not there.
 * @throws NotationError `POLICY`
 */
export function checkMembers(object: JsonObject, known: readonly string[], where: string): void {
  const stranger = Object.keys(object).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const meant = nearest(stranger, known);
  const hint = meant === undefined ? `the members are ${known.join(', ')}` : `did you mean ${meant}?`;
  throw malformedPolicy(where, `unknown member ${JSON.stringify(stranger)}`, hint);
}

/** A text; empty when it is not there. @throws NotationError `POLICY` for what is none */
export function textOf(object: JsonObject, name: string, where: string): string {
  const value = object[name] ?? '';
  if (typeof value === 'string') return value;
  throw malformedPolicy(where, `expected ${name} to be a text, found ${nameOf(value)}`);
}

/** A list of texts; empty when it is not there. @throws NotationError `POLICY` for what is none */
export function textsOf(object: JsonObject, name: string, where: string): readonly string[] {
  const value = object[name] ?? [];
  if (!Array.isArray(value)) throw malformedPolicy(where, `expected ${name} to be a list of texts, found ${nameOf(value)}`);
  const other: unknown = value.find((one) => typeof one !== 'string');
  if (other !== undefined) throw malformedPolicy(where, `expected ${name} to be a list of texts, found ${nameOf(other)} in it`);
  return value;
}
