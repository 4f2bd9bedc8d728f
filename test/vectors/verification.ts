// Verdicts of the whole verification, over policies, stores and artifacts as a case states them.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import type { Descriptor } from '../../src/core/model.ts';
import type { Repository, StoredSignature } from '../../src/core/ports.ts';
import { parseBlobPolicy, selectBlobStatement } from '../../src/policy/blob.ts';
import { parseOciPolicy, selectStatement } from '../../src/policy/oci.ts';
import { verifyArtifact } from '../../src/verify/artifact.ts';
import { verifyBlob } from '../../src/verify/blob.ts';
import type { Outcome } from '../../src/verify/outcome.ts';
import type { OpenVerificationPlugin, VerificationPorts } from '../../src/verify/ports.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { checkTrustStoreCertificate, type TrustStoreType } from '../../src/x509/chain/anchor.ts';
import { readVector, thirdPartyFolder, type VectorCase } from '../support/third-party.ts';
import { portsOf } from '../support/verification.ts';
import { type Answer, isRefusal } from './answer.ts';

/** When the cases are verified that state no time: the certificates of those that are valid are so then. */
const now = new Date('2026-01-01T00:00:00Z');

/** What the manifest states beside the envelope. */
interface Parameters {
  readonly mediaType: string;
  readonly trustPolicy: unknown;
  /** Files by `type:name`. */
  readonly trustStores: Readonly<Record<string, readonly string[]>>;
  readonly artifactReference?: string;
  readonly targetDescriptor?: Descriptor;
  readonly policyName?: string;
  readonly userMetadata?: Readonly<Record<string, string>>;
  readonly scope?: string;
}

/** Verifies the case's envelope, whose revocation is out of reach of a test: nobody has revoked anything. */
export function verifyCase(one: VectorCase, openVerificationPlugin?: OpenVerificationPlugin): Promise<Answer> {
  return verifyWith(one, one.params as unknown as Parameters, openVerificationPlugin);
}

/** The same, with a policy that overrides what becomes of checks. */
export function verifyOverriding(one: VectorCase, override: object, openVerificationPlugin: OpenVerificationPlugin): Promise<Answer> {
  const parameters = one.params as unknown as Parameters;
  const { trustPolicies, ...document } = parameters.trustPolicy as { readonly trustPolicies: readonly OverriddenStatement[] };
  const overridden = trustPolicies.map((statement) => ({
    ...statement,
    signatureVerification: { ...statement.signatureVerification, override },
  }));
  return verifyWith(one, { ...parameters, trustPolicy: { ...document, trustPolicies: overridden } }, openVerificationPlugin);
}

interface OverriddenStatement {
  readonly signatureVerification: object;
}

async function verifyWith(one: VectorCase, parameters: Parameters, plugin: OpenVerificationPlugin | undefined): Promise<Answer> {
  try {
    const outcome = await (parameters.policyName === undefined ? verifyAsArtifact : verifyAsBlob)(one, parameters, plugin);
    return tell(outcome, one);
  } catch (error) {
    if (isRefusal(error)) return { verdict: 'invalid', why: `policy: ${error.message}` };
    throw error;
  }
}

/** The verdict; a rejection begins with the stage of the check that failed. What the case says is logged must have been. */
export function tell(outcome: Outcome, { expected }: VectorCase): Answer {
  if (outcome.status === 'skipped') return { verdict: 'skipped', why: 'the policy skips it' };
  if (outcome.status === 'rejected') {
    const [first] = outcome.rejected;
    return {
      verdict: 'invalid',
      why: first ? `${first.stage}: ${first.error.message}` : `expected a signature, found none: ${outcome.reason}`,
    };
  }
  const failed = outcome.accepted.findings.filter(({ result }) => result === 'failed').map(({ check }) => check);
  const { logged_failure: logged } = expected;
  if (logged !== undefined) assert.deepEqual(failed, [logged]);
  return { verdict: 'valid', why: 'verified' };
}

async function verifyAsArtifact(one: VectorCase, parameters: Parameters, plugin?: OpenVerificationPlugin): Promise<Outcome> {
  const { trustPolicy, artifactReference = '(any)', targetDescriptor: subject, userMetadata = {}, scope = '' } = parameters;
  assert.ok(subject);
  const policy = parseOciPolicy(Buffer.from(JSON.stringify(trustPolicy)), one.id);
  // Some state a digest only, and trust every repository.
  const selected = selectStatement(policy, artifactReference.startsWith('(') ? 'registry.test/any' : artifactReference.replace(/@.*/, ''));
  const alone = scope.startsWith('upstream asserts the authenticTimestamp step alone');
  const statement = alone ? { ...selected, actions: { ...selected.actions, authenticity: 'log' as const } } : selected;
  const repository = repositoryOf(subject, { mediaType: parameters.mediaType, envelope: fileOf(one, 0) });
  return verifyArtifact(repository, subject, { statement, maxSignatures: 100, userMetadata }, portsFor(one, parameters, plugin));
}

async function verifyAsBlob(one: VectorCase, parameters: Parameters): Promise<Outcome> {
  const policy = parseBlobPolicy(Buffer.from(JSON.stringify(parameters.trustPolicy)), one.id);
  const statement = selectBlobStatement(policy, parameters.policyName);
  const stored = { mediaType: parameters.mediaType, envelope: fileOf(one, 0) };
  const content = () => createReadStream(join(thirdPartyFolder, one.files[2]?.path ?? ''));
  return verifyBlob(stored, content, { statement, userMetadata: parameters.userMetadata ?? {} }, portsFor(one, parameters));
}

function repositoryOf(subject: Descriptor, stored: StoredSignature): Repository {
  const nowhere = () => Promise.reject(new Error('not asked for'));
  return {
    resolve: nowhere,
    attach: nowhere,
    fetch: async () => stored,
    signatures: async function* () {
      yield subject;
    },
  };
}

function portsFor(one: VectorCase, { trustStores }: Parameters, openVerificationPlugin?: OpenVerificationPlugin): VerificationPorts {
  const open = ([name, paths]: readonly [string, readonly string[]]) => [name, paths.flatMap((path) => readStoreFile(one, name, path))];
  const stores = Object.fromEntries(Object.entries(trustStores).map(open));
  return portsOf({ stores, now: () => now, ...(openVerificationPlugin && { openVerificationPlugin }) });
}

function readStoreFile({ files }: VectorCase, store: string, path: string): readonly Certificate[] {
  // A bare name is one of the case's own files.
  const place = path.includes('/') ? path : (files.find((file) => basename(file.path) === path)?.path ?? path);
  const certificates = parseCertificates(readVector(place), place);
  for (const certificate of certificates) checkTrustStoreCertificate(store.split(':')[0] as TrustStoreType, certificate);
  return certificates;
}

function fileOf({ files }: VectorCase, index: number): Uint8Array {
  return readVector(files[index]?.path ?? '');
}
