import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { algorithms } from '../../../../src/core/algorithm.ts';
import { bitString, nullValue, oid, sequence } from '../../../../src/x509/asn1/der-encode.ts';
import type { Certificate } from '../../../../src/x509/certificate.ts';
import {
  checkCodeSigningChain,
  checkTimestampingChain,
  checkValidity,
  findBrokenRules,
  type Purpose,
} from '../../../../src/x509/chain/profile.ts';
import { extendedKeyUsageOid as eku, type KeyUsageBit } from '../../../../src/x509/extension.ts';
import { basicConstraints, type ExtensionDraft, extendedKeyUsage, keyUsage } from '../../../../src/x509/issue/issue.ts';
import {
  type ChainWish,
  type Change,
  draftOf,
  during,
  keyOf,
  mintCa,
  mintChain,
  mintLeaf,
  mintSigned,
  validFrom,
  validUntil,
} from '../../../support/pki.ts';

const chainOf = async (wish: ChainWish): Promise<readonly Certificate[]> => (await mintChain(wish)).map(({ certificate }) => certificate);
const check = (chain: readonly Certificate[], purpose: Purpose, at?: Date) =>
  (purpose === 'code signing' ? checkCodeSigningChain : checkTimestampingChain)(chain, at);
const signs = keyUsage(['digitalSignature']);
const certifies = keyUsage(['keyCertSign']);
const anyCritical: ExtensionDraft = { oid: '1.2.3.4', critical: true, value: nullValue() };
const stamps = extendedKeyUsage([eku.timeStamping], true);

interface Case {
  readonly title: string;
  readonly purpose?: Purpose;
  /** Extensions in place of the leaf's, the intermediate's and the root's own. */
  readonly leaf?: readonly ExtensionDraft[];
  readonly intermediate?: readonly ExtensionDraft[];
  readonly root?: readonly ExtensionDraft[];
  /** The refusal; accepted when absent. */
  readonly words?: RegExp;
}

const cases: readonly Case[] = [
  { title: 'what is minted' },
  { title: 'what is minted for timestamping', purpose: 'timestamping' },

  {
    title: 'CRT-002 no basic constraints',
    intermediate: [certifies],
    words: /"CN=intermediate 1,.* found no basic constraints .*§ Root and Intermediate CA Certificates/,
  },
  { title: 'CRT-002 not critical', root: [basicConstraints(true, undefined, false), certifies], words: /"CN=root,.*not critical/ },
  { title: 'CRT-002 cA false', intermediate: [basicConstraints(false), certifies], words: /found cA false/ },
  {
    title: 'CRT-002 not critical, timestamping',
    purpose: 'timestamping',
    root: [basicConstraints(true, undefined, false), certifies],
    words: /expected .* found /,
  },
  { title: 'CRT-003 just deep enough', root: [basicConstraints(true, 1), certifies], intermediate: [basicConstraints(true, 0), certifies] },
  { title: 'CRT-003 too deep', root: [basicConstraints(true, 0), certifies], words: /"CN=root,.*of at least 1, found 0/ },
  { title: 'CRT-004 no key usage', intermediate: [basicConstraints(true)], words: /found no key usage/ },
  {
    title: 'CRT-004 no keyCertSign',
    intermediate: [basicConstraints(true), keyUsage(['cRLSign'])],
    words: /with keyCertSign, found cRLSign/,
  },
  {
    title: 'CRT-004 not critical',
    intermediate: [basicConstraints(true), keyUsage(['keyCertSign'], false)],
    words: /not critical/,
  },
  {
    title: 'CRT-004 not critical, timestamping',
    purpose: 'timestamping',
    intermediate: [basicConstraints(true), keyUsage(['keyCertSign'], false)],
  },
  {
    title: 'CRT-004 no key usage, timestamping',
    purpose: 'timestamping',
    intermediate: [basicConstraints(true)],
    words: /expected .* found /,
  },

  { title: 'CRT-005 cA false, critical or not', leaf: [basicConstraints(false, undefined, false), signs] },
  { title: 'CRT-005 cA true', leaf: [basicConstraints(true), signs], words: /"CN=leaf,.*found cA true .*§ Leaf Certificates/ },
  { title: 'CRT-006 no key usage', leaf: [], words: /found no key usage/ },
  { title: 'CRT-006 not critical', leaf: [keyUsage(['digitalSignature'], false)], words: /not critical/ },
  { title: 'CRT-006 not critical, timestamping', purpose: 'timestamping', leaf: [keyUsage(['digitalSignature'], false), stamps] },
  { title: 'CRT-007 no key usage, timestamping', purpose: 'timestamping', leaf: [stamps], words: /found no key usage/ },
  { title: 'CRT-007 an empty key usage', leaf: [keyUsage([])], words: /found an empty key usage/ },
  {
    title: 'CRT-007 nonRepudiation alone',
    leaf: [keyUsage(['nonRepudiation'])],
    words: /with digitalSignature, found nonRepudiation/,
  },
  { title: 'CRT-007 nonRepudiation besides', leaf: [keyUsage(['digitalSignature', 'nonRepudiation'])] },
  ...(['keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'] as const).flatMap(
    (bit: KeyUsageBit): readonly Case[] => [
      {
        title: `CRT-007 ${bit}`,
        leaf: [keyUsage(['digitalSignature', bit])],
        words: new RegExp(`for signatures only, found ${bit}`),
      },
      {
        title: `CRT-007 ${bit}, timestamping`,
        purpose: 'timestamping',
        leaf: [keyUsage(['digitalSignature', bit]), stamps],
        words: /expected .* found /,
      },
    ],
  ),
  { title: 'CRT-008 no extended key usage', leaf: [signs] },
  { title: 'CRT-008 an unknown purpose', leaf: [signs, extendedKeyUsage(['1.2.3'], true)] },
  // The specification forbids anyExtendedKeyUsage and the reference accepts it; ocspSigning the other way round (REF-22). Both are refused.
  ...(['anyExtendedKeyUsage', 'serverAuth', 'clientAuth', 'emailProtection', 'timeStamping', 'ocspSigning'] as const).map(
    (name): Case => ({
      title: `CRT-008 ${name}`,
      leaf: [signs, extendedKeyUsage([eku.codeSigning, eku[name]])],
      words: new RegExp(`found ${name}`),
    }),
  ),
  { title: 'CRT-009 no extended key usage', purpose: 'timestamping', leaf: [signs], words: /found no extended key usage/ },
  {
    title: 'CRT-009 not critical',
    purpose: 'timestamping',
    leaf: [signs, extendedKeyUsage([eku.timeStamping])],
    words: /not critical/,
  },
  {
    title: 'CRT-009 a second purpose',
    purpose: 'timestamping',
    leaf: [signs, extendedKeyUsage([eku.timeStamping, eku.codeSigning], true)],
    words: /expected .* found /,
  },
  {
    title: 'CRT-009 another purpose',
    purpose: 'timestamping',
    leaf: [signs, extendedKeyUsage([eku.codeSigning], true)],
    words: /expected .* found /,
  },

  {
    title: 'CRT-014 an unknown critical extension',
    leaf: [signs, anyCritical],
    intermediate: [basicConstraints(true), certifies, anyCritical],
  },
];

describe('profile', () => {
  for (const { title, purpose = 'code signing', leaf, intermediate, root, words } of cases) {
    test(`${words ? 'refuses' : 'accepts'} ${title}`, async () => {
      const changes: readonly Change[] = [leaf, intermediate, root].map((extensions) => (extensions ? { extensions } : {}));
      const chain = await chainOf({ purpose, changes });
      if (words)
        assert.throws(() => check(chain, purpose, during), { code: 'CERTIFICATE', message: words, metadata: { rule: title.slice(0, 7) } });
      else assert.equal(check(chain, purpose, during).keySpec, 'EC-256');
      if (purpose === 'timestamping') return;
      const told = findBrokenRules(chain).map(({ message }) => message);
      assert.ok(words === undefined ? told.length === 0 : told.some((message) => words.test(message)), told.join('\n'));
    });
  }
});

describe('CRT-010: the leaf has one of the six keys', () => {
  for (const { keySpec } of algorithms) {
    test(keySpec, async () => assert.equal(checkCodeSigningChain(await chainOf({ spec: keySpec }), during).keySpec, keySpec));
  }
  test('another is refused', async () => {
    const publicKeyInfo = sequence(sequence(oid('1.3.101.112')), bitString(new Uint8Array(32)));
    const chain = await chainOf({ changes: [{ publicKeyInfo }] });
    assert.throws(() => checkCodeSigningChain(chain), { code: 'KEY_UNUSABLE', message: /certificate "CN=leaf,.*found Ed25519/ });
    assert.match(
      findBrokenRules(chain)
        .map(({ message }) => message)
        .join('\n'),
      /^certificate "CN=leaf,.*found Ed25519/,
    );
  });
});

describe('CRT-011 and CRT-012: order', () => {
  const orders: readonly (readonly [
    title: string,
    pick: (chain: readonly Certificate[]) => readonly (Certificate | undefined)[],
    words: RegExp,
  ])[] = [
    ['nothing', () => [], /expected a leaf and its issuers, found none/],
    ['no root', ([leaf, ca]) => [leaf, ca], /"CN=intermediate 1,.*issued by "CN=root,/],
    ['no intermediate', ([leaf, , root]) => [leaf, root], /"CN=leaf,.*found "CN=root,.*which did not sign it/],
    ['root first', ([leaf, ca, root]) => [root, ca, leaf], /"CN=root,.*at place 1 of 3/],
    ['the root twice', ([leaf, ca, root]) => [leaf, ca, root, root], /"CN=root,.*at place 3 of 4/],
    ['the leaf twice', ([leaf, ca, root]) => [leaf, leaf, ca, root], /"CN=leaf,.*did not sign it/],
  ];
  for (const [title, pick, words] of orders) {
    test(`refuses ${title}`, async () => {
      const chain = pick(await chainOf({})).filter((one) => one !== undefined);
      assert.throws(() => checkCodeSigningChain(chain), { code: 'CERTIFICATE', message: words });
    });
  }
  test('accepts a self-signed leaf alone, for which the CA rules do not count', async () => {
    assert.equal(checkCodeSigningChain([(await mintLeaf('self', undefined)).certificate], during).keySpec, 'EC-256');
  });
  test('refuses a root CA alone as a leaf', async () => {
    const { certificate } = await mintCa('root', undefined);
    assert.throws(() => checkCodeSigningChain([certificate]), { code: 'CERTIFICATE', message: /found cA true/ });
  });
  test('refuses a leaf that issued', async () => {
    const parent = await mintLeaf('parent', undefined);
    const child = await mintLeaf('child', parent);
    assert.throws(() => checkCodeSigningChain([child.certificate, parent.certificate]), {
      code: 'CERTIFICATE',
      message: /critical, with cA true/,
    });
  });
});

test('CRT-013: SHA-1 is refused wherever it stands', async () => {
  const key = keyOf('EC-256', 'weak');
  const sha1 = sequence(oid('1.2.840.10045.4.1'));
  const signTbs = (tbs: Uint8Array) => sign('sha1', tbs, key.privateKey);
  const root = { key, certificate: mintSigned(draftOf('weak', undefined, key, [basicConstraints(true), certifies]), sha1, signTbs) };
  const leaf = await mintLeaf('leaf', root);
  assert.throws(() => checkCodeSigningChain([leaf.certificate, root.certificate]), {
    code: 'CERTIFICATE',
    message: /"CN=weak,.*found ECDSAWithSHA1 .*§ Other Requirements/,
  });
  const [only, ...others] = findBrokenRules([leaf.certificate, root.certificate]);
  assert.match(only?.message ?? '', /"CN=weak,.*found ECDSAWithSHA1/);
  assert.deepEqual(others, []);
});

describe('CRT-015 and CRT-016: validity', () => {
  const moments: readonly (readonly [title: string, at: Date, words?: RegExp])[] = [
    ['the first second', validFrom],
    ['the last second', validUntil],
    ['a millisecond before', new Date(validFrom.getTime() - 1), /not valid before 2025-01-01T00:00:00/],
    [
      'a millisecond after',
      new Date(validUntil.getTime() + 1),
      /expired on 2035-01-01T00:00:00.*found it valid from 2025-01-01.* to 2035-01-01/,
    ],
  ];
  for (const [title, at, words] of moments) {
    test(`${words ? 'refuses' : 'accepts'} ${title}`, async () => {
      const chain = await chainOf({});
      if (words) assert.throws(() => checkCodeSigningChain(chain, at), { code: 'CERTIFICATE', message: words });
      else checkCodeSigningChain(chain, at);
    });
  }
  test('the root must be valid too', async () => {
    const chain = await chainOf({ changes: [{}, {}, { notAfter: new Date('2026-01-01T00:00:00Z') }] });
    assert.throws(() => checkCodeSigningChain(chain, during), { code: 'CERTIFICATE', message: /"CN=root,.*expired on 2026-01-01/ });
    checkCodeSigningChain(chain);
  });
  test('validities need not be nested', async () => {
    const chain = await chainOf({ changes: [{ notAfter: new Date('2099-01-01T00:00:00Z') }] });
    checkValidity(chain, during);
  });
});

describe('the rules that are broken', () => {
  test('are none where there is no certificate', () => assert.deepEqual(findBrokenRules([]), []));
  test('do not hide a bug', async () => {
    const [leaf] = (await chainOf({})) as [Certificate];
    const { signatureAlgorithmDer: _, ...lacking } = leaf;
    assert.throws(() => findBrokenRules([lacking as Certificate]), TypeError);
  });
});
