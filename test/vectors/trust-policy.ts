// Group trust-policy: policy documents, the values in them, and which statement applies.
import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBlobPolicy, selectBlobStatement } from '../../src/policy/blob.ts';
import { parseOciPolicy, selectStatement } from '../../src/policy/oci.ts';
import type { Demands } from '../../src/policy/statement.ts';
import { disk } from '../../src/store/disk.ts';
import { readOciPolicy } from '../../src/store/trust-policy.ts';
import { readVector, rowOf, type VectorCase } from '../support/third-party.ts';
import { askById, type ById, type Group, pick } from './answer.ts';
import { inFolder } from './folder.ts';

/** No case is refused for another reason than its own. */
const words: ById<RegExp> = [
  [/^policy-empty-registry-scope$|^poldoc-no-scopes$/, /at least one registry scope, found none/],
  [/^policy-wildcard-plus-other-registry-scope$|^poldoc-wildcard-and-other-scope$/, /registry scope "\*" alone/],
  [/^policy-multi-statements-|^poldoc-duplicate-scope$/, /each registry scope once, found "(\*|.*test-repo8|.*net-monitor)" twice/],
  [/^policy-unset-trust-store$|^poldoc-strict-without-stores$|^polcore-nothing$/, /found no trustStores/],
  [/^policy-unset-trusted-identity$|^polcore-no-identity$/, /found no trustedIdentities/],
  [/^policy-empty-trusted-identity$/, /expected a trusted identity .* found ""/],
  [/wildcard-plus-other-trusted-identity$|^tivalue-wildcard-plus$/, /trusted identity "\*" alone/],
  [/^policy-missing-organization-trusted-identity$/, /found no O /],
  [/^policy-invalid-format$|^policyfile-bad-json$/, /not valid JSON/],
  [/^policyfile-symlink$/, /found a symbolic link/],
  [/^policy-ratify-invalid$|^poldoc-empty-statements$|^poldoc-blob-no-statements$/, /at least one statement in trustPolicies/],
  [/^poldoc-invalid-version$/, /expected version "1.0", found "invalid"/],
  [/^poldoc-blob-no-name$/, /expected a name, found none/],
  [/^poldoc-blob-two-global$/, /one global statement at most/],
  [/^poldoc-identity-no-separator$|^tivalue-no-prefix$/, /expected a trusted identity "x509.subject: …" or "\*"/],
  [/^(poldoc-identity|tivalue)-no-value$/, /distinguished name "": .* found no C/],
  [/^tivalue-commas$/, /expected type=value, found ""/],
  [/^poldoc-store-no-separator$/, /as type:name, found "ca"/],
  [/^poldoc-store-invalid-type$|^polcore-bad-store-type$|^tsvalue-type$/, /the type of trust store ".*" to be one of/],
  [/^tsvalue-chars$/, /the name of a trust store in/],
  [/^polcore-no-level$/, /expected level to be one of .* found nothing/],
  [/^level-invalid/, /expected level to be one of .* found "invalid"/],
  [/^level-strict-integrity-log$/, /expected integrity to stay/],
  [/^level-strict-invalid-log$/, /unknown member "invalid"/],
  [/^scope-/, /expected a registry scope as registry\/repository/],
  [/^apply-none$/, /"non.existing.scope\/repo" has no applicable trust policy statement/],
];

export const trustPolicy: Group = {
  name: 'trust-policy',
  questions: askById(
    [
      [/^policy-blob$/, (one) => parseBlobPolicy(fileOf(one), one.id)],
      [/^policy-/, (one) => parseOciPolicy(fileOf(one), one.id)],
      [/^poldoc-blob-/, (one) => parseBlobPolicy(bytesOf(rowOf<{ readonly document: unknown }>(one).input.document), one.id)],
      [/^poldoc-/, (one) => parseOciPolicy(bytesOf(rowOf<{ readonly document: unknown }>(one).input.document), one.id)],
      [/^polcore-/, (one) => parseOciStatement(rowOf<object>(one).input)],
      [/^(tsvalue|tivalue|scope)-/, parseValue],
      [/^level-/, checkLevel],
      [/^apply-blob-/, selectForBlob],
      [/^apply-/, selectForArtifact],
      [/^policyfile-/, readFile],
    ],
    ({ id }) => pick(words, id),
  ),
};

/** What the cases say in words is in the configuration folder. */
const setups: Readonly<Record<string, (config: string) => void>> = {
  'policyfile-bad-json': (config) => writeFileSync(join(config, 'trustpolicy.json'), '{"invalid'),
  'policyfile-symlink': (config) => {
    writeFileSync(join(config, 'other.json'), bytesOf(documentOf([whole({}, 'strict')])));
    symlinkSync('other.json', join(config, 'trustpolicy.json'));
  },
  'policyfile-new-location': (config) => writeFileSync(join(config, 'trustpolicy.oci.json'), bytesOf(documentOf([whole({}, 'strict')]))),
};

async function readFile(one: VectorCase): Promise<void> {
  const setup = setups[one.id];
  assert.ok(setup, 'no setup for this case');
  const policy = await inFolder((config) => {
    setup(config);
    return readOciPolicy({ config, libexec: config }, disk);
  });
  assert.equal(policy.statements.length, 1);
}

function parseValue(one: VectorCase): void {
  const { scope, ...values } = rowOf<{ readonly scope?: string }>(one).input;
  parseOciStatement({ ...values, ...(scope !== undefined && { registryScopes: [scope] }) });
}

function checkLevel(one: VectorCase): void {
  const { input, expected } = rowOf<{ readonly level: string }>(one);
  const trust = input.level === 'skip' ? { trustStores: [], trustedIdentities: [] } : {};
  const statement = parseOciStatement({ signatureVerification: input, ...trust });
  assert.deepEqual(statement.actions, expected['actions']);
}

interface Selection {
  readonly artifact: string;
  readonly statements: readonly { readonly level: string }[];
}

function selectForArtifact(one: VectorCase): void {
  const { input, expected } = rowOf<Selection>(one);
  const statements = input.statements.map(({ level, ...rest }) => withTrust({ ...rest, signatureVerification: { level } }, level));
  const policy = parseOciPolicy(bytesOf(documentOf(statements)), one.id);
  assert.equal(selectStatement(policy, input.artifact.replace(/@.*$/, '')).name, expected['statement']);
}

interface BlobSelection {
  readonly blobStatements: readonly object[];
  readonly policyName?: string;
}

function selectForBlob(one: VectorCase): void {
  const { input, expected } = rowOf<BlobSelection>(one);
  const policy = parseBlobPolicy(bytesOf(documentOf(input.blobStatements.map((rest) => withTrust(rest, 'strict')))), one.id);
  assert.equal(selectBlobStatement(policy, input.policyName).name, expected['statement']);
}

/** What the cases leave out is taken from a good statement. */
function parseOciStatement(given: object): Demands {
  const { statements } = parseOciPolicy(bytesOf(documentOf([whole(given, 'strict')])), 'policy');
  assert.ok(statements[0]);
  return statements[0];
}

function whole(given: object, level: string): object {
  return { registryScopes: ['*'], ...withTrust(given, level) };
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

function fileOf({ files }: VectorCase): Uint8Array {
  return readVector(files[0]?.path ?? '');
}
