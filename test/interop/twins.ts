// notation and this tool with the same command lines in homes that are the same: what they say, how they end, and what they leave behind.
import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { executableUnderTest } from '../support/notation.ts';
import { openPeer } from '../support/peers.ts';
import { type Ended, start } from '../support/process.ts';

/** One command line. What we do differently on purpose is said in `ours`, with the reason. */
export interface Step {
  readonly words: readonly string[];
  readonly input?: string;
  readonly ours?: Difference;
}

export interface Difference {
  readonly reason: string;
  readonly code?: number;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
}

export interface Story {
  readonly name: string;
  /** Makes the files that the story begins with. */
  readonly prepare?: (home: Home) => void;
  readonly steps: readonly Step[];
  /** Files, by their path in the configuration folder, whose contents are random. */
  readonly random?: RegExp;
  /** Why what is left behind is not the same, if it is not; each side is then what it says. */
  readonly left?: { readonly reason: string; readonly ours: (files: readonly string[]) => void };
}

export interface Home {
  /** The working directory. */
  readonly folder: string;
  /** notation's own folder, which need not be there. */
  readonly config: string;
}

/** Runs the story in both homes, and compares. */
export async function runStory(story: Story, folder: string, libexec: string): Promise<void> {
  // Names of one length: tables are as wide as the paths in them.
  const [theirs, ours] = ['theirs', 'ours--'].map((name) => openHome(join(folder, name)));
  assert.ok(theirs && ours);
  for (const home of [theirs, ours]) story.prepare?.(home);
  for (const step of story.steps) {
    const expected = await run(openPeer('notation'), step, theirs, libexec);
    const found = await run(executableUnderTest(), step, ours, libexec);
    compare(step, expected, found);
  }
  const left = filesOf(ours, story.random);
  if (story.left === undefined) assert.deepEqual(left, filesOf(theirs, story.random));
  else story.left.ours(left);
}

function openHome(folder: string): Home {
  mkdirSync(folder, { recursive: true });
  return { folder, config: join(folder, 'config', 'notation') };
}

async function run(program: string, { words, input = '' }: Step, { folder }: Home, libexec: string): Promise<Ended> {
  const env = { HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), NOTATION_LIBEXEC: libexec, TZ: 'UTC' };
  const ended = await start([program, ...words], { env, cwd: folder, input });
  const [stdout, stderr] = [ended.stdout, ended.stderr].map((text) => withoutChance(text.replaceAll(folder, '~'))) as [string, string];
  return { ...ended, stdout, stderr };
}

/** Times, and addresses that Go prints of its own memory. */
function withoutChance(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME').replace(/ - \{\{.*\}\}$/gm, '');
}

/** Ours may add what to do next to the line of an error; everything else is the same. */
function compare({ words, ours }: Step, theirs: Ended, found: Ended): void {
  const what = words.join(' ');
  check(found.code, ours?.code ?? theirs.code, `${what}: exit code (stderr: ${found.stderr})`);
  check(found.stdout, ours?.stdout ?? theirs.stdout, `${what}: stdout`);
  check(
    ours?.stderr === undefined ? withoutHint(found.stderr, theirs.stderr) : found.stderr,
    ours?.stderr ?? theirs.stderr,
    `${what}: stderr`,
  );
  const same = theirs.code === found.code && theirs.stdout === found.stdout && theirs.stderr === withoutHint(found.stderr, theirs.stderr);
  assert.equal(same, ours === undefined, `${what}: ${same ? 'the difference is gone' : 'there is a difference'}`);
}

function check(found: unknown, expected: unknown, what: string): void {
  if (expected instanceof RegExp) assert.match(String(found), expected, what);
  else assert.equal(found, expected, what);
}

function withoutHint(found: string, expected: string): string {
  const line = expected.trimEnd();
  return line.startsWith('Error: ') && found.startsWith(`${line}; `) ? expected : found;
}

/** Every file, folder and link under notation's folder: its kind, its mode and its contents, a byte each as a character. */
function filesOf(home: Home, random: RegExp = /^$/): readonly string[] {
  const folder = dirname(home.config);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name));
  return names.sort().map((path) => {
    const facts = lstatSync(path);
    const name = path.slice(folder.length + 1);
    if (facts.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`;
    const content = facts.isDirectory()
      ? 'folder'
      : random.test(name)
        ? 'random'
        : readFileSync(path, 'latin1').replaceAll(home.folder, '~');
    return `${(facts.mode & 0o777).toString(8)} ${name}: ${content}`;
  });
}
