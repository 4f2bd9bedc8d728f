import { NotationError } from '../../core/error.ts';

/**
 * Values by name, from words of the form `name=value`. As in notation: split at the first `=`, neither side may be empty, the last of one
 * name wins.
 * @param flag names the flag that the words are of; the words may hold what should not be shown
 * @throws NotationError `REQUEST`
 */
export function parsePairs(flag: string, words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(words.map((word) => parsePair(flag, word)));
}

function parsePair(flag: string, word: string): readonly [string, string] {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(word) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new NotationError('REQUEST', `could not parse flag ${flag}: key-value pair requires "=" as separator`, {
    hint: `write --${flag} name=value, once for each`,
  });
}
