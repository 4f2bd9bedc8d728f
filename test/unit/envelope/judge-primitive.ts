// Verdicts about signatures alone: what the envelopes rest on, as the vectors of other projects hold it.
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type Algorithm, algorithmBy, algorithmOfSpec } from '../../../src/core/algorithm.ts';
import { parseJson } from '../../../src/core/json.ts';
import { decodeCbor } from '../../../src/envelope/cbor.ts';
import { toBeSigned } from '../../../src/envelope/cose.ts';
import { toFixedWidth } from '../../../src/kms/ecdsa.ts';
import { keySpecOf } from '../../../src/x509/key-spec.ts';
import { verifySignature } from '../../../src/x509/public-key.ts';

/** One test of a Wycheproof file about signatures. */
export interface SignatureTest {
  readonly tcId: number;
  readonly msg: string;
  readonly sig: string;
  readonly result: 'valid' | 'invalid';
}

export interface SignatureFile {
  readonly testGroups: readonly {
    readonly type: string;
    readonly publicKey: string | { readonly publicKeyDer: string };
    readonly publicKeyDer?: string;
    readonly sha: string;
    readonly mgfSha?: string;
    readonly sLen?: number;
    readonly tests: readonly SignatureTest[];
  }[];
}

/** The tests of a Wycheproof file that we judge otherwise than it says, by number; those of algorithms we do not have must all be refused. */
export function misjudged({ testGroups }: SignatureFile): readonly number[] {
  return testGroups.flatMap((group) => {
    const spki = Buffer.from(group.publicKeyDer ?? '', 'hex');
    const algorithm = algorithmOfSpec(keySpecOf(spki, 'key'));
    const ours =
      group.sha === algorithm.hash &&
      (group.sLen === undefined || group.sLen === algorithm.hashBytes) &&
      (group.mgfSha ?? group.sha) === group.sha;
    const isDer = group.type === 'EcdsaVerify';
    return group.tests.filter((one) => judge(spki, algorithm, one, isDer) !== (ours && one.result === 'valid')).map(({ tcId }) => tcId);
  });
}

/** Whether a COSE_Sign1's signature is the key's, whatever else a Notary Project envelope needs. */
export function coseHolds(bytes: Uint8Array, key: JsonWebKey): boolean {
  return holds(() => {
    if (bytes[0] !== 0xd2) return false;
    const [header, , payload, signature] = decodeCbor(bytes.subarray(1), 'message', false) as readonly Uint8Array[];
    if (!header || !payload || !signature) return false;
    const parameters = decodeCbor(header, 'header', true) as ReadonlyMap<unknown, unknown>;
    const algorithm = algorithmBy('cose', parameters.get(1));
    return algorithm !== undefined && verifySignature(spkiOf(key), algorithm, toBeSigned({ header, payload }), signature);
  });
}

/** Whether a compact JWS is the key's, when its algorithm is the one that we use with such a key. */
export function jwsHolds(compact: string, key: JsonWebKey): boolean {
  return holds(() => {
    const [header = '', payload = '', signature = '', ...more] = compact.split('.');
    if (more.length > 0) return false;
    const said = parseJson(strictBase64Url(header), 'header') as Readonly<Record<string, unknown>>;
    const algorithm = algorithmBy('jws', said['alg']);
    strictBase64Url(payload);
    return (
      algorithm !== undefined && verifySignature(spkiOf(key), algorithm, Buffer.from(`${header}.${payload}`), strictBase64Url(signature))
    );
  });
}

/** Whether `jwsHolds` can be expected to agree with a verdict about this key: we use each key with one algorithm only. */
export function isOurs(key: JsonWebKey): boolean {
  return holds(() => algorithmOfSpec(keySpecOf(spkiOf(key), 'key')).jws === key['alg']);
}

function judge(spki: Uint8Array, algorithm: Algorithm, { msg, sig }: SignatureTest, isDer: boolean): boolean {
  return holds(() => {
    const signature = Buffer.from(sig, 'hex');
    return verifySignature(spki, algorithm, Buffer.from(msg, 'hex'), isDer ? toFixedWidth(signature, algorithm, 'signature') : signature);
  });
}

function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

function spkiOf(key: JsonWebKey): Uint8Array {
  return createPublicKey({ key, format: 'jwk' }).export({ format: 'der', type: 'spki' });
}

function strictBase64Url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new Error('not base64url');
  return bytes;
}
