// Valid tokens with one thing changed: nothing but NotationError is ever thrown, and nothing is believed that was not signed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { Cursor, tag } from '../../../../src/x509/asn1/der.ts';
import { element, explicit, oid, sequence, set } from '../../../../src/x509/asn1/der-encode.ts';
import { parseCertificates } from '../../../../src/x509/bundle.ts';
import type { Certificate } from '../../../../src/x509/certificate.ts';
import { checkTimestampToken, type Timestamp } from '../../../../src/x509/timestamp/check.ts';
import { parseTimestampToken } from '../../../../src/x509/timestamp/token.ts';
import { type Holder, mintChain } from '../../../support/pki.ts';
import { needsVectors, readVector } from '../../../support/third-party.ts';
import { makeToken, oids, pkcs1 } from '../../../support/timestamp-token.ts';

const message = Buffer.from('notation');

interface Sample {
  readonly token: Uint8Array;
  readonly root: Certificate;
}

describe('one thing changed in a token', async () => {
  const ecdsa = await mintChain({ purpose: 'timestamping' });
  const rsa = await mintChain({ purpose: 'timestamping', spec: 'RSA-2048', caSpec: 'RSA-2048' });
  const signature = {
    signatureAlgorithm: sequence(oid('1.2.840.113549.1.1.11'), element(tag.null)),
    signature: pkcs1(rsa[0] as Holder, 'sha256'),
  };
  const samples: Readonly<Record<string, () => Promise<Sample>>> = {
    ECDSA: async () => ({ token: await makeToken({ chain: ecdsa, message }), root: rootOf(ecdsa) }),
    'PKCS#1 v1.5': async () => ({
      token: await makeToken({ chain: rsa, message, signers: [{ holder: rsa[0] as Holder, ...signature }] }),
      root: rootOf(rsa),
    }),
    'RSASSA-PSS': async () => ({ token: await makeToken({ chain: rsa, message }), root: rootOf(rsa) }),
  };
  for (const [name, make] of Object.entries(samples)) test(name, async () => spoil(await make(), name === 'ECDSA' ? 1 : 3));

  test("a public authority's", needsVectors, () => {
    const [root] = parseCertificates(readVector('timestamp/common/GlobalSignRootCA.crt'), 'root');
    assert.ok(root);
    spoil({ token: readVector('timestamp/shared/TimeStampToken.p7s'), root }, 5);
  });
});

test('a token as deep as it can be is refused without exhausting the stack', () => {
  let deep: Uint8Array = sequence();
  for (let depth = 0; depth < 5000; depth += 1) deep = sequence(deep);
  assert.equal(outcome(deep, []), undefined);
  assert.equal(outcome(sequence(oid(oids.signedData), explicit(0, sequence(set(deep)))), []), undefined);
});

/** Every byte, or every one of `step`, changed in two ways, left out, and preceded by another; every length cut off. */
function spoil({ token, root }: Sample, step = 1): void {
  const roots = [root];
  const expected = outcome(token, roots);
  assert.ok(expected, 'the sample itself must be valid');
  const free = unprotected(token, root);
  let believed = 0;
  for (let at = 0; at < token.length; at += step) {
    for (const mask of [1 << (at % 8), 0xff]) {
      const found = outcome(replace(token, at, 1, (token[at] ?? 0) ^ mask), roots);
      if (found === undefined) continue;
      believed += 1;
      assert.ok(
        free.some(([start, end]) => at >= start && at < end),
        `byte ${at} is protected, and was changed by ${mask}`,
      );
      assert.deepEqual(told(found), told(expected));
    }
    assert.equal(outcome(replace(token, at, 1), roots), undefined, `without byte ${at}`);
    const extra = [0x00, 0x30, token[at] ?? 0][(at / step) % 3] ?? 0;
    assert.equal(outcome(replace(token, at, 0, extra), roots), undefined, `with ${extra} before byte ${at}`);
    assert.equal(outcome(token.subarray(0, at), roots), undefined, `cut off at ${at}`);
  }
  assert.ok(believed > 0, 'what is not signed can be changed');
}

/**
 * What may be changed in a token without notice, as nobody reads it: the list of digest algorithms, which the signers repeat; and the copy of
 * the trusted root, for which the trusted one stands.
 */
function unprotected(token: Uint8Array, root: Certificate): readonly (readonly [start: number, end: number])[] {
  const contentInfo = new Cursor(token, 'token').sequence();
  contentInfo.oid();
  const signedData = contentInfo.explicit(0)?.sequence();
  signedData?.integer();
  const digests = signedData?.read(tag.set).value ?? new Uint8Array();
  return [digests, ...copies(token, root.der)].map((part) => {
    const start = part.byteOffset - token.byteOffset;
    return [start, start + part.length];
  });
}

function copies(token: Uint8Array, der: Uint8Array): readonly Uint8Array[] {
  const at = Buffer.from(token.buffer, token.byteOffset, token.length).indexOf(der);
  return at === -1 ? [] : [token.subarray(at, at + der.length)];
}

function replace(token: Uint8Array, at: number, count: number, ...bytes: readonly number[]): Uint8Array {
  return Buffer.concat([token.subarray(0, at), Uint8Array.from(bytes), token.subarray(at + count)]);
}

function outcome(token: Uint8Array, roots: readonly Certificate[]): Timestamp | undefined {
  try {
    return checkTimestampToken(parseTimestampToken(token), { message, roots });
  } catch (error) {
    assert.ok(error instanceof NotationError && error.code === 'TIMESTAMP', String(error));
    return undefined;
  }
}

function told({ earliest, latest, info, chain }: Timestamp): unknown {
  return { earliest, latest, info: structuredClone(info), chain: chain.map(({ der }) => Buffer.from(der).toString('hex')) };
}

function rootOf(holders: readonly Holder[]): Certificate {
  const root = holders.at(-1);
  assert.ok(root);
  return root.certificate;
}
