// A command line as bash's line editor has it: raw, with its quotes and backslashes, up to the cursor. Nothing in it is expanded.

export interface BashLine {
  /** The words before the one at the cursor, without the program's name and without quotes. */
  readonly before: readonly string[];
  readonly word: string;
  /** Writes what `word` may become as that which readline puts in place of the part of the line that it replaces; undefined where that cannot be written. */
  readonly write: (value: string) => string | undefined;
}

type Quote = '' | '"' | "'";

interface Word {
  text: string;
  /** How many characters of `text` stand before the part that readline replaces. */
  kept: number;
}

/** @param breaks COMP_WORDBREAKS: what ends, for readline, a part of a word that is not quoted */
export function readBashLine(line: string, breaks: string): BashLine {
  const words: Word[] = [{ text: '', kept: 0 }];
  let quote: Quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] ?? '';
    const word = words.at(-1) ?? { text: '', kept: 0 };
    if (character === quote) quote = '';
    else if (quote === '' && isQuote(character)) {
      quote = character;
      word.kept = word.text.length;
    } else if (character === '\\' && isEscape(quote, line[index + 1])) {
      word.text += line[index + 1] ?? '';
      index += 1;
    } else if (quote === '' && /\s/.test(character)) words.push({ text: '', kept: 0 });
    else {
      word.text += character;
      if (quote === '' && breaks.includes(character)) word.kept = word.text.length;
    }
  }
  return toLine(words, quote);
}

function toLine(words: readonly Word[], quote: Quote): BashLine {
  const [last = { text: '', kept: 0 }, ...others] = words.toReversed();
  const before = others
    .toReversed()
    .map(({ text }) => text)
    .filter((text, index) => index === 0 || text !== '');
  return { before: before.slice(1), word: last.text, write: (value) => quoted(value.slice(last.kept), quote) };
}

/** Inside quotes everything stands for itself, but for what the kind of quotes leaves its meaning. */
function quoted(text: string, quote: Quote): string | undefined {
  if (quote === "'") return text.includes("'") ? undefined : text;
  if (quote === '"') return text.includes('!') ? undefined : text.replace(/[\\"$`]/g, '\\$&');
  return text.replace(/[^\p{L}\p{N}_./:@%+,=-]/gu, '\\$&');
}

function isQuote(character: string): character is '"' | "'" {
  return character === '"' || character === "'";
}

function isEscape(quote: Quote, next: string | undefined): boolean {
  if (quote === "'" || next === undefined) return false;
  return quote === '' || '\\"$`'.includes(next);
}
