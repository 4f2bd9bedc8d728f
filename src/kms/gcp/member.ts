import type { JsonObject } from '../../core/json.ts';

/** A member that is a text, and not empty. */
export function textIn(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
