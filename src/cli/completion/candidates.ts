import { options as pluginOptions } from '../../kms/config.ts';
import type { ToolContext } from '../context.ts';
import type { CommandDefinition } from '../line/definition.ts';
import { commandNamed, type Reading } from '../line/reading.ts';
import type { Name } from './known-names.ts';
import * as known from './known-names.ts';
import type { Source } from './sources.ts';

export interface Completion {
  readonly candidates: readonly Name[];
  /** What the shell is to look for by itself. */
  readonly search: 'files' | 'folders' | undefined;
  /** Whether a candidate is only the beginning of a word. */
  readonly open: boolean;
}

/** What is to be completed: the line as far as it is read, and what is typed of the word after it, or of that word's value. */
export interface Asked {
  readonly reading: Reading;
  readonly word: string;
  readonly root: CommandDefinition;
  readonly context: ToolContext;
}

export const nothing: Completion = { candidates: [], search: undefined, open: false };

const bySource: Readonly<Record<Source, (asked: Asked) => Promise<Completion>>> = {
  nothing: async () => nothing,
  files: async () => ({ ...nothing, search: 'files' }),
  folders: async () => ({ ...nothing, search: 'folders' }),
  commands: async ({ reading, root }) => whole(commandNames(reading.words.reduce((at, word) => commandNamed(word, at) ?? at, root))),
  keys: async ({ reading, context }) => whole(unused(await known.keyNames(context), reading)),
  'key ids': async ({ word, context }) => orElse('files', word, await known.keyIds(context)),
  plugins: async ({ context }) => {
    const own = context.metadata.name;
    const others = known.installedPlugins(context).filter(({ value }) => value !== own);
    return whole([{ value: own, says: 'this program' }, ...others]);
  },
  'installed plugins': async ({ reading, context }) => whole(unused(known.installedPlugins(context), reading)),
  'plugin options': async () => begun(pluginOptions.map(({ name, summary }) => ({ value: `${name}=`, says: summary }))),
  stores: async ({ reading, context }) => whole(known.storeNames(context, given(reading, 'type'))),
  'typed stores': async ({ context }) =>
    whole(known.storeNames(context, undefined).map((one) => ({ ...one, value: `${one.type}:${one.value}` }))),
  certificates: async ({ reading, context }) => {
    const [type, store] = [given(reading, 'type'), given(reading, 'store')];
    return type === undefined || store === undefined ? nothing : whole(unused(known.certificateNames(context, type, store), reading));
  },
  'blob statements': async ({ context }) => whole(await known.blobStatements(context)),
  registries: async ({ context }) => whole(await known.registries(context)),
  repositories: async ({ context }) => whole(await known.repositories(context)),
  references: async ({ reading, word, context }) => {
    if (reading.given.has('oci-layout')) return inLayouts(word);
    return reading.given.has('signature') ? { ...nothing, search: 'files' } : inRegistries(context);
  },
};

/** What a source knows. */
export function fromSource(source: Source, asked: Asked): Promise<Completion> {
  return bySource[source](asked);
}

/** The commands of a command. */
export function commandNames({ commands }: CommandDefinition): readonly Name[] {
  return commands.map(({ name, purpose }) => ({ value: name, says: purpose }));
}

function whole(candidates: readonly Name[]): Completion {
  return { ...nothing, candidates };
}

function begun(candidates: readonly Name[]): Completion {
  return { ...nothing, candidates, open: true };
}

function orElse(search: 'files' | 'folders', word: string, candidates: readonly Name[]): Completion {
  return candidates.some(({ value }) => value.startsWith(word) && value !== '') ? whole(candidates) : { ...nothing, search };
}

/** A repository wants a tag or a digest behind it, and a registry a repository. */
async function inRegistries(context: ToolContext): Promise<Completion> {
  const [repositories, registries] = await Promise.all([known.repositories(context), known.registries(context)]);
  return begun([...repositories, ...registries.map(({ value, says }) => ({ value: `${value}/`, says }))]);
}

/** `folder:TAG` where the word is a layout's folder, with or without the beginning of a tag; otherwise the folder is still to be found. */
async function inLayouts(word: string): Promise<Completion> {
  for (const folder of new Set([word, word.slice(0, Math.max(0, word.lastIndexOf(':')))])) {
    const tags = folder === '' ? undefined : await known.layoutTags(folder);
    if (tags !== undefined) return whole(tags.map((tag) => ({ value: `${folder}:${tag}`, says: 'tag in the layout' })));
  }
  return { ...nothing, search: 'folders' };
}

function given({ given: all }: Reading, option: string): string | undefined {
  return all.get(option)?.at(-1);
}

/** Nothing is named twice in a line. */
function unused(names: readonly Name[], { words }: Reading): readonly Name[] {
  return names.filter(({ value }) => !words.includes(value));
}
