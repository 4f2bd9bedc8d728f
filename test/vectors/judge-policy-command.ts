// Verdicts about the commands for trust policies, as the vectors of other projects state them (group blob-cli, `cli-policy-…` and `cli-blob-policy-…`).
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rowOf, thirdPartyFolder, type VectorCase } from '../support/third-party.ts';
import { runTool, type Said } from '../support/tool.ts';

export const policyCommandIds: RegExp = /^cli-(blob-)?policy-\d\d-/;

/** What the upstream test has before it begins, and the content that it speaks of. */
interface Setup {
  /** The policy in its place. */
  readonly there?: string;
  readonly unreadable?: true;
  readonly input?: string;
  /** The file that is imported. */
  readonly file?: string;
  /** The file whose content is shown. */
  readonly shown?: string;
}

const [v1, blob, skip, broken] = ['trustpolicy.json', 'blob_trust_policy.json', 'skip_trustpolicy.json', 'invalid_format_trustpolicy.json'];

const setups: Readonly<Record<string, Setup>> = {
  'cli-policy-00': {},
  'cli-policy-01': { there: v1, unreadable: true },
  'cli-policy-02': { there: v1, shown: v1 },
  'cli-policy-04': {},
  'cli-policy-05': {},
  'cli-policy-11': { there: v1, file: v1 },
  'cli-policy-12': { file: broken },
  'cli-policy-14': { there: v1 },
  'cli-policy-16': { there: v1, file: 'malformed_registry_scope_trustpolicy.json' },
  'cli-policy-18': { there: v1, file: 'malformed_trusted_identity_trustpolicy.json' },
  'cli-policy-20': { there: v1, file: skip, shown: v1 },
  'cli-policy-23': { there: v1, file: skip, shown: skip },
  'cli-blob-policy-00': {},
  'cli-blob-policy-01': { there: blob, unreadable: true },
  'cli-blob-policy-02': { there: blob, shown: blob },
  'cli-blob-policy-03': { there: broken, shown: broken },
  'cli-blob-policy-05': {},
  'cli-blob-policy-07': { file: 'malformed_trusted_identity_trustpolicy.json' },
  'cli-blob-policy-08': { file: blob },
  'cli-blob-policy-11': { file: broken },
  'cli-blob-policy-12': {},
  'cli-blob-policy-16': { there: blob, input: 'N\n', file: skip, shown: blob },
  'cli-blob-policy-19': { there: blob, input: 'Y\n', file: skip, shown: skip },
  'cli-blob-policy-21': {},
  'cli-blob-policy-22': {},
  'cli-blob-policy-26': {},
  'cli-blob-policy-27': { there: blob },
};

/** Upstream's files that are not among the vectors: one thing is wrong in each. */
const made: Readonly<Record<string, object>> = {
  'malformed_registry_scope_trustpolicy.json': { registryScopes: ['localhost:5000\\test-repo'] },
  'malformed_trusted_identity_trustpolicy.json': { trustedIdentities: ['x509.subject: CN'] },
};

interface Commands {
  readonly commands: readonly { readonly args: readonly string[]; readonly expectFailure: boolean }[];
}

/** Runs the case's commands, one after the other, and holds how each ends and what is said against what is expected. */
export async function judgePolicyCommand(one: VectorCase): Promise<undefined> {
  const setup = setups[one.id.replace(/^(cli-(?:blob-)?policy-\d\d)-.*$/, '$1')];
  assert.ok(setup, 'no setup for this case');
  const config = mkdtempSync(join(tmpdir(), 'policy-command-'));
  try {
    place(setup, join(config, one.id.includes('-blob-') ? 'trustpolicy.blob.json' : 'trustpolicy.json'));
    const said: Said[] = [];
    for (const { args, expectFailure } of rowOf<Commands>(one).input.commands) {
      const words: readonly string[] = args.map((word) => (word.startsWith('<') ? importedFile(one, setup, config) : word));
      const ended = await runTool(words, { environment: { NOTATION_CONFIG: config }, input: setup.input ?? '' });
      assert.equal(ended.code, expectFailure ? 1 : 0, `${words.join(' ')}: ${ended.stderr}`);
      if (made[setup.file ?? '']) assert.match(ended.stderr, /registry scope|distinguished name/);
      said.push(ended);
    }
    checkWords(one, setup, said);
  } finally {
    rmSync(config, { recursive: true });
  }
}

/** These are notation 2's words about artifacts; ours are notation 1's, which test/interop/policy.test.ts holds us to. */
const ofNotation2 = /OCI trust policy|old trust policy/;

function checkWords(one: VectorCase, { shown }: Setup, said: readonly Said[]): void {
  const streams = { stdout: said.map(({ stdout }) => stdout.toString()).join(''), stderr: said.map(({ stderr }) => stderr).join('') };
  for (const keyword of one.expected['keywords'] as readonly string[]) {
    const stream = keyword.startsWith('stdout') ? streams.stdout : streams.stderr;
    const words = keyword.slice('stdout: '.length);
    if (ofNotation2.test(words) || (isRoot && words === 'permission denied')) continue;
    const expected = words === '<string(content)>' ? readFileSync(fileOf(shown), 'utf8') : words;
    assert.ok(stream.toLowerCase().includes(expected.toLowerCase()), `${keyword}: ${stream}`);
  }
}

/** Root may read every file; what it cannot read is a folder. */
const isRoot = process.getuid?.() === 0;

function place({ there, unreadable }: Setup, path: string): void {
  if (there === undefined) return;
  if (unreadable && isRoot) return void mkdirSync(path);
  copyFileSync(fileOf(there), path);
  chmodSync(path, unreadable ? 0o200 : 0o600);
}

function importedFile({ id }: VectorCase, { file = '' }: Setup, config: string): string {
  const flaw = made[file];
  if (flaw === undefined) return fileOf(file);
  const scope = id.includes('-blob-') ? { globalPolicy: true } : { registryScopes: ['*'] };
  const statement = {
    name: 'e2e',
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:e2e'],
    trustedIdentities: ['*'],
    ...scope,
  };
  const path = join(config, file);
  writeFileSync(path, JSON.stringify({ version: '1.0', trustPolicies: [{ ...statement, ...flaw }] }));
  return path;
}

function fileOf(name: string | undefined): string {
  assert.ok(name, 'the setup names no file');
  return join(thirdPartyFolder, 'trust-policy', 'shared', name);
}
