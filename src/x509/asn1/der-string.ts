// The string types of a distinguished name (RFC 5280 §4.1.2.4), read as crypto/x509 of Go reads them.

/** `value` of the string type with identifier octet `tag`, as text; undefined when its characters do not fit the type, or the type is none of these. */
export function decodeString(tag: number, value: Uint8Array): string | undefined {
  return decoders.get(tag)?.(value);
}

const decoders: ReadonlyMap<number, (value: Uint8Array) => string | undefined> = new Map([
  [0x0c, decodeUtf8],
  [0x12, (value) => decodeAscii(value, /^[0-9 ]*$/)],
  // `*` and `&` are no PrintableString characters, and certificates of real authorities hold them.
  [0x13, (value) => decodeAscii(value, /^[A-Za-z0-9 '()+,\-./:=?*&]*$/)],
  // T.61 as Latin-1, as everyone reads it.
  [0x14, (value) => Buffer.from(value).toString('latin1')],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: IA5 is all of ASCII
  [0x16, (value) => decodeAscii(value, /^[\x00-\x7f]*$/)],
  [0x1e, decodeBmp],
]);

/** Strict UTF-8; undefined for anything else. A byte order mark is kept: it is a character of the value. */
export function decodeUtf8(value: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(value);
  } catch {
    return undefined;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeAscii(value: Uint8Array, alphabet: RegExp): string | undefined {
  const text = Buffer.from(value).toString('latin1');
  return alphabet.test(text) ? text : undefined;
}

function decodeBmp(value: Uint8Array): string | undefined {
  if (value.length % 2 !== 0) return undefined;
  const units = Array.from({ length: value.length / 2 }, (_, i) => ((value[2 * i] ?? 0) << 8) | (value[2 * i + 1] ?? 0));
  const trimmed = units.at(-1) === 0 ? units.slice(0, -1) : units;
  return trimmed.some(isReserved) ? undefined : trimmed.map((unit) => String.fromCharCode(unit)).join('');
}

// Surrogates and non-characters: UCS-2 has none of them.
function isReserved(unit: number): boolean {
  return (unit >= 0xd800 && unit <= 0xdfff) || (unit >= 0xfdd0 && unit <= 0xfdef) || unit >= 0xfffe;
}
