import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkTimestampRoot, checkTrustStoreCertificate, type TrustStoreType } from '../../../../src/x509/chain/anchor.ts';
import { mintCa, mintChain, mintLeaf } from '../../../support/pki.ts';

const [leaf, intermediate, root] = (await mintChain()).map(({ certificate }) => certificate);
const self = (await mintLeaf('self', undefined)).certificate;
assert.ok(leaf && intermediate && root);

const kinds = { leaf, intermediate, root, 'self-signed leaf': self } as const;
const allowed: Readonly<Record<TrustStoreType, readonly (keyof typeof kinds)[]>> = {
  ca: ['intermediate', 'root', 'self-signed leaf'],
  signingAuthority: ['intermediate', 'root', 'self-signed leaf'],
  tsa: ['root'],
};

describe('checkTrustStoreCertificate', () => {
  for (const type of Object.keys(allowed) as TrustStoreType[]) {
    for (const [kind, certificate] of Object.entries(kinds)) {
      const accepts = allowed[type].some((one) => one === kind);
      test(`${type} ${accepts ? 'accepts' : 'refuses'} ${kind}`, () => {
        if (accepts) checkTrustStoreCertificate(type, certificate);
        else
          assert.throws(() => checkTrustStoreCertificate(type, certificate), {
            code: 'CERTIFICATE',
            message: new RegExp(`in a trust store of type ${type}`),
          });
      });
    }
  }
});

test('refuses an authority whose key is no point of its curve', async () => {
  const spki = Buffer.from(root.publicKeyInfo);
  const other = await mintCa('another root', undefined, { publicKeyInfo: spki.fill((spki.at(-1) ?? 0) ^ 1, spki.length - 1) });
  assert.throws(() => checkTrustStoreCertificate('ca', other.certificate), { code: 'KEY_UNUSABLE', message: /cannot be loaded/ });
});

test('refuses an authority whose key is on a curve that nobody verifies with', async () => {
  const named = Buffer.from('2a8648ce3d030107', 'hex');
  const spki = Buffer.from(root.publicKeyInfo);
  spki[spki.indexOf(named) + named.length - 1] = 1;
  const other = await mintCa('P-192 root', undefined, { publicKeyInfo: spki });
  const sentence = /expected an EC key on P-224, P-256, P-384 or P-521, found P-192$/;
  assert.throws(() => checkTrustStoreCertificate('ca', other.certificate), { code: 'KEY_UNUSABLE', message: sentence });
});

describe('checkTimestampRoot', () => {
  test('returns the one root', () => assert.equal(checkTimestampRoot([root]), root));
  const refused = { nothing: [], 'two roots': [root, root], 'an intermediate': [intermediate], 'a self-signed leaf': [self] };
  for (const [title, certificates] of Object.entries(refused)) {
    test(`refuses ${title}`, () =>
      assert.throws(() => checkTimestampRoot(certificates), { code: 'CERTIFICATE', message: /single self-signed root CA/ }));
  }
});
