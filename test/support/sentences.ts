// Sentences in the code of packages, by which a package is known again in a program that contains it, whatever a bundler did to its names.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Packages by the sentences that stand in their code and in no other's, nor in ours. */
export type Sentences = ReadonlyMap<string, string>;

/**
 * Reads the code of packages.
 * @param packages folders by name; and the folder of our own code, whose sentences tell nothing
 */
export function sentencesOf(packages: ReadonlyMap<string, string>, own: string): Sentences {
  const owners = new Map<string, string | undefined>();
  const add = (owner: string | undefined, path: string) => {
    for (const sentence of sentencesIn(readFileSync(path, 'latin1'))) {
      owners.set(sentence, owners.has(sentence) && owners.get(sentence) !== owner ? undefined : owner);
    }
  };
  for (const [name, folder] of packages) for (const path of codeIn(folder)) add(name, path);
  for (const path of codeIn(own)) add(undefined, path);
  return new Map([...owners].flatMap(([sentence, owner]) => (owner === undefined ? [] : [[sentence, owner]])));
}

/** The packages of which a sentence stands in this program, and one such sentence of each. */
export function packagesSeen(program: string, sentences: Sentences): ReadonlyMap<string, string> {
  const seen = [...sentencesIn(program)].map((sentence) => [sentences.get(sentence), sentence] as const);
  return new Map(seen.flatMap(([name, sentence]) => (name === undefined ? [] : [[name, sentence]])));
}

/** Texts in quotation marks that have a blank in them. */
function sentencesIn(code: string): ReadonlySet<string> {
  const found = [...code.matchAll(/(["'`])([A-Za-z][\w ,.:()-]{15,120})\1/g)].map(([, , text = '']) => text);
  return new Set(found.filter((text) => text.includes(' ')));
}

const largest = 2 ** 21;

function codeIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : codeIn(path);
    return /\.[cm]?[jt]s$/.test(entry.name) && statSync(path).size < largest ? [path] : [];
  });
}
