// Verdicts about trust policies, as the vectors of other projects state them.
import assert from 'node:assert/strict';
import { NotationError } from '../../../src/core/error.ts';
import { parseBlobPolicy, selectBlobStatement } from '../../../src/policy/blob.ts';
import { parseOciPolicy, selectStatement } from '../../../src/policy/oci.ts';
import type { Demands } from '../../../src/policy/statement.ts';
import { readVector, rowOf, type VectorCase } from '../../support/third-party.ts';

/** Reads the case's policy, and selects from it where the case is about that, and holds the verdict and the facts against what is expected. */
export function judgeTrustPolicy(one: VectorCase): void {
  const drive = drives.find(({ ids }) => ids.test(one.id));
  assert.ok(drive, 'no drive for this case');
  if (one.expected.verdict === 'valid') drive.run(one);
  else assert.throws(() => drive.run(one), isPolicyError);
}

/** The cases that are about files, which `store/trust-policy.ts` reads. */
export const aboutFiles: ReadonlySet<string> = new Set(['policyfile-bad-json', 'policyfile-symlink', 'policyfile-new-location']);

function isPolicyError(error: unknown): boolean {
  return error instanceof NotationError && error.code === 'POLICY';
}

interface Drive {
  readonly ids: RegExp;
  readonly run: (one: VectorCase) => unknown;
}

const drives: readonly Drive[] = [
  { ids: /^policy-blob$/, run: (one) => parseBlobPolicy(fileOf(one), one.id) },
  { ids: /^policy-/, run: (one) => parseOciPolicy(fileOf(one), one.id) },
  { ids: /^poldoc-blob-/, run: (one) => parseBlobPolicy(bytesOf(rowOf<{ readonly document: unknown }>(one).input.document), one.id) },
  { ids: /^poldoc-/, run: (one) => parseOciPolicy(bytesOf(rowOf<{ readonly document: unknown }>(one).input.document), one.id) },
  { ids: /^polcore-/, run: (one) => parseOciStatement(rowOf<object>(one).input) },
  { ids: /^(tsvalue|tivalue|scope)-/, run: runValue },
  { ids: /^level-/, run: runLevel },
  { ids: /^apply-blob-/, run: runBlobSelection },
  { ids: /^apply-/, run: runSelection },
];

function runValue(one: VectorCase): void {
  const { scope, ...values } = rowOf<{ readonly scope?: string }>(one).input;
  parseOciStatement({ ...values, ...(scope !== undefined && { registryScopes: [scope] }) });
}

function runLevel(one: VectorCase): void {
  const { input, expected } = rowOf<{ readonly level: string }>(one);
  const trust = input.level === 'skip' ? { trustStores: [], trustedIdentities: [] } : {};
  const statement = parseOciStatement({ signatureVerification: input, ...trust });
  assert.deepEqual(statement.actions, expected['actions']);
}

interface Selection {
  readonly artifact: string;
  readonly statements: readonly { readonly level: string }[];
}

function runSelection(one: VectorCase): void {
  const { input, expected } = rowOf<Selection>(one);
  const statements = input.statements.map(({ level, ...rest }) => withTrust({ ...rest, signatureVerification: { level } }, level));
  const policy = parseOciPolicy(bytesOf(documentOf(statements)), one.id);
  const selected = selectStatement(policy, input.artifact.replace(/@.*$/, ''));
  assert.equal(selected.name, expected['statement']);
}

interface BlobSelection {
  readonly blobStatements: readonly object[];
  readonly policyName?: string;
}

function runBlobSelection(one: VectorCase): void {
  const { input, expected } = rowOf<BlobSelection>(one);
  const policy = parseBlobPolicy(bytesOf(documentOf(input.blobStatements.map((rest) => withTrust(rest, 'strict')))), one.id);
  assert.equal(selectBlobStatement(policy, input.policyName).name, expected['statement']);
}

/** What the cases leave out is taken from a good statement. */
function parseOciStatement(given: object): Demands {
  const { statements } = parseOciPolicy(bytesOf(documentOf([{ registryScopes: ['*'], ...withTrust(given, 'strict') }])), 'policy');
  assert.ok(statements[0]);
  return statements[0];
}

function withTrust(given: object, level: string): object {
  const trust = level === 'skip' ? {} : { trustStores: ['ca:a'], trustedIdentities: ['*'] };
  return { name: 'a', signatureVerification: { level }, ...trust, ...given };
}

function documentOf(statements: readonly object[]): object {
  return { version: '1.0', trustPolicies: statements };
}

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function fileOf(one: VectorCase): Uint8Array {
  return readVector(one.files[0]?.path ?? '');
}
