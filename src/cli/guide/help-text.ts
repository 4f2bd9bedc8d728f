import type { Page, Row, Section } from './page.ts';

const [narrowest, widest] = [40, 110];

/** A page as plain text, for lines of so many characters. */
export function helpText(page: Page, columns: number): string {
  const width = Math.min(Math.max(columns, narrowest), widest);
  const parts = [
    fill(`${page.name} – ${page.purpose}`, width),
    ['Usage:', ...fill(page.usage, width - 2, 4).map(indented)],
    ...(page.aliases.length === 0 ? [] : [[`Aliases: ${page.aliases.join(', ')}`]]),
    ...page.sections.map((section) => sectionText(section, width)),
    ...(page.examples.length === 0
      ? []
      : [['Examples:', ...page.examples.flatMap(({ line, says }) => [...fill(`# ${says}`, width - 2), line]).map(indented)]]),
    ...page.notes.map((note) => fill(note, width)),
  ];
  return parts.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

/** Terms in one column and what is said of them in another; a long term has a line of its own. */
function sectionText({ heading, rows }: Section, width: number): readonly string[] {
  const column = Math.min(Math.max(...rows.map(({ term }) => term.length)) + 4, Math.floor(width * 0.4));
  return [`${heading}:`, ...rows.flatMap((row) => rowText(row, column, width))];
}

function rowText({ term, says }: Row, column: number, width: number): readonly string[] {
  const [first = '', ...rest] = fill(says, width - column);
  const margin = ' '.repeat(column);
  const lines = rest.map((line) => margin + line);
  const start = `  ${term}`;
  if (start.length + 2 > column) return [start, ...(first === '' ? [] : [margin + first]), ...lines];
  return [(start.padEnd(column) + first).trimEnd(), ...lines];
}

/** Lines of words; those after the first stand `hang` characters in. */
function fill(text: string, width: number, hang = 0): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > width) {
      lines.push(line);
      line = ' '.repeat(hang) + word;
    } else line = longer;
  }
  return [...lines, line];
}

function indented(line: string): string {
  return `  ${line}`;
}
