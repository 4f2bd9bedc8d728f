// Groups ecdsa and rsa-pss: signatures alone, in the form that envelopes have them.
import assert from 'node:assert/strict';
import { type Algorithm, algorithmBy, algorithmOfSpec } from '../../src/core/algorithm.ts';
import { toFixedWidth } from '../../src/kms/ecdsa.ts';
import { keySpecOf } from '../../src/x509/key-spec.ts';
import { verifySignature } from '../../src/x509/public-key.ts';
import { encodeSignatureValue } from '../../src/x509/signature-algorithm.ts';
import { readVectorJson, type VectorCase } from '../support/third-party.ts';
import { answerOf, ask, type Group, type Question } from './answer.ts';

export const ecdsa: Group = {
  name: 'ecdsa',
  questions: (one) => (one.drive === 'D39' ? [ask(one, checkPairs)] : wycheproof(one)),
};

export const rsaPss: Group = {
  name: 'rsa-pss',
  questions: wycheproof,
  differences: [
    {
      ids: ['wy-rsa_pss_2048_sha256_mgf1_0-shared 69'],
      because: 'a salt of 32 bytes, wrong for a file about salts of none, is the one that an envelope must have (ALG-004)',
    },
  ],
};

interface SignatureTest {
  readonly tcId: number;
  readonly msg: string;
  readonly sig: string;
  readonly result: 'valid' | 'invalid';
}

interface SignatureGroup {
  readonly type: string;
  readonly publicKeyDer?: string;
  readonly sha: string;
  readonly mgfSha?: string;
  readonly sLen?: number;
  readonly tests: readonly SignatureTest[];
}

/** One question a test of a Wycheproof file; those of algorithms that we do not have must all be refused. */
function wycheproof(one: VectorCase): readonly Question[] {
  const { testGroups } = readVectorJson<{ readonly testGroups: readonly SignatureGroup[] }>(one);
  return testGroups.flatMap((group) => {
    const key = Buffer.from(group.publicKeyDer ?? '', 'hex');
    const algorithm = algorithmOfSpec(keySpecOf(key, 'key'));
    const ours = isOurs(group, algorithm);
    return group.tests.map((each) => ({
      id: `${one.id} ${each.tcId}`,
      expected: ours && each.result === 'valid' ? ('valid' as const) : ('invalid' as const),
      answer: () => answerOf(() => holds(key, algorithm, each, group.type === 'EcdsaVerify')),
    }));
  });
}

function isOurs({ sha, sLen, mgfSha }: SignatureGroup, { hash, hashBytes }: Algorithm): boolean {
  return sha === hash && (sLen === undefined || sLen === hashBytes) && (mgfSha ?? sha) === sha;
}

function holds(key: Uint8Array, algorithm: Algorithm, { msg, sig }: SignatureTest, isDer: boolean): boolean {
  const signature = Buffer.from(sig, 'hex');
  return verifySignature(key, algorithm, Buffer.from(msg, 'hex'), isDer ? toFixedWidth(signature, algorithm, 'signature') : signature);
}

interface Pairs {
  readonly coordinateBytes: number;
  readonly pairs: readonly { readonly der: string; readonly raw: string }[];
}

function checkPairs(one: VectorCase): void {
  const { coordinateBytes, pairs } = readVectorJson<Pairs>(one);
  const algorithm = algorithmBy('keySpec', { 32: 'EC-256', 48: 'EC-384', 66: 'EC-521' }[coordinateBytes]);
  assert.ok(algorithm);
  assert.ok(pairs.length > 0);
  for (const { der, raw } of pairs) {
    assert.equal(Buffer.from(toFixedWidth(Buffer.from(der, 'hex'), algorithm, 'signature')).toString('hex'), raw);
    assert.equal(Buffer.from(encodeSignatureValue(algorithm, Buffer.from(raw, 'hex'))).toString('hex'), der);
  }
}
