// Every case of six groups of other projects' vectors: held, or left out for a reason that is written here.
import assert from 'node:assert/strict';
import type { JsonWebKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { algorithmBy } from '../../../src/core/algorithm.ts';
import { cose, toBeSigned } from '../../../src/envelope/cose.ts';
import { jws } from '../../../src/envelope/jws.ts';
import { toFixedWidth } from '../../../src/kms/ecdsa.ts';
import { encodeSignatureValue } from '../../../src/x509/signature-algorithm.ts';
import { casesOf, needsVectors, readVector, type VectorCase } from '../../support/third-party.ts';
import { isOurs, judgeConformance, judgeDraft, judgeEnvelope, judgeSignerRow } from './judge-envelope.ts';
import { coseHolds, isOurs as isOurKey, jwsHolds, misjudged, type SignatureFile } from './judge-primitive.ts';

const groups = ['envelopes', 'envelope-mutations', 'cose-sign1', 'jws-jose', 'ecdsa', 'rsa-pss'];

/** Cases that say nothing about parsing or integrity. */
const leftOut: Readonly<Record<string, string>> = {
  'env-plugin-no-verifier-capability': 'a conversation with a verification plugin',
  'env-plugin-trusted-identity-success': 'a conversation with a verification plugin',
  'env-plugin-revocation-failure': 'a conversation with a verification plugin',
  'env-plugin-revocation-skipped-by-policy': 'a conversation with a verification plugin',
  'env-plugin-unexpected-response': 'a conversation with a verification plugin',
  'env-minver-0.0.9': 'a comparison of plugin versions',
  'env-minver-1-pre+meta': 'a comparison of plugin versions',
  'env-minver-1.2.0': 'a comparison of plugin versions',
  'env-minver-1.1.0-alpha': 'a comparison of plugin versions',
  'signerr-tsa-fails': 'timestamps are asked for by the signing workflow',
};

/** Tests within the files whose verdict is about something that a Notary Project envelope does not say. */
const otherwise: Readonly<Record<string, readonly number[]>> = {
  // A salt of 32 bytes, wrong for the file, is the one that we take.
  'wy-rsa_pss_2048_sha256_mgf1_0-shared': [69],
  // The key is an RSA-2048 key, whose `alg` and `use` in its JWK forbid PS256: our keys come from certificates, which say neither.
  'wy-json_web_signature-shared': [338, 354],
};

interface CoseFile {
  readonly alg?: string;
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

interface JoseFile {
  readonly testGroups: readonly {
    readonly public?: JsonWebKey;
    readonly private?: JsonWebKey;
    readonly tests: readonly { readonly tcId: number; readonly jws: string; readonly result: string }[];
  }[];
}

/** By the `drive` of the manifest. A judge that answers a text leaves the case out. */
const judges: Readonly<Record<string, (one: VectorCase) => unknown>> = {
  D01: judgeEnvelope,
  D02: () => 'a conversation with a verification plugin',
  D03: () => 'a comparison of plugin versions',
  D04: judgeEnvelope,
  D05: judgeConformance,
  D46: (one) => (one.files[0]?.row === undefined ? judgeEnvelope(one) : judgeSignerRow(one)),
  D47: judgeDraft,
  D48: judgeDraft,
  D38: (one) => assert.deepEqual(misjudged(fileOf<SignatureFile>(one)), []),
  D40: (one) => assert.deepEqual(misjudged(fileOf<SignatureFile>(one)), otherwise[one.id] ?? []),
  D39: judgePairs,
  D41: judgeCompact,
  D42: judgeCose,
  D43: judgeSigStructure,
  D59: judgeCookbook,
};

describe('third-party vectors', needsVectors, () => {
  const cases = groups.flatMap(casesOf);
  const missed = new Map<string, string>();
  for (const one of cases) {
    test(`${one.group} ${one.id}`, async () => {
      const judge = judges[one.drive ?? ''];
      assert.ok(judge, `no judge for drive ${one.drive}`);
      const reason = await judge(one);
      if (typeof reason === 'string') missed.set(one.id, reason);
    });
  }

  test('all 136 cases were walked, and those left out are these', () => {
    assert.equal(cases.length, 136);
    assert.deepEqual(Object.fromEntries(missed), leftOut);
  });
});

/** None is a Notary Project envelope; the signature is judged by itself. */
function judgeCose(one: VectorCase): void {
  const file = fileOf<CoseFile>(one);
  const bytes = Buffer.from(file['sign1::verify']?.taggedCOSESign1.cborHex ?? file.output?.cbor ?? '', 'hex');
  assert.ok(bytes.length > 0);
  assert.throws(() => cose.parse(bytes), isOurs);
  const expected = one.expected.verdict === 'valid' && one.expected['notation_verdict'] === undefined;
  assert.equal(coseHolds(bytes, file.key ?? file.input?.sign0?.key ?? {}), expected);
}

function judgeSigStructure(one: VectorCase): void {
  const said = fileOf<CoseFile>(one)['sign1::sign'];
  assert.ok(said);
  const made = toBeSigned({ header: Buffer.from(said.protectedHeaders.cborHex, 'hex'), payload: Buffer.from(said.payload, 'hex') });
  assert.equal(Buffer.from(made).toString('hex'), said.tbsHex.cborHex);
}

function judgeCompact(one: VectorCase): void {
  const tests = fileOf<JoseFile>(one).testGroups.flatMap((group) =>
    group.tests.map((each) => ({ ...each, key: group.public ?? group.private ?? {} })),
  );
  for (const { jws: compact } of tests) {
    const [header, payload, signature] = compact.split('.');
    assert.throws(() => jws.parse(Buffer.from(JSON.stringify({ payload, protected: header, header: {}, signature }))), isOurs);
  }
  const different = tests.filter(({ jws: compact, result, key }) => jwsHolds(compact, key) !== (result === 'valid' && isOurKey(key)));
  assert.deepEqual(
    different.map(({ tcId }) => tcId),
    otherwise[one.id],
  );
}

function judgeCookbook(one: VectorCase): void {
  const { output } = fileOf<{ readonly output: { readonly json_flat: unknown } }>(one);
  assert.throws(() => jws.parse(Buffer.from(JSON.stringify(output.json_flat))), isOurs);
}

function judgePairs(one: VectorCase): void {
  const { coordinateBytes, pairs } = fileOf<{
    readonly coordinateBytes: number;
    readonly pairs: readonly { readonly der: string; readonly raw: string }[];
  }>(one);
  const algorithm = algorithmBy('keySpec', { 32: 'EC-256', 48: 'EC-384', 66: 'EC-521' }[coordinateBytes]);
  assert.ok(algorithm);
  assert.ok(pairs.length > 0);
  for (const { der, raw } of pairs) {
    assert.equal(Buffer.from(toFixedWidth(Buffer.from(der, 'hex'), algorithm, 'signature')).toString('hex'), raw);
    assert.equal(Buffer.from(encodeSignatureValue(algorithm, Buffer.from(raw, 'hex'))).toString('hex'), der);
  }
}

function fileOf<File>(one: VectorCase): File {
  return JSON.parse(Buffer.from(readVector(one.files[0]?.path ?? '')).toString()) as File;
}
