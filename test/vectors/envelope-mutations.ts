// Group envelope-mutations: envelopes with one thing changed, and requests to sign that must not lead to one.
import { algorithmOfSpec, type KeySpec } from '../../src/core/algorithm.ts';
import { NotationError } from '../../src/core/error.ts';
import type { EnvelopeMediaType } from '../../src/core/model.ts';
import type { EnvelopeCodec } from '../../src/envelope/codec.ts';
import { codecOfFormat, codecOfMediaType } from '../../src/envelope/index.ts';
import { checkIntegrity } from '../../src/envelope/integrity.ts';
import { sign } from '../../src/sign/sign.ts';
import { bitString, integer, nullValue, oid, sequence } from '../../src/x509/asn1/der-encode.ts';
import { keySpecOf } from '../../src/x509/key-spec.ts';
import { leafOf, makeEnvelope } from '../support/envelopes.ts';
import { during, mintChain } from '../support/pki.ts';
import { readVector, rowOf, type VectorCase } from '../support/third-party.ts';
import { answerOf, ask, type Group, type Question } from './answer.ts';

export const envelopeMutations: Group = {
  name: 'envelope-mutations',
  questions: (one) => {
    if (one.drive === 'D46') return [ask(one, one.files[0]?.row === undefined ? readMutation : readSignerRow)];
    if (one.id === 'signerr-tsa-fails') return [ask(one, signWithFailingAuthority, /authority is out of order/)];
    return askInBothFormats(one);
  },
};

/** Upstream reads this good COSE envelope as a JWS and finds an invalid character; the manifest states the media type of COSE. */
const readAs: Readonly<Record<string, EnvelopeMediaType>> = { 'mut-cose-as-jws': 'application/jose+json' };

async function readMutation(one: VectorCase): Promise<void> {
  const codec = await codecOfMediaType(readAs[one.id] ?? String(one.params?.['mediaType']));
  checkIntegrity(codec.parse(readVector(one.files[0]?.path ?? '')));
}

interface SignerRow {
  readonly signature?: string;
  readonly leafKey?: KeySpec;
  readonly alg?: string;
}

/** The member that a row takes away. */
const lacks: Readonly<Record<string, string>> = {
  'siginfo-no-algorithm': 'alg',
  'siginfo-no-signing-time': 'io.cncf.notary.signingTime',
  'siginfo-no-scheme': 'io.cncf.notary.signingScheme',
  'siginfo-time-zero': 'io.cncf.notary.signingTime',
};

/** The rows about decoded envelopes: what they lack is taken from a good one. */
async function readSignerRow(one: VectorCase): Promise<void> {
  const { id, input } = rowOf<SignerRow>(one);
  const { codec, bytes } = await makeEnvelope({ format: 'jws', spec: input.leafKey ?? 'EC-256' });
  const good = JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>;
  const header = Buffer.from(good['protected'] ?? '', 'base64url').toString();
  const changed = JSON.stringify(changeHeader(JSON.parse(header) as Record<string, unknown>, lacks[id], input.alg));
  checkIntegrity(
    codec.parse(
      Buffer.from(
        JSON.stringify({
          ...good,
          ...(changed !== header && { protected: Buffer.from(changed).toString('base64url') }),
          ...(input.signature !== undefined && { signature: input.signature }),
        }),
      ),
    ),
  );
}

function changeHeader(header: Readonly<Record<string, unknown>>, lacking: string | undefined, alg: string | undefined) {
  const kept = Object.entries(header).filter(([name]) => name !== lacking);
  return { ...Object.fromEntries(kept), ...(alg !== undefined && { alg }) };
}

const draft = {
  payload: Buffer.from('{"targetArtifact":{}}'),
  scheme: 'notary.x509',
  signingTime: during,
  algorithm: algorithmOfSpec('EC-256'),
} as const;

const drafts: Readonly<Record<string, (codec: EnvelopeCodec) => unknown>> = {
  // A draft has no algorithm but one of the six, so that such a key is refused when its spec is looked up.
  'signerr-rsa-222': () => keySpecOf(rsaKey(28), 'key'),
  'signerr-no-scheme': (codec) => codec.prepare({ ...draft, scheme: '' as 'notary.x509' }),
  'signerr-empty-signature': (codec) => codec.prepare(draft).seal({ bytes: new Uint8Array(), certificates: [Buffer.of(0)] }, {}),
  'signerr-expiry-equal': (codec) => codec.prepare({ ...draft, expiry: during }),
  'signerr-zero-signing-time': (codec) => codec.prepare({ ...draft, signingTime: new Date('0001-01-01T00:00:00Z') }),
};

/** A request to sign is the same in both formats. */
function askInBothFormats(one: VectorCase): readonly Question[] {
  const { id, input } = rowOf<Readonly<Record<string, string>>>(one);
  const extended = ['verificationPlugin', 'verificationPluginMinVersion']
    // The upstream request leaves the version out when it is the empty text.
    .filter((name) => input[name] !== undefined && input[name] !== '')
    .map((name) => ({ key: `io.cncf.notary.${name}`, critical: true, value: input[name] }));
  const prepare = drafts[id] ?? ((codec: EnvelopeCodec) => codec.prepare({ ...draft, extended }));
  return (['jws', 'cose'] as const).map((format) => ({
    ...ask(one, () => undefined),
    id: `${id} ${format}`,
    answer: () => answerOf(async () => void prepare(await codecOfFormat(format))),
  }));
}

async function signWithFailingAuthority(): Promise<void> {
  const chain = await mintChain();
  const { key } = leafOf(chain);
  const certificates = chain.map(({ certificate }) => certificate.der);
  await sign(
    { payload: draft.payload, codec: await codecOfFormat('jws') },
    {
      signer: { algorithm: key.algorithm, sign: async (message) => ({ bytes: await key.sign(message), certificates }) },
      timestamper: { stamp: () => Promise.reject(new NotationError('UNAVAILABLE', 'the authority is out of order')) },
      now: () => during,
      agent: 'test/1',
    },
  );
}

/** SubjectPublicKeyInfo of an RSA key with a modulus of so many bytes. */
function rsaKey(bytes: number): Uint8Array {
  const key = sequence(integer(new Uint8Array(bytes).fill(0x3f)), integer(65_537));
  return sequence(sequence(oid('1.2.840.113549.1.1.1'), nullValue()), bitString(key));
}
