// Valid signatures with one bit flipped, every bit of them: what is verified all the same is what no signature covers, and says nothing that counts.
// CI flips two bits of each byte, `npm run fuzz` all eight, and `npm run mutations` some.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { algorithms, type KeySpec } from '../../../src/core/algorithm.ts';
import type { EnvelopeFormat } from '../../../src/core/model.ts';
import { encodePayload } from '../../../src/core/payload.ts';
import type { StoredSignature } from '../../../src/core/ports.ts';
import { verifySignature } from '../../../src/verify/signature.ts';
import { checkSameSubject } from '../../../src/verify/subject.ts';
import { Cursor, tag } from '../../../src/x509/asn1/der.ts';
import { rememberCertificates } from '../../../src/x509/certificate-memory.ts';
import { leafOf, makeEnvelope } from '../../support/envelopes.ts';
import { iterations } from '../../support/fuzz.ts';
import { during, type Holder, mintChain } from '../../support/pki.ts';
import { makeToken } from '../../support/timestamp-token.ts';
import { portsOf, statementOf, storeOf } from '../../support/verification.ts';

const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'ab'.repeat(32)}`, size: 42 };
const signed = { ...subject, annotations: { build: '7' } };
const expiry = new Date('2027-01-01T00:00:00Z');
const agentName = 'io.cncf.notary.signingAgent';
const agent = 'notation-ts-kms/0.1.0';

const bitsOfEach: readonly number[] = iterations >= 1_000_000 ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, 3];
const step = iterations < 10_000 ? 5 : 1;

/** Bytes from `start` to before `end` that no signature covers. */
interface Free {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Whether the flipped byte leaves something that can be read; unknown where absent. */
  readonly readable?: (flipped: number) => boolean;
}

interface Sample {
  readonly stored: StoredSignature;
  readonly root: Holder;
  readonly authority?: readonly Holder[];
  readonly free: readonly Free[];
}

const formats = ['jws', 'cose'] as const;

describe('one bit flipped in a signature', () => {
  for (const format of formats) {
    for (const { keySpec } of algorithms)
      test(`${format}, ${keySpec}`, async (t) => t.diagnostic(await flipAll(await plain(format, keySpec))));
    test(`${format}, EC-256, timestamped`, async (t) => t.diagnostic(await flipAll(await stamped(format))));
  }
});

/** Flips bit by bit, and answers how much of it was verified all the same. */
async function flipAll(sample: Sample): Promise<string> {
  const { envelope } = sample.stored;
  const verify = verifierOf(sample);
  const expected = await verify(envelope);
  assert.ok(expected !== undefined, 'the sample itself must be valid');
  const counts = new Map(sample.free.map((one) => [one, { verified: 0, readable: 0 }]));
  let flips = 0;
  for (let place = 0; place < envelope.length; place += step) {
    const around = sample.free.find(({ start, end }) => place >= start && place < end);
    const count = around && counts.get(around);
    for (const bit of bitsOfEach.map((one) => (one + place) % 8)) {
      flips += 1;
      const flipped = Buffer.from(envelope);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << bit);
      if (count && around?.readable?.(flipped[place] ?? 0)) count.readable += 1;
      const told = await verify(flipped);
      if (told === undefined) continue;
      assert.ok(count, `byte ${place} is covered, and verifies with bit ${bit} flipped`);
      count.verified += 1;
      assert.deepEqual(told, expected);
    }
  }
  for (const [{ name, readable }, count] of counts) {
    if (readable) assert.equal(count.verified, count.readable, name);
    else assert.ok(count.verified > 0, `${name}: nothing verifies`);
  }
  const free = [...counts].map(([{ name }, { verified }]) => `${verified} in ${name}`);
  return `${envelope.length} bytes, ${flips} flips: ${free.join(', ') || 'none'} verified, the others not`;
}

/** Answers what a verified signature says, and undefined for a rejected one. */
function verifierOf({ stored, root, authority }: Sample): (envelope: Uint8Array) => Promise<unknown> {
  const stores = { 'ca:test': [root.certificate], 'tsa:test': (authority ?? []).slice(-1).map(({ certificate }) => certificate) };
  const ports = { ...portsOf({ stores }), readCertificate: rememberCertificates() };
  const statement = statementOf({ trustStores: [storeOf('ca'), ...(authority ? [storeOf('tsa')] : [])] });
  const checkSubject = (found: typeof subject) => checkSameSubject(found, subject);
  return async (envelope) => {
    const outcome = await verifySignature({ ...stored, envelope }, { statement, checkSubject, userMetadata: {} }, ports);
    if (outcome.status === 'rejected') {
      assert.notEqual(outcome.error.code, 'INTERNAL');
      return undefined;
    }
    const { payload, signed: attributes, certificates } = outcome.envelope;
    return { payload, attributes, certificates, signed: outcome.signed, checks: outcome.findings.map(({ result }) => result) };
  };
}

async function plain(format: EnvelopeFormat, spec: KeySpec): Promise<Sample> {
  const chain = await mintChain({ spec });
  const { bytes } = await makeEnvelope({
    format,
    chain,
    draft: { payload: encodePayload(signed), expiry },
    unsigned: { signingAgent: agent },
  });
  return { stored: storedAs(format, bytes), root: rootOf(chain), free: agentIn(format, bytes) };
}

async function stamped(format: EnvelopeFormat): Promise<Sample> {
  const [chain, authority] = [await mintChain(), await mintChain({ purpose: 'timestamping' })];
  const draft = {
    payload: encodePayload(signed),
    expiry,
    scheme: 'notary.x509',
    signingTime: during,
    algorithm: leafOf(chain).key.algorithm,
  } as const;
  const { codec, signature } = await makeEnvelope({ format, chain, draft });
  const timestamp = await makeToken({ chain: authority, message: signature });
  const certificates = chain.map(({ certificate }) => certificate.der);
  const bytes = codec.prepare(draft).seal({ bytes: signature, certificates }, { signingAgent: agent, timestamp });
  const free = [...agentIn(format, bytes), ...tokenIn(format, bytes, timestamp, rootOf(authority).certificate.der)];
  return { stored: storedAs(format, bytes), root: rootOf(chain), authority, free };
}

function storedAs(format: EnvelopeFormat, envelope: Uint8Array): StoredSignature {
  return { mediaType: format === 'jws' ? 'application/jose+json' : 'application/cose', envelope };
}

// Who signed with what is a note for people (ATT-010); a member of another name is one that nobody knows.
function agentIn(format: EnvelopeFormat, bytes: Uint8Array): readonly Free[] {
  const readable = format === 'jws' ? isJsonText : isAscii;
  const [nameStart, start] = [agentName, agent].map((text) => Buffer.from(bytes).indexOf(text)) as [number, number];
  const kind = { name: 'the kind of the signing agent', start: start - 1, end: start, readable: isBytesHead };
  return [
    { name: 'the name of the signing agent', start: nameStart, end: nameStart + agentName.length, readable },
    { name: 'the signing agent', start, end: start + agent.length, readable },
    ...(format === 'cose' ? [kind] : []),
  ];
}

/** CBOR's head of bytes as long as the agent is: it stands for no agent then. */
function isBytesHead(byte: number): boolean {
  return byte === 0x40 + agent.length;
}

function isAscii(byte: number): boolean {
  return byte < 0x80;
}

function isJsonText(byte: number): boolean {
  return isAscii(byte) && byte >= 0x20 && byte !== 0x22 && byte !== 0x5c;
}

// In a token, the list of digest algorithms, which its signers repeat, and the copy of the root, for which the trusted one stands.
function tokenIn(format: EnvelopeFormat, bytes: Uint8Array, token: Uint8Array, root: Uint8Array): readonly Free[] {
  const written = format === 'jws' ? Buffer.from(Buffer.from(token).toString('base64')) : token;
  const start = Buffer.from(bytes).indexOf(written);
  // A digit of base64 has six bits.
  const [floor, ceiling] =
    format === 'jws' ? [(at: number) => Math.floor((at * 8) / 6), (at: number) => Math.ceil((at * 8) / 6)] : [Number, Number];
  return [
    { name: "the token's list of digest algorithms", part: digestAlgorithmsOf(token) },
    { name: "the token's copy of the root", part: token.subarray(Buffer.from(token).indexOf(root)).subarray(0, root.length) },
  ].map(({ name, part }) => {
    const first = part.byteOffset - token.byteOffset;
    return { name, start: start + floor(first), end: start + ceiling(first + part.length) };
  });
}

function digestAlgorithmsOf(token: Uint8Array): Uint8Array {
  const contentInfo = new Cursor(token, 'token').sequence();
  contentInfo.oid();
  const signedData = contentInfo.explicit(0)?.sequence();
  signedData?.integer();
  return signedData?.read(tag.set).value ?? new Uint8Array();
}

function rootOf(chain: readonly Holder[]): Holder {
  const root = chain.at(-1);
  assert.ok(root);
  return root;
}
