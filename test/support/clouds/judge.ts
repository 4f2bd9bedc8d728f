// Whether a command under a fault ended as it must.
import assert from 'node:assert/strict';
import { constants, createPublicKey, verify } from 'node:crypto';
import { algorithmOfSpec } from '../../../src/core/algorithm.ts';
import { answerOf, type Ended, failureOf } from '../process.ts';
import type { Expected, Row, Stage } from './row.ts';
import type { Scene } from './scene.ts';
import type { Asked } from './server.ts';
import { hiddenHosts } from './tls.ts';

export interface Evidence {
  readonly ended: Ended;
  readonly stage: Stage;
  readonly scene: Scene;
  /** Whether it was still at it long after its deadline. */
  readonly late: boolean;
  readonly payload: Uint8Array;
  readonly row: Pick<Row, 'act' | 'times'>;
}

/** Whether the machine may have been too slow for the deadline: the fault had no chance yet, or its answer not enough time. */
export function isHurried(expected: Expected, { ended, late, stage, scene, row }: Evidence): boolean {
  const timedOut = ended.code !== 0 && /TIMEOUT|deadline/.test(ended.stderr) && ![expected.outcome].flat().includes('TIMEOUT');
  const givenUp = stage.hasty === true && ended.code !== 0 && expected.outcome === 'success';
  return late || timedOut || givenUp || (row.act !== undefined && struckIn(scene, stage).length <= (row.times ?? 0));
}

/** @throws AssertionError that tells what was said instead */
export function judge(expected: Expected, evidence: Evidence): void {
  const { ended, late, stage, scene, row } = evidence;
  if (stage.command === 'key describe') judgeTool(expected, ended);
  else judgePlugin(expected, evidence);
  assert.ok(!late, 'it did not end with its deadline');
  const struck = struckIn(scene, stage);
  if (row.act !== undefined) assert.ok(struck.length > (row.times ?? 0), `the fault had no chance: ${struck.length} requests`);
  judgeRequests(expected, stage, struck);
  judgePath(expected, scene);
}

function struckIn(scene: Scene, stage: Stage): readonly Asked[] {
  return scene.asked().filter(({ operation }) => operation === stage.operation);
}

function judgeRequests(expected: Expected, { operation }: Stage, struck: readonly Asked[]): void {
  if (expected.times !== undefined) assert.equal(struck.length, expected.times, `${operation} was asked for ${struck.length} times`);
  const pause = (struck[1]?.at ?? 0) - (struck[0]?.at ?? 0);
  if (expected.pauseMs !== undefined) assert.ok(pause >= expected.pauseMs, `asked again after ${pause} ms`);
}

function judgePath(expected: Expected, { origin, asked }: Scene): void {
  const asks = asked().map(({ operation }) => operation);
  if (expected.asks !== undefined)
    assert.deepEqual(
      asks.filter((operation) => !forTokens.has(operation)),
      expected.asks,
    );
  const strange = Object.values(hiddenHosts).filter((host) => !origin.endsWith(host));
  const astray = asked().filter(({ url, headers }) => url.pathname === '/elsewhere' || strange.includes(headers['host'] ?? ''));
  assert.deepEqual(astray, [], 'another host was asked');
}

const forTokens: ReadonlySet<string> = new Set([
  'authority',
  'token',
  'AssumeRole',
  'Credentials',
  'login',
  'metadata',
  'generateAccessToken',
]);

/** The tool tells a person and not a program: one line, which holds what the plugin's message would hold. */
function judgeTool({ outcome, says }: Expected, { code, stdout, stderr }: Ended): void {
  const expected = [outcome].flat();
  assert.ok(
    expected.includes('success') ? code === 0 || expected.length > 1 : code === 1,
    `expected ${outcome}, found exit code ${code}: ${stderr}`,
  );
  assert.match(stderr, code === 0 ? /^$/ : /^Error: [^\n]+\n$/);
  if (code === 0) assert.equal(typeof JSON.parse(stdout).id, 'string');
  else judgeSentence(stderr.trimEnd(), says);
}

function judgePlugin(expected: Expected, evidence: Evidence): void {
  const { ended } = evidence;
  const outcome = ended.code === 0 ? 'success' : failureOf(ended).errorCode;
  assert.ok(
    [expected.outcome].flat().some((one) => one === outcome),
    `expected ${expected.outcome}, found ${outcome}: ${ended.stderr}`,
  );
  if (outcome === 'success') judgeAnswer(evidence, answerOf(ended));
  else judgeFailure(expected, failureOf(ended));
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

function judgeFailure(expected: Expected, { errorMessage, errorMetadata = {} }: Failure): void {
  judgeSentence(errorMessage, expected.says);
  const values = Object.values(errorMetadata);
  assert.ok(values.every((value) => typeof value === 'string'));
  for (const value of expected.metadata ?? [])
    assert.ok(values.includes(value), `expected ${value} in errorMetadata, found ${JSON.stringify(errorMetadata)}`);
  if (expected.retryable) assert.equal(errorMetadata['retryable'], 'true', JSON.stringify(errorMetadata));
}

/** For people: one line, nothing of a page or of an interpreter, and what it must hold. */
function judgeSentence(sentence: string, says: readonly RegExp[] = []): void {
  assert.match(sentence, /^\P{Cc}{20,1200}$/u);
  assert.doesNotMatch(sentence, /<html|\[object |undefined|unexpected failure|\bat .*\.[jt]s:\d+/);
  for (const text of says) assert.match(sentence, text);
}

interface Failure {
  readonly errorMessage: string;
  readonly errorMetadata?: Readonly<Record<string, unknown>>;
}
