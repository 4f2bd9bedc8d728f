// The certificates of a chain: keys, length, rules, signatures, order (signature specification § Certificate Requirements).
import { octetString, utf8String } from '../../../src/x509/asn1/der-encode.ts';
import { extendedKeyUsageOid, extensionOid, type KeyUsageBit } from '../../../src/x509/extension.ts';
import { basicConstraints, type ExtensionDraft, extendedKeyUsage, keyUsage } from '../../../src/x509/issue/issue.ts';
import {
  authorityPlan,
  type CertificateChange,
  changeAt,
  hasAuthorities,
  hasIntermediates,
  withExtension,
  withoutExtension,
} from './chain-plan.ts';
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import { drawFlip } from './flip.ts';
import { type AuthorityKind, badLeafKeys, goodLeafKeys, type LeafKey } from './keys.ts';
import { type Minted, mintChain } from './mint.ts';
import type { CertificateSignature, SignaturePlan } from './plan.ts';

type V = Value<SignaturePlan>;

const leaf = (name: string, change: CertificateChange, rest: Partial<V> = {}): V => choice(name, (plan) => changeAt(plan, 0, change), rest);
const root = (name: string, change: CertificateChange, rest: Partial<V> = {}): V =>
  choice(name, (plan) => changeAt(plan, -1, change), { when: hasAuthorities, ...rest });
const lowest = (name: string, change: CertificateChange, rest: Partial<V> = {}): V =>
  choice(name, (plan) => changeAt(plan, 1, change), { when: hasIntermediates, ...rest });
/** Any one of the authorities. */
const authority = (name: string, change: CertificateChange, rest: Partial<V> = {}): V =>
  choice(name, (plan, random) => changeAt(plan, 1 + random.below(plan.chain.length - 1), change), { when: hasAuthorities, ...rest });

function withKey(key: LeafKey, weight = 1): V {
  return leaf(key, { key: { leaf: key } }, { weight });
}

function ofLength(name: string, intermediates: number, weight: number): V {
  return choice(
    name,
    (plan) => {
      const [first, last] = [plan.chain[0], plan.chain.at(-1)];
      if (!first || !last) return plan;
      const number = /\d+$/.exec(last.name)?.[0] ?? '';
      const between = Array.from({ length: intermediates }, (_, index) =>
        authorityPlan(plan.now, `intermediate ${number}.${index + 1}`, 'EC-256'),
      );
      return { ...plan, chain: [first, ...between, last] };
    },
    { weight },
  );
}

function withAuthorities(kind: AuthorityKind, weight = 1): V {
  return choice(
    kind,
    (plan) => ({ ...plan, chain: plan.chain.map((one) => ('authority' in one.key ? { ...one, key: { authority: kind } } : one)) }),
    { weight },
  );
}

export const keyDimensions: readonly Dimension<SignaturePlan>[] = [
  {
    name: 'key',
    good: goodLeafKeys.map((key) => withKey(key, key === 'ec-256' ? 4 : 1)),
    bad: badLeafKeys.map((key) => withKey(key)),
  },
  {
    name: 'length',
    good: [
      ofLength('a leaf and a root', 0, 4),
      ofLength('one intermediate', 1, 4),
      ofLength('two intermediates', 2, 1),
      choice('a self-signed leaf', (plan) => ({ ...plan, chain: plan.chain.slice(0, 1) }), { weight: 1 }),
    ],
    bad: [],
  },
  {
    name: 'authority',
    good: [withAuthorities('EC-256', 6), withAuthorities('EC-384'), withAuthorities('RSA-2048'), withAuthorities('Ed25519', 0.5)],
    bad: [],
  },
];

const unknown = (critical: boolean): ExtensionDraft => ({ oid: '1.3.6.1.4.1.32473.7', critical, value: utf8String('whatever') });
// NameConstraints: the permitted subtree a.bc.def of DNS.
const constraint: ExtensionDraft = {
  oid: '2.5.29.30',
  critical: true,
  value: Buffer.from('300ea00c300a8208612e62632e646566', 'hex'),
};
const forbiddenBits: readonly KeyUsageBit[] = [
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

export const leafDimension: Dimension<SignaturePlan> = {
  name: 'leaf',
  weight: 2,
  good: [
    usual('usual', 8),
    leaf('no extended key usage', withoutExtension(extensionOid.extendedKeyUsage)),
    leaf('critical extended key usage', withExtension(extendedKeyUsage([extendedKeyUsageOid.codeSigning], true))),
    leaf('nonRepudiation too', withExtension(keyUsage(['digitalSignature', 'nonRepudiation']))),
    leaf('cA false', withExtension(basicConstraints(false))),
    leaf('cA false, not critical', withExtension(basicConstraints(false, undefined, false))),
    leaf('a purpose nobody knows', withExtension(extendedKeyUsage(['1.3.6.1.4.1.32473.8']))),
    leaf('an unknown extension', withExtension(unknown(false))),
    leaf('an unknown critical extension', withExtension(unknown(true))),
    leaf('a serial number of 21 bytes', { serial: `0101${'ab'.repeat(19)}` }, { weight: 0.3 }),
    leaf('a serial number of zero', { serial: '00' }, { weight: 0.3 }),
  ],
  bad: [
    leaf('no key usage', withoutExtension(extensionOid.keyUsage)),
    leaf('key usage not critical', withExtension(keyUsage(['digitalSignature'], false))),
    leaf('no digitalSignature', withExtension(keyUsage(['nonRepudiation']))),
    ...forbiddenBits.map((bit) => leaf(`also ${bit}`, withExtension(keyUsage(['digitalSignature', bit])), { weight: 0.5 })),
    leaf('cA true', withExtension(basicConstraints(true))),
    ...(['serverAuth', 'clientAuth', 'emailProtection', 'timeStamping', 'ocspSigning'] as const).map((name) =>
      leaf(`purpose ${name}`, withExtension(extendedKeyUsage([extendedKeyUsageOid.codeSigning, extendedKeyUsageOid[name]])), {
        weight: 0.5,
      }),
    ),
    leaf('purpose anyExtendedKeyUsage', withExtension(extendedKeyUsage([extendedKeyUsageOid.anyExtendedKeyUsage]))),
    leaf('an extension twice', ({ extensions }) => ({ extensions: [...extensions, ...extensions.slice(0, 1)] }), { weight: 0.5 }),
    leaf('key usage that is none', withExtension({ oid: extensionOid.keyUsage, critical: true, value: octetString(Buffer.of(1)) }), {
      weight: 0.5,
    }),
  ],
};

export const authorityDimension: Dimension<SignaturePlan> = {
  name: 'authorities',
  weight: 2,
  good: [
    usual('usual', 8),
    authority('more key usages', withExtension(keyUsage(['digitalSignature', 'keyCertSign', 'cRLSign']))),
    lowest('a path length of zero', withExtension(basicConstraints(true, 0))),
    root('a path length of five', withExtension(basicConstraints(true, 5))),
    authority('an unknown critical extension', withExtension(unknown(true))),
    authority('a name constraint', withExtension(constraint), { weight: 0.5 }),
    authority('extended key usage', withExtension(extendedKeyUsage([extendedKeyUsageOid.serverAuth])), { weight: 0.5 }),
  ],
  bad: [
    authority('no key usage', withoutExtension(extensionOid.keyUsage)),
    authority('key usage not critical', withExtension(keyUsage(['keyCertSign'], false))),
    authority('no keyCertSign', withExtension(keyUsage(['cRLSign', 'digitalSignature']))),
    authority('no basic constraints', withoutExtension(extensionOid.basicConstraints)),
    authority('cA false', withExtension(basicConstraints(false))),
    authority('basic constraints not critical', withExtension(basicConstraints(true, undefined, false))),
    root('a path length too short', withExtension(basicConstraints(true, 0)), { when: hasIntermediates }),
  ],
};

const signedAs = (style: CertificateSignature, at: 'leaf' | 'authority', rest: Partial<V> = {}): V =>
  at === 'leaf'
    ? leaf(`leaf ${style}`, { signature: style }, { when: (plan) => !isSignedByEd25519(plan), ...rest })
    : authority(`authority ${style}`, { signature: style }, { when: (plan) => hasAuthorities(plan) && !isSignedByEd25519(plan), ...rest });
/** Ed25519 has no other hash. */
const isSignedByEd25519 = ({ chain }: SignaturePlan) =>
  chain.some(({ key }) => ('authority' in key ? key.authority === 'Ed25519' : chain.length === 1 && key.leaf === 'ed25519'));
const underRsa = { when: ({ chain }: SignaturePlan) => chain.some(({ key }) => 'authority' in key && key.authority === 'RSA-2048') };

export const certificateSignatureDimension: Dimension<SignaturePlan> = {
  name: 'certificate signature',
  weight: 1.5,
  good: [usual('usual', 5), signedAs('PKCS#1', 'leaf', underRsa), signedAs('PKCS#1', 'authority', underRsa), signedAs('SHA-512', 'leaf')],
  bad: [
    ...(['SHA-1', 'of another key', 'changed'] as const).flatMap((style) => [signedAs(style, 'leaf'), signedAs(style, 'authority')]),
    ...(['MD5', 'short salt'] as const).map((style) => signedAs(style, 'leaf', underRsa)),
    leaf('leaf in the name of another issuer', { issuer: [['CN', 'another']] }, { when: hasAuthorities }),
    leaf(
      'leaf with the issuer in capitals',
      ({ issuer }) =>
        issuer
          ? {}
          : {
              issuer: [
                ['C', 'US'],
                ['ST', 'WA'],
                ['O', 'ACME'],
                ['CN', 'ROOT'],
              ],
            },
      { when: hasAuthorities },
    ),
    ...['leaf', 'authority'].map((name) =>
      choice<SignaturePlan>(
        `a bit of the ${name}`,
        (plan, random) => changeAt(plan, name === 'leaf' ? 0 : plan.chain.length - 1, { tbs: drawFlip(random) }),
        { weight: 3, when: (plan) => name === 'leaf' || hasAuthorities(plan) },
      ),
    ),
    leaf('leaf cut short', { finish: (der) => der.subarray(0, der.length - 3) }),
    leaf('leaf with bytes left over', { finish: (der) => Buffer.concat([der, Uint8Array.of(0, 0)]) }),
    authority('authority cut short', { finish: (der) => der.subarray(0, der.length - 3) }),
    leaf('leaf with two algorithms', { finish: withOtherAlgorithm }, { weight: 0.5 }),
  ],
};

type Arrange = (chain: readonly Minted[]) => readonly Minted[];

function arranged(name: string, arrange: Arrange, rest: Partial<V> = {}): V {
  return choice(name, (plan) => ({ ...plan, arrange: (chain) => arrange(chain).map(({ der }) => der) }), rest);
}

export const arrangementDimension: Dimension<SignaturePlan> = {
  name: 'arrangement',
  weight: 1.5,
  good: [usual('leaf to root')],
  bad: [
    arranged('root to leaf', (chain) => chain.toReversed(), { when: hasAuthorities }),
    arranged('without the root', (chain) => chain.slice(0, -1), { when: hasAuthorities }),
    arranged('the leaf alone', (chain) => chain.slice(0, 1), { when: hasAuthorities }),
    arranged('without an intermediate', (chain) => chain.toSpliced(1, 1), { when: hasIntermediates }),
    arranged('authorities in another order', ([first, ...rest]) => (first ? [first, ...rest.toReversed()] : []), {
      when: hasIntermediates,
    }),
    arranged('the root twice', (chain) => [...chain, ...chain.slice(-1)]),
    arranged('the leaf twice', (chain) => [...chain.slice(0, 1), ...chain]),
    arranged('a stranger at the end', (chain) => [...chain, stranger(chain)]),
    arranged('a stranger in the middle', (chain) => chain.toSpliced(1, 0, stranger(chain)), { when: hasAuthorities }),
    arranged('without the leaf', (chain) => chain.slice(1), { when: hasAuthorities }),
    arranged('none at all', () => [], { weight: 0.5 }),
  ],
};

function stranger([first]: readonly Minted[]): Minted {
  const [minted] = mintChain([authorityPlan(first?.plan.notBefore ?? new Date(0), 'stranger', 'EC-256')], () => ({
    responders: [],
    lists: [],
  }));
  if (!minted) throw new Error('no stranger');
  return minted;
}

/** The outer AlgorithmIdentifier with a NULL that the inner one lacks. */
function withOtherAlgorithm(der: Uint8Array): Uint8Array {
  const bytes = Buffer.from(der);
  const last = bytes.lastIndexOf(Buffer.from('06082a8648ce3d0403', 'hex'));
  if (last === -1) return der;
  return Buffer.concat([bytes.subarray(0, last + 9), Buffer.of((bytes[last + 9] ?? 0) ^ 1), bytes.subarray(last + 10)]);
}
