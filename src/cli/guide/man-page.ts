// The manual page, in the macros of man(7).
import type { ToolContext } from '../context.ts';
import type { CommandDefinition, Example } from '../line/definition.ts';
import { environmentRows, exitRows, fileRows } from './facts.ts';
import { type Page, pageOf, type Row, type Section } from './page.ts';

/** Prints the page. It bears the day that SOURCE_DATE_EPOCH says, for who wants the same bytes again; today's otherwise. */
export function printManPage(root: CommandDefinition, { out, metadata, environment, now }: ToolContext): number {
  const epoch = environment['SOURCE_DATE_EPOCH'];
  const day = epoch !== undefined && /^\d{1,11}$/.test(epoch) ? new Date(Number(epoch) * 1000) : now();
  out(manPage(root, metadata.version, day));
  return 0;
}

/** The whole page, every command on it. */
export function manPage(root: CommandDefinition, version: string, day: Date): string {
  const { name, purpose, notes } = pageOf(root);
  const shared = sharedSections(root);
  return [
    `.TH ${name.toUpperCase().replaceAll('-', '\\-')} 1 ${day.toISOString().slice(0, 10)} "${escaped(`${name} ${version}`)}"`,
    '.nh',
    '.ad l',
    '.SH NAME',
    `${escaped(name)} \\- ${escaped(purpose)}`,
    '.SH SYNOPSIS',
    `.B ${escaped(name)}`,
    '.I command',
    '.RI [ options ]',
    '.RI [ arguments ]',
    '.SH DESCRIPTION',
    ...description,
    ...notes.map((note) => `.PP\n${escaped(note)}`),
    '.SH COMMANDS',
    ...commandsBelow(root).flatMap((command) => commandText(pageOf(command), shared)),
    '.SH OPTIONS OF SEVERAL COMMANDS',
    ...[...shared.values()].flatMap((section) => [`.SS ${escaped(section.heading)}`, ...section.rows.flatMap(rowText)]),
    ...(
      [
        ['EXIT STATUS', exitRows],
        ['ENVIRONMENT', environmentRows],
        ['FILES', fileRows],
      ] as const
    ).flatMap(([heading, rows]) => [`.SH ${heading}`, ...rows.flatMap(rowText)]),
    '.SH SEE ALSO',
    '.BR notation (1)',
    '',
  ].join('\n');
}

const description = [
  'Signs and verifies container images, OCI artifacts and files as the Notary Project specifies, with keys in a KMS or in',
  'files. The commands are those of',
  '.BR notation ,',
  'with its words, options and files; some are more.',
].map((line) => (line.startsWith('.') ? line : escaped(line)));

/** Those that do something, in the order of the definition. */
function commandsBelow(command: CommandDefinition): readonly CommandDefinition[] {
  return command.commands.flatMap((one) => [...(one.runs ? [one] : []), ...commandsBelow(one)]);
}

/** The groups of options that more than one command has, all the same; by their heading. */
function sharedSections(root: CommandDefinition): ReadonlyMap<string, Section> {
  const all = commandsBelow(root).flatMap((command) => pageOf(command).sections.filter(({ heading }) => !own.includes(heading)));
  const alike = (section: Section) => all.filter((other) => isSame(section, other)).length;
  return new Map(all.filter((section) => alike(section) > 1).map((section) => [section.heading, section]));
}

const own: readonly string[] = ['Commands', 'Arguments', 'Options'];

function isSame(one: Section, other: Section | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function commandText(page: Page, shared: ReadonlyMap<string, Section>): readonly string[] {
  const elsewhere = page.sections.filter((section) => isSame(section, shared.get(section.heading)));
  const here = page.sections.filter((section) => !elsewhere.includes(section));
  const see = elsewhere.map(({ heading }) => heading).join(', ');
  const aliases = page.aliases.length === 0 ? '' : ` (also ${page.aliases.join(', ')})`;
  return [
    `.SS ${escaped(page.name.replace(/^\S+ /, ''))}`,
    `${escaped(`${capital(page.purpose)}${aliases}.`)}`,
    '.PP',
    `.B ${escaped(page.usage)}`,
    ...here.flatMap(({ heading, rows }) => [
      ...(own.includes(heading) ? [] : ['.PP', `${escaped(heading)}:`]),
      ...rows.filter(({ term }) => !term.startsWith('-h,')).flatMap(rowText),
    ]),
    ...(see === '' ? [] : ['.PP', escaped(`Options of several commands: ${see}.`)]),
    ...page.notes.flatMap((note) => ['.PP', escaped(note)]),
    ...page.examples.flatMap(exampleText),
  ];
}

function rowText({ term, says }: Row): readonly string[] {
  return ['.TP', `.B ${escaped(term.trim())}`, escaped(`${capital(says)}.`)];
}

function exampleText({ line, says }: Example): readonly string[] {
  return ['.PP', `${escaped(`${capital(says)}:`)}`, '.PP', '.RS 4', '.EX', escaped(line), '.EE', '.RE'];
}

/** What begins with something that is typed stays as it is typed. */
function capital(text: string): string {
  return text.replace(/^[a-z]+(?=[ ,;:.]|$)/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
}

/** A text in which nothing is roff: no escape, no hyphen where a minus is meant, and no line that begins like a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll('…', '...')
    .replaceAll('–', '\\(en')
    .replace(/^(?=[.'])/, '\\&');
}
