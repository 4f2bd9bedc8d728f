// Verdicts about envelopes and drafts, as the vectors of other projects state them.
import assert from 'node:assert/strict';
import { algorithmOfSpec, type KeySpec } from '../../../src/core/algorithm.ts';
import { NotationError } from '../../../src/core/error.ts';
import type { Envelope, EnvelopeMediaType } from '../../../src/core/model.ts';
import type { EnvelopeCodec } from '../../../src/envelope/codec.ts';
import { codecOfFormat, codecOfMediaType } from '../../../src/envelope/index.ts';
import { checkIntegrity } from '../../../src/envelope/integrity.ts';
import { bitString, integer, nullValue, oid, sequence } from '../../../src/x509/der-encode.ts';
import { keySpecOf } from '../../../src/x509/key-spec.ts';
import { makeEnvelope } from '../../support/envelopes.ts';
import { during } from '../../support/pki.ts';
import { readVector, rowOf, type VectorCase } from '../../support/third-party.ts';

/** Checks that are made after integrity: an envelope that fails one of them alone has its integrity. */
const laterChecks: ReadonlySet<string> = new Set([
  'authenticity',
  'authenticTimestamp',
  'expiry',
  'integrity (descriptor)',
  'plugin',
  'plugin min version',
  'userMetadata',
]);

/** Parses and checks the case's envelope and holds the verdict against what is expected before any policy, time or trust comes in. */
export async function judgeEnvelope(one: VectorCase): Promise<void> {
  const { verdict, failing_check: check = '' } = one.expected;
  // What the policy says to skip is not looked at there; here its envelope is as bad as under any other policy.
  const refused = verdict === 'skipped' || (verdict === 'invalid' && !laterChecks.has(check));
  if (refused) await assert.rejects(verifyFile(one), isOurs);
  else await verifyFile(one);
}

/** Builds the envelope that `conformance.jws.json` shows and compares all of it but the signature, which is random. */
export async function judgeConformance(one: VectorCase): Promise<void> {
  const shown = JSON.parse(Buffer.from(readVector(one.files[0]?.path ?? '')).toString()) as Record<string, Record<string, unknown>>;
  const free = ['signedKey1', 'signedKey2', 'signedKey3', 'signedKey4'].map((key) => ({ key, critical: false, value: 'signedValue1' }));
  const made = await makeEnvelope({
    format: 'jws',
    draft: {
      payload: Buffer.from('{"key":"hello JWS"}'),
      signingTime: new Date('2022-08-29T13:50:00Z'),
      expiry: new Date('2099-08-30T13:50:00Z'),
      extended: [{ key: 'signedCritKey1', critical: true, value: 'signedCritValue1' }, ...free],
    },
    unsigned: { signingAgent: 'NotationConformanceTest/1.0.0' },
  });
  const written = JSON.parse(Buffer.from(made.bytes).toString()) as Record<string, Record<string, unknown>>;
  for (const member of ['payload', 'protected']) assert.equal(written[member], shown[member], member);
  const { x5c, ...header } = written['header'] ?? {};
  assert.equal((x5c as readonly unknown[]).length, made.chain.length);
  assert.deepEqual(header, shown['header']);
}

interface SignerRow {
  readonly signature?: string;
  readonly leafKey?: KeySpec;
  readonly alg?: string;
}

/** The rows about decoded envelopes: what they lack is taken from a good one. */
export async function judgeSignerRow(one: VectorCase): Promise<void> {
  const { id, input } = rowOf<SignerRow>(one);
  const { codec, bytes } = await makeEnvelope({ format: 'jws', spec: input.leafKey ?? 'EC-256' });
  const good = JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>;
  const header = JSON.parse(Buffer.from(good['protected'] ?? '', 'base64url').toString()) as Record<string, unknown>;
  const lacks: Readonly<Record<string, string>> = {
    'siginfo-no-algorithm': 'alg',
    'siginfo-no-signing-time': 'io.cncf.notary.signingTime',
    'siginfo-no-scheme': 'io.cncf.notary.signingScheme',
    'siginfo-time-zero': 'io.cncf.notary.signingTime',
  };
  const lacking = lacks[id];
  if (lacking !== undefined) delete header[lacking];
  if (input.alg !== undefined) header['alg'] = input.alg;
  const changed = {
    ...good,
    ...(JSON.stringify(header) !== Buffer.from(good['protected'] ?? '', 'base64url').toString() && { protected: encode(header) }),
    ...(input.signature !== undefined && { signature: input.signature }),
  };
  const verify = () => checkIntegrity(codec.parse(Buffer.from(JSON.stringify(changed))));
  if (one.expected.verdict === 'valid') verify();
  else assert.throws(verify, isOurs);
}

/** The rows about requests to sign; answers why one is left out. */
export async function judgeDraft(one: VectorCase): Promise<string | undefined> {
  const { id, input } = rowOf<Readonly<Record<string, string>>>(one);
  if (id === 'signerr-tsa-fails') return 'timestamps are asked for by the signing workflow';
  const refusals: Readonly<Record<string, (codec: EnvelopeCodec) => unknown>> = {
    // A draft has no algorithm but one of the six, so that such a key is refused when its spec is looked up.
    'signerr-rsa-222': () => keySpecOf(rsaKey(28), 'key'),
    'signerr-no-scheme': (codec) => codec.prepare({ ...draft, scheme: '' as 'notary.x509' }),
    'signerr-empty-signature': (codec) => codec.prepare(draft).seal({ bytes: new Uint8Array(), certificates: [Buffer.of(0)] }, {}),
    'signerr-expiry-equal': (codec) => codec.prepare({ ...draft, expiry: during }),
    'signerr-zero-signing-time': (codec) => codec.prepare({ ...draft, signingTime: new Date('0001-01-01T00:00:00Z') }),
  };
  const extended = ['verificationPlugin', 'verificationPluginMinVersion']
    // The upstream request leaves the version out when it is the empty text.
    .filter((name) => input[name] !== undefined && input[name] !== '')
    .map((name) => ({ key: `io.cncf.notary.${name}`, critical: true, value: input[name] }));
  for (const format of ['jws', 'cose'] as const) {
    const codec = await codecOfFormat(format);
    const make = refusals[id] ?? (() => codec.prepare({ ...draft, extended }));
    if (one.expected.verdict === 'valid') make(codec);
    else assert.throws(() => make(codec), isOurs);
  }
  return undefined;
}

/** Whether the error is one of ours; anything else is a crash. */
export function isOurs(error: unknown): boolean {
  return error instanceof NotationError && error.code !== 'INTERNAL';
}

const draft = {
  payload: Buffer.from('{"targetArtifact":{}}'),
  scheme: 'notary.x509',
  signingTime: during,
  algorithm: algorithmOfSpec('EC-256'),
} as const;

async function verifyFile(one: VectorCase): Promise<Envelope> {
  const path = one.files[0]?.path ?? '';
  const codec = await codecOfMediaType(readAs[one.id] ?? String(one.params?.['mediaType'] ?? mediaTypeOfFile(path)));
  return checkIntegrity(codec.parse(readVector(path)));
}

/** Upstream reads this good COSE envelope as a JWS and finds an invalid character; the manifest states the media type of COSE. */
const readAs: Readonly<Record<string, EnvelopeMediaType>> = { 'mut-cose-as-jws': 'application/jose+json' };

function mediaTypeOfFile(path: string): EnvelopeMediaType {
  return path.includes('cose') ? 'application/cose' : 'application/jose+json';
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** SubjectPublicKeyInfo of an RSA key with a modulus of so many bytes. */
function rsaKey(bytes: number): Uint8Array {
  const key = sequence(integer(new Uint8Array(bytes).fill(0x3f)), integer(65_537));
  return sequence(sequence(oid('1.2.840.113549.1.1.1'), nullValue()), bitString(key));
}
