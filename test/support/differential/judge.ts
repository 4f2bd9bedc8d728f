// What notation and this tool say of a situation.
import { executableUnderTest } from '../notation.ts';
import { openPeer } from '../peers.ts';
import { type Ended, start } from '../process.ts';
import type { LaidOut } from './lay-out.ts';
import type { ScenePlan } from './plan.ts';

export interface Verdict {
  /** `crashed` is a way to reject, and of ours never right. */
  readonly status: 'verified' | 'skipped' | 'rejected' | 'crashed';
  /** The last line of standard output. */
  readonly said: string;
  /** The checks that failed and were only logged, sorted. */
  readonly logged: readonly string[];
  /** The checks that failed and were enforced, of all signatures, in their order. */
  readonly failed: readonly string[];
  /** The user's metadata as it is told, sorted. */
  readonly metadata: readonly string[];
  readonly ended: Ended;
}

/** What notation says; verbosely, for the reasons. */
export async function askNotation(place: LaidOut, scene: ScenePlan): Promise<Verdict> {
  return verdictOf(await start([openPeer('notation'), ...wordsOf(place, scene), '-v'], environmentOf(place, 'theirs')), place);
}

/** What the executable under test says. */
export async function askTool(place: LaidOut, scene: ScenePlan): Promise<Verdict> {
  return verdictOf(await start([executableUnderTest(), ...wordsOf(place, scene)], environmentOf(place, 'ours')), place);
}

/** Both command lines, to be repeated by hand. */
export function commandsOf(place: LaidOut, scene: ScenePlan): readonly string[] {
  const line = (who: 'theirs' | 'ours', program: string) => {
    const variables = Object.entries(environmentOf(place, who).env).map(([name, value]) => `${name}=${quote(value)}`);
    return [...variables, program, ...wordsOf(place, scene).map(quote)].join(' ');
  };
  return [line('theirs', openPeer('notation')), line('ours', executableUnderTest())];
}

function wordsOf({ reference }: LaidOut, { scope, words }: ScenePlan): readonly string[] {
  return ['verify', '--oci-layout', reference, '--scope', scope, ...words];
}

function environmentOf({ folder, config }: LaidOut, cache: 'theirs' | 'ours') {
  const env = {
    HOME: folder,
    DOCKER_CONFIG: folder,
    NOTATION_CONFIG: config,
    NOTATION_CACHE: `${folder}/${cache}`,
    NOTATION_EXPERIMENTAL: '1',
  };
  return { env, cwd: folder };
}

function verdictOf(ended: Ended, { layout }: LaidOut): Verdict {
  const lines = ended.stdout.replaceAll(layout, 'LAYOUT').trimEnd().split('\n');
  return {
    status: statusOf(ended),
    said: lines[0] ?? '',
    logged: loggedIn(ended.stderr),
    failed: failedIn(ended.stderr),
    metadata: metadataIn(lines),
    ended,
  };
}

function statusOf({ code, stdout }: Ended): Verdict['status'] {
  if (code === 1) return 'rejected';
  if (code !== 0) return 'crashed';
  if (/^Successfully verified signature for /m.test(stdout)) return 'verified';
  return /^Trust policy is configured to skip signature verification for /m.test(stdout) ? 'skipped' : 'crashed';
}

function loggedIn(stderr: string): readonly string[] {
  return [...new Set([...stderr.matchAll(/^Warning: (\w+) was set to "log" and failed/gm)].map(([, name = '']) => name))].sort();
}

function failedIn(stderr: string): readonly string[] {
  const [logs, words] = [/^level=error msg=(\w+) validation failed\. Failure reason/gm, /^Signature \S+ was rejected: (\w+)/gm];
  return [logs, words].flatMap((pattern) => [...stderr.matchAll(pattern)].map(([, name = '']) => name));
}

function metadataIn(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => line.startsWith('KEY '));
  return start === -1
    ? []
    : lines
        .slice(start + 1)
        .map((line) => line.trim().replaceAll(/ {2,}/g, '='))
        .sort();
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
