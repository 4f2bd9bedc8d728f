// Whether a command under a fault ended as it must.
import assert from 'node:assert/strict';
import { constants, createPublicKey, verify } from 'node:crypto';
import { algorithmOfSpec } from '../../../src/core/algorithm.ts';
import { answerOf, type Ended, failureOf } from '../process.ts';
import type { Expected, Stage } from './row.ts';
import type { Scene } from './scene.ts';

export interface Evidence {
  readonly ended: Ended;
  readonly stage: Stage;
  readonly scene: Scene;
  readonly tookMs: number;
  readonly deadlineMs: number;
  readonly payload: Uint8Array;
}

/** @throws AssertionError that tells what was said instead */
export function judge(expected: Expected, evidence: Evidence): void {
  const { ended, tookMs, deadlineMs, stage, scene } = evidence;
  const outcome = ended.code === 0 ? 'success' : failureOf(ended).errorCode;
  assert.ok(
    [expected.outcome].flat().some((one) => one === outcome),
    `expected ${expected.outcome}, found ${outcome}: ${ended.stderr}`,
  );
  if (outcome === 'success') judgeAnswer(evidence, answerOf(ended));
  else judgeFailure(expected, ended);
  const limit = expected.atOnce ? deadlineMs / 2 : deadlineMs + 1000;
  assert.ok(tookMs < limit, `expected an end within ${limit} ms, found ${Math.round(tookMs)} ms`);
  const times = scene.asked().filter(({ operation }) => operation === stage.operation);
  if (expected.times !== undefined) assert.equal(times.length, expected.times, `${stage.operation} was asked for ${times.length} times`);
  const [first, second] = times.map(({ at }) => at);
  if (expected.pauseMs !== undefined)
    assert.ok((second ?? 0) - (first ?? 0) >= expected.pauseMs, `asked again after ${(second ?? 0) - (first ?? 0)} ms`);
  assert.deepEqual(
    scene.asked().filter(({ url }) => url.pathname === '/elsewhere'),
    [],
    'a redirect was followed',
  );
}

function judgeAnswer({ stage, scene, payload }: Evidence, answer: ReturnType<typeof answerOf>): void {
  assert.equal(answer['keyId'], scene.keyId);
  if (stage.command === 'describe-key') assert.equal(answer['keySpec'], scene.spec);
  else judgeSignature(scene, payload, answer);
}

/** By node:crypto alone, as strictly as COSE verifiers do: salt as long as the hash, r‖s of fixed width. */
function judgeSignature({ spec, leaf }: Scene, payload: Uint8Array, answer: ReturnType<typeof answerOf>): void {
  const { kind, hash, hashBytes } = algorithmOfSpec(spec);
  const key = createPublicKey({ key: Buffer.from(leaf.key.publicKeyInfo), format: 'der', type: 'spki' });
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashBytes };
  const how = { key, ...(kind === 'RSA' ? pss : { dsaEncoding: 'ieee-p1363' as const }) };
  const signature = Buffer.from(String(answer['signature']), 'base64');
  assert.ok(verify(hash, payload, how, signature), 'a signature that does not verify left the plugin');
  const [first] = answer['certificateChain'] as readonly string[];
  assert.equal(first, Buffer.from(leaf.certificate.der).toString('base64'));
}

function judgeFailure(expected: Expected, ended: Ended): void {
  const { errorMessage, errorMetadata = {} } = failureOf(ended) as Failure;
  assert.match(errorMessage, /^\P{Cc}{20,1200}$/u, 'a sentence for people, in one line');
  assert.doesNotMatch(errorMessage, /<html|\[object |undefined|unexpected failure|\bat .*\.[jt]s:\d+/);
  for (const text of expected.says ?? []) assert.match(errorMessage, text);
  const values = Object.values(errorMetadata);
  assert.ok(values.every((value) => typeof value === 'string'));
  for (const value of expected.metadata ?? [])
    assert.ok(values.includes(value), `expected ${value} in errorMetadata, found ${JSON.stringify(errorMetadata)}`);
}

interface Failure {
  readonly errorMessage: string;
  readonly errorMetadata?: Readonly<Record<string, unknown>>;
}
