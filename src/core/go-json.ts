// JSON as Go's encoding/json writes it: files and documents of notation's must be the same, byte for byte, whoever writes them.

/** The JSON with `<`, `>`, `&` and the two line separators escaped, as Go does for the sake of browsers. */
export function escapeAsGo(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The members in the order in which Go writes a map's: that of their names' UTF-8. Names that are whole numbers come first: JavaScript insists. */
export function sortedByName<T>(map: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}
