// Go reads the names of JSON members without regard to case: where it would find one of ours, nothing may be hidden from us.
import { quote } from './attribute.ts';
import { malformed } from './codec.ts';

/** @throws NotationError `ENVELOPE` for a name that is one of `known` but for its case. */
export function checkSpelling(names: readonly string[], known: readonly string[], what: string): void {
  const spelling = new Map(known.map((name) => [foldCase(name), name]));
  for (const name of names) {
    const right = spelling.get(foldCase(name));
    if (right !== undefined && right !== name) throw malformed(what, `expected ${right} to be spelt so, found ${quote(name)}`);
  }
}

/** What names that differ in case only have in common; the letters that only fold to ASCII, as ſ to s, are folded too. */
export function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase();
}
