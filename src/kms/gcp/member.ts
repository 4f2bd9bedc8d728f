import type { JsonObject } from '../../core/json.ts';

/** A member that is a text, and not empty. */
export function textIn(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A member that is a name of an enumeration, as `EC_SIGN_P256_SHA256`. */
export function wordIn(object: JsonObject, name: string): string | undefined {
  const value = textIn(object, name);
  return value !== undefined && /^[A-Z][A-Z0-9_]{1,63}$/.test(value) ? value : undefined;
}
