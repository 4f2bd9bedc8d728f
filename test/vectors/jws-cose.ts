// Groups jws-jose and cose-sign1: signatures in the forms that envelopes are made of. None of them is an envelope, and none is read as one.
import assert from 'node:assert/strict';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { algorithmBy, algorithmOfSpec } from '../../src/core/algorithm.ts';
import { NotationError } from '../../src/core/error.ts';
import { parseJson } from '../../src/core/json.ts';
import { decodeCbor } from '../../src/envelope/cbor.ts';
import { cose, toBeSigned } from '../../src/envelope/cose.ts';
import { jws } from '../../src/envelope/jws.ts';
import { keySpecOf } from '../../src/x509/key-spec.ts';
import { verifySignature } from '../../src/x509/public-key.ts';
import { readVectorJson, type VectorCase } from '../support/third-party.ts';
import { answerOf, ask, type Group, isRefusal, type Question } from './answer.ts';

export const jwsJose: Group = {
  name: 'jws-jose',
  questions: (one) => (one.drive === 'D41' ? askCompact(one) : [{ ...ask(one, parseCookbook), expected: 'invalid' }]),
  differences: [
    {
      ids: ['wy-json_web_signature-shared 338', 'wy-json_web_signature-shared 354'],
      because: 'the JWK forbids PS256 to its RSA-2048 key by `alg` or `use`: keys of envelopes come from certificates, which say neither',
    },
  ],
};

export const coseSign1: Group = {
  name: 'cose-sign1',
  questions: (one) => {
    if (one.drive === 'D43') return [ask(one, checkSigStructure)];
    // Where the manifest states a verdict for Notary Project envelopes, that one is expected.
    return [{ ...ask(one, checkCose), ...(one.expected['notation_verdict'] !== undefined && { expected: 'invalid' }) }];
  },
};

interface JoseFile {
  readonly testGroups: readonly {
    readonly public?: JsonWebKey;
    readonly private?: JsonWebKey;
    readonly tests: readonly { readonly tcId: number; readonly jws: string; readonly result: string }[];
  }[];
}

/** One question a test. A test of an algorithm that we do not use with its key must be refused, whatever the file says. */
function askCompact(one: VectorCase): readonly Question[] {
  return readVectorJson<JoseFile>(one).testGroups.flatMap((group) => {
    const key = group.public ?? group.private ?? {};
    return group.tests.map(({ tcId, jws: compact, result }) => ({
      id: `${one.id} ${tcId}`,
      expected: result === 'valid' && isOurKey(key) ? ('valid' as const) : ('invalid' as const),
      answer: () => answerOf(() => checkCompact(compact, key)),
    }));
  });
}

function checkCompact(compact: string, key: JsonWebKey): boolean {
  const [payload, header, signature] = [1, 0, 2].map((index) => compact.split('.')[index]);
  assert.throws(() => jws.parse(Buffer.from(JSON.stringify({ payload, protected: header, header: {}, signature }))), isRefusal);
  return jwsHolds(compact, key);
}

/** Whether a compact JWS is the key's, when its algorithm is the one that we use with such a key. */
function jwsHolds(compact: string, key: JsonWebKey): boolean {
  const [header = '', payload = '', signature = '', ...more] = compact.split('.');
  if (more.length > 0) return false;
  const said = parseJson(strictBase64Url(header), 'header') as Readonly<Record<string, unknown>>;
  const algorithm = algorithmBy('jws', said['alg']);
  strictBase64Url(payload);
  const signed = Buffer.from(`${header}.${payload}`);
  return algorithm !== undefined && verifySignature(spkiOf(key), algorithm, signed, strictBase64Url(signature));
}

/** We use each key with one algorithm only. */
function isOurKey(key: JsonWebKey): boolean {
  try {
    return algorithmOfSpec(keySpecOf(spkiOf(key), 'key')).jws === key['alg'];
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

function parseCookbook(one: VectorCase): void {
  const { output } = readVectorJson<{ readonly output: { readonly json_flat: unknown } }>(one);
  jws.parse(Buffer.from(JSON.stringify(output.json_flat)));
}

interface CoseFile {
  readonly key?: JsonWebKey;
  readonly input?: { readonly sign0?: { readonly key: JsonWebKey } };
  readonly output?: { readonly cbor: string };
  readonly 'sign1::verify'?: { readonly taggedCOSESign1: { readonly cborHex: string } };
  readonly 'sign1::sign'?: {
    readonly payload: string;
    readonly protectedHeaders: { readonly cborHex: string };
    readonly tbsHex: { readonly cborHex: string };
  };
}

function checkCose(one: VectorCase): boolean {
  const file = readVectorJson<CoseFile>(one);
  const bytes = Buffer.from(file['sign1::verify']?.taggedCOSESign1.cborHex ?? file.output?.cbor ?? '', 'hex');
  assert.ok(bytes.length > 0);
  assert.throws(() => cose.parse(bytes), isRefusal);
  return coseHolds(bytes, file.key ?? file.input?.sign0?.key);
}

/** Whether a COSE_Sign1's signature is the key's, whatever else a Notary Project envelope needs. */
function coseHolds(bytes: Uint8Array, key: JsonWebKey | undefined): boolean {
  if (bytes[0] !== 0xd2 || key === undefined) return false;
  const [header, , payload, signature] = decodeCbor(bytes.subarray(1), 'message', false) as readonly Uint8Array[];
  if (!header || !payload || !signature) return false;
  const parameters = decodeCbor(header, 'header', true) as ReadonlyMap<unknown, unknown>;
  const algorithm = algorithmBy('cose', parameters.get(1));
  return algorithm !== undefined && verifySignature(spkiOf(key), algorithm, toBeSigned({ header, payload }), signature);
}

function checkSigStructure(one: VectorCase): void {
  const said = readVectorJson<CoseFile>(one)['sign1::sign'];
  assert.ok(said);
  const made = toBeSigned({ header: Buffer.from(said.protectedHeaders.cborHex, 'hex'), payload: Buffer.from(said.payload, 'hex') });
  assert.equal(Buffer.from(made).toString('hex'), said.tbsHex.cborHex);
}

function spkiOf(key: JsonWebKey): Uint8Array {
  try {
    return createPublicKey({ key, format: 'jwk' }).export({ format: 'der', type: 'spki' });
  } catch {
    // A key for HMAC: nothing that a certificate could hold.
    throw new NotationError('KEY_UNUSABLE', 'expected a public key, found something else');
  }
}

function strictBase64Url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') === text) return bytes;
  throw new NotationError('ENVELOPE', `expected base64url, found ${JSON.stringify(text.slice(0, 20))}`);
}
