// The tool and notation verify the same in the same home: how they end, and what they say.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPem } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { type InstalledPlugin, type Notation, openNotation, type Result } from '../support/notation.ts';
import { runTool } from './tool-session.ts';

/** A statement as trustpolicy.json has it. */
export interface PolicyStatement {
  readonly name: string;
  readonly registryScopes: readonly string[];
  readonly signatureVerification: Readonly<Record<string, unknown>>;
  readonly trustStores?: readonly string[];
  readonly trustedIdentities?: readonly string[];
}

/** Certificates by `type:name`. */
export type Stores = Readonly<Record<string, readonly Certificate[]>>;

/** A home with this policy and these stores. */
export function openHome(parent: string, statements: readonly PolicyStatement[], stores: Stores, plugin?: InstalledPlugin): Notation {
  const home = openNotation(parent, plugin ?? { name: 'none', version: '0', libexec: parent }, { roots: [] });
  rmSync(join(home.config, 'truststore'), { recursive: true });
  writeFileSync(join(home.config, 'trustpolicy.json'), JSON.stringify({ version: '1.0', trustPolicies: statements }), { mode: 0o600 });
  for (const [store, certificates] of Object.entries(stores)) {
    const folder = join(home.config, 'truststore', 'x509', ...store.split(':'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'certificates.pem'), toPem(certificates.map(({ der }) => der)));
  }
  return home;
}

/** Gives a home this policy for blobs. */
export function writeBlobPolicy(home: Notation, statements: readonly object[]): void {
  writeFileSync(join(home.config, 'trustpolicy.blob.json'), JSON.stringify({ version: '1.0', trustPolicies: statements }), { mode: 0o600 });
}

/** What both said, in a form that can be compared. */
export interface Said {
  readonly code: number | null;
  /** The lines of standard output; notation prints metadata in any order. */
  readonly out: readonly string[];
  /** The warnings; what went wrong is told in words of one's own. */
  readonly warnings: readonly string[];
  /** The last line, which concludes a failure. */
  readonly conclusion: string;
}

/** Verifies with both, asserts that they say the same, and answers what the tool said. */
export async function bothVerify(home: Notation, words: readonly string[]): Promise<Result> {
  const [theirs, ours] = await runBoth(home, words);
  const [expected, found] = [toSaid(theirs), toSaid(ours)];
  assert.deepEqual(
    { ...found, conclusion: withoutHint(found.conclusion, expected.conclusion) },
    expected,
    `${ours.stderr}\n${theirs.stderr}`,
  );
  return ours;
}

/** Verifies with both. */
export async function runBoth(home: Notation, words: readonly string[]): Promise<readonly [theirs: Result, ours: Result]> {
  return Promise.all([
    home.run(['verify', ...words], { NOTATION_EXPERIMENTAL: '1' }),
    runTool(home, ['verify', ...words], { XDG_CACHE_HOME: join(home.folder, 'cache') }),
  ]);
}

function toSaid({ code, stdout, stderr }: Result): Said {
  const lines = stderr.split('\n').filter((line) => !line.startsWith('Warning: This feature is experimental'));
  return {
    code,
    out: stdout.split('\n').sort(),
    warnings: lines.filter((line) => line.startsWith('Warning: ')).map((line) => line.replace(/(and failed with error: ).*/, '$1')),
    conclusion: lines.filter((line) => line.startsWith('Error: ')).at(-1) ?? '',
  };
}

/** The tool says what to do next as well. */
function withoutHint(found: string, expected: string): string {
  const same = found.replaceAll('; Use command', '. Use command');
  return same === expected || same.startsWith(`${expected}; `) ? expected : found;
}
