// Judges of what `verify-signature` is asked and answers.
import assert from 'node:assert/strict';
import { toBase64 } from '../../src/core/bytes.ts';
import { NotationError } from '../../src/core/error.ts';
import { mintChain } from '../support/pki.ts';
import { readVector, rowOf, type VectorCase } from '../support/third-party.ts';

type Json = Readonly<Record<string, unknown>>;
type Serve = (command: string, input: string) => Promise<Json>;

/**
 * Has the row's signature verified, and says what a host makes of the answer. AWS Signer's own test has certificates for TLS servers,
 * which no verifier takes: a chain for code signing stands in their place.
 */
export async function serveVerification(one: VectorCase, serve: Serve): Promise<void> {
  const request = JSON.parse(rowOf<{ readonly stdin: string }>(one).input.stdin);
  const { signature } = request;
  if (signature.certificateChain.length === 2)
    signature.certificateChain = (await mintChain({ intermediates: 0 })).map(({ certificate }) => toBase64(certificate.der));
  const answer = await serve('verify-signature', JSON.stringify(request));
  const objections = objectionsTo(answer, signature.unprocessedAttributes);
  if (objections.length > 0) throw new NotationError('UNVERIFIED', objections.join('; '));
}

interface CheckResult {
  readonly success: boolean;
  readonly reason: string;
}

/** As notation has them (plugin-extensibility.md, "Verification workflow", 6). */
function objectionsTo(answer: Json, unprocessed: readonly string[]): readonly string[] {
  const results = Object.entries(answer['verificationResults'] as Readonly<Record<string, CheckResult>>);
  const failed = results.filter(([, { success }]) => !success).map(([check, { reason }]) => `${check}: ${reason}`);
  const left = unprocessed.filter((name) => !(answer['processedAttributes'] as readonly string[]).includes(name));
  return left.length === 0 ? failed : [...failed, `not processed: ${left.join(', ')}`];
}

/** The names of members at every depth; those that are a capability or anybody's own are no names. */
export function checkDeepTemplate(one: VectorCase, readSchema: (file: string) => Json): void {
  const [, kind] = /^spec-verify-signature-(request|response)$/.exec(one.id) ?? [];
  const text = Buffer.from(readVector(one.files[0]?.path ?? '')).toString();
  const found = [...text.replaceAll(/\/\/.*$/gm, '').matchAll(/"(\w+)"\s*:/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'name');
  assert.deepEqual(new Set(namesIn(readSchema(`verify-signature.${kind}.json`))), new Set(found));
}

function namesIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([word, value]) => [
    ...(word === 'properties' ? Object.keys(value as object) : []),
    ...(word === 'if' || word === 'then' ? [] : namesIn(value)),
  ]);
}
