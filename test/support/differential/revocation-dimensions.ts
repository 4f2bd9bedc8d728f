// Where the certificates of a chain say that their revocation can be asked for, and what is answered there (REV-001 to REV-017).
import { sequence, utf8String } from '../../../src/x509/asn1/der-encode.ts';
import type { ExtensionDraft } from '../../../src/x509/issue/issue.ts';
import { changeAt, hasAuthorities, hasIntermediates } from './chain-plan.ts';
import { type CrlWish, crl } from './crl-answer.ts';
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import { drawFlip } from './flip.ts';
import { type OcspWish, ocsp, plainly } from './ocsp-answer.ts';
import type { Answerer, SignaturePlan, Source } from './plan.ts';

type V = Value<SignaturePlan>;

const at = (answer: Answerer): Source => ({ answer });
const never: Answerer = () => 'hang up';
/** An address where nobody listens, and others that are not asked. */
const dead: Source = { url: 'dead', answer: never };
const secure: Source = { url: 'https://127.0.0.1:1/ocsp', answer: never };
const directory: Source = { url: 'ldap://127.0.0.1/cn=crl', answer: never };
const failing = at(plainly({ status: 500, body: Buffer.from('broken') }));
const missing = at(plainly({ status: 404, body: Buffer.of() }));
const silent = at(plainly('silence'));
const hangingUp = at(plainly('hang up'));
const page = at(plainly({ body: Buffer.from('<html></html>') }));
const large = at(plainly({ body: Buffer.alloc(30_000, 0x30) }));

const revoked = { status: { revokedDaysAgo: 5, reason: 1 } } as const;
const listed = { entries: [{ ofAnother: true }, { reason: 1 }] } as const;
const says = (wish: OcspWish = {}): Source => at(ocsp(wish));
const lists = (wish: CrlWish = {}): Source => at(crl(wish));

const unknownCritical: ExtensionDraft = { oid: '1.3.6.1.4.1.32473.9', critical: true, value: utf8String('x') };
const distributionPoint: ExtensionDraft = { oid: '2.5.29.28', critical: true, value: sequence() };
const unknownPlain: ExtensionDraft = { ...unknownCritical, critical: false };

interface Sources {
  readonly responders?: readonly Source[];
  readonly lists?: readonly Source[];
}

type Case = readonly [name: string, sources: Sources, rest?: Partial<V>];

const responder = (name: string, wish: OcspWish, rest?: Partial<V>): Case => [`OCSP: ${name}`, { responders: [says(wish)] }, rest ?? {}];
const list = (name: string, wish: CrlWish, rest?: Partial<V>): Case => [`CRL: ${name}`, { lists: [lists(wish)] }, rest ?? {}];

const authentic = {
  when: ({ scheme, signedAt, now }: SignaturePlan) =>
    scheme === 'notary.x509.signingAuthority' && Math.abs(signedAt.getTime() - now.getTime()) < 4 * 86_400_000,
};
const claimed = { when: ({ scheme }: SignaturePlan) => scheme === 'notary.x509' };

const byRsa = ({ chain }: SignaturePlan) => chain.some(({ key }) => 'authority' in key && key.authority === 'RSA-2048');

const good: readonly Case[] = [
  responder('good', {}, { weight: 3 }),
  responder('good, by a delegate', { signer: 'delegate' }),
  ['OCSP: good, with RSASSA-PSS', { responders: [says({ pss: true })] }, { when: byRsa }],
  responder('good, nonce ignored', { nonce: 'ignored' }),
  list('nothing listed', {}, { weight: 3 }),
  list('others listed', { entries: [{ ofAnother: true, reason: 1 }, { ofAnother: true }] }),
  list('an unknown extension', { extensions: [unknownPlain] }),
  list('an issuing distribution point', { extensions: [distributionPoint] }),
  list('good, and a delta that lists nothing', { freshest: { deltaOf: 10, number: 11 } }),
  list('hold, lifted by a delta', {
    entries: [{ reason: 6 }],
    freshest: { deltaOf: 10, number: 11, entries: [{ reason: 8, daysAgo: 2 }] },
  }),
  ['two responders, the first dead', { responders: [dead, says()] }],
  ['two responders, the first failing', { responders: [failing, says()] }],
  ['a dead responder, a good CRL', { responders: [dead], lists: [lists()] }, { weight: 2 }],
  ['a failing responder, a good CRL', { responders: [failing], lists: [lists()] }],
  ['a responder that does not know, a good CRL', { responders: [says({ status: 'unknown' })], lists: [lists()] }],
  ['an expired answer, a good CRL', { responders: [says({ nextUpdate: -0.5 })], lists: [lists()] }],
  ['a good responder, a dead CRL', { responders: [says()], lists: [dead] }],
  ['a good responder, a CRL that lists it', { responders: [says()], lists: [lists(listed)] }],
  ['two CRLs', { lists: [lists(), lists()] }],
  ['OCSP: revoked for a date after the signature', { responders: [says({ status: { revokedDaysAgo: 1, invalidDaysAgo: 1 } })] }, authentic],
  ['CRL: revoked for a date after the signature', { lists: [lists({ entries: [{ reason: 1, invalidDaysAgo: 1 }] })] }, authentic],
];

const bad: readonly Case[] = [
  responder('revoked', revoked, { weight: 2 }),
  responder('revoked, without a reason', { status: { revokedDaysAgo: 5 } }),
  responder('revoked, on hold', { status: { revokedDaysAgo: 5, reason: 6 } }),
  responder('revoked, for a date before the signature', { status: { revokedDaysAgo: 1, invalidDaysAgo: 40 } }),
  [
    'OCSP: revoked for a later date, nobody vouching',
    { responders: [says({ status: { revokedDaysAgo: 1, invalidDaysAgo: 1 } })] },
    claimed,
  ],
  responder('unknown', { status: 'unknown' }),
  responder('expired', { nextUpdate: -0.5 }),
  responder('without an end', { nextUpdate: 'none' }),
  responder('of the future', { thisUpdate: 3, nextUpdate: 6 }, { weight: 0.7 }),
  responder('spoiled', { spoiled: true }),
  responder('about another certificate', { misses: true }),
  responder('try later', { failure: 3 }),
  responder('unauthorized', { failure: 6 }),
  responder('another nonce', { nonce: 'another' }, { weight: 0.7 }),
  responder('by a stranger', { signer: 'a stranger' }),
  responder('by the subject', { signer: 'the subject' }),
  responder('by a delegate without the purpose', { signer: 'delegate without the purpose' }),
  responder('by a delegate that expired', { signer: 'delegate that expired' }),
  responder('by a delegate of another', { signer: 'delegate of another' }),
  responder('by a delegate to be checked', { signer: 'delegate to be checked' }),
  responder('by the issuer, its certificate sent along', { signer: 'issuer, its certificate sent along' }, { weight: 0.7 }),
  ['a dead responder', { responders: [dead] }, { weight: 2 }],
  ['a responder of https', { responders: [secure] }],
  ['a failing responder', { responders: [failing] }],
  ['a responder that hangs up', { responders: [hangingUp] }],
  ['a silent responder', { responders: [silent] }, { weight: 0.15 }],
  ['a responder with a page', { responders: [page] }],
  ['a responder that says too much', { responders: [large] }, { weight: 0.5 }],
  ['two responders, the first revoking', { responders: [says(revoked), says()] }],
  ['two responders, the first not knowing', { responders: [says({ status: 'unknown' }), says()] }],
  ['two responders, the first expired', { responders: [says({ nextUpdate: -0.5 }), says()] }],
  ['a revoking responder, a good CRL', { responders: [says(revoked)], lists: [lists()] }],
  ['a dead responder, a CRL that lists it', { responders: [dead], lists: [lists(listed)] }],
  ['a dead responder, a dead CRL', { responders: [dead], lists: [dead] }],
  list('listed', listed, { weight: 2 }),
  list('listed, on hold', { entries: [{ reason: 6 }] }),
  list('listed without a reason', { entries: [{}] }),
  list('hold lifted', { entries: [{ reason: 6 }, { reason: 8, daysAgo: 2 }] }),
  list('hold lifted and held again', { entries: [{ reason: 8 }, { reason: 6, daysAgo: 2 }] }),
  list('listed for a date before the signature', { entries: [{ reason: 1, invalidDaysAgo: 40 }] }),
  ['CRL: listed for a later date, nobody vouching', { lists: [lists({ entries: [{ reason: 1, invalidDaysAgo: 1 }] })] }, claimed],
  list('expired', { nextUpdate: -0.5 }),
  list('expired, listed', { nextUpdate: -0.5, ...listed }),
  list('without an end', { nextUpdate: 'none' }),
  list('of the future', { thisUpdate: 3 }, { weight: 0.7 }),
  list('by a stranger', { signer: 'a stranger' }),
  list('by the subject', { signer: 'the subject' }),
  list('in the name of another', { misnamed: true }),
  list('spoiled', { form: 'spoiled' }),
  list('in PEM', { form: 'PEM' }),
  list('a page', { form: 'garbage' }),
  list('bytes left over', { form: 'with bytes left over' }),
  list('an unknown critical extension', { extensions: [unknownCritical] }),
  list('an unknown critical extension of an entry', { entries: [{ ofAnother: true, extensions: [unknownCritical] }] }, { weight: 0.7 }),
  list('a delta that lists it', { freshest: { deltaOf: 10, number: 11, ...listed } }),
  list(
    'hold, lifted by a delta of the same day',
    { entries: [{ reason: 6 }], freshest: { deltaOf: 10, number: 11, entries: [{ reason: 8 }] } },
    { weight: 0.5 },
  ),
  list('a dead delta', { freshest: 'dead' }),
  list('a delta to a later base', { freshest: { deltaOf: 12, number: 13 } }),
  list('a delta older than its base', { freshest: { deltaOf: 9, number: 10 } }),
  list('a delta that is none', { freshest: { number: 11 } }),
  list('a delta without a number', { freshest: { deltaOf: 10, number: 'none' } }, { weight: 0.5 }),
  list('an expired delta', { freshest: { deltaOf: 10, number: 11, nextUpdate: -0.5 } }),
  list('a delta by a stranger', { freshest: { deltaOf: 10, number: 11, signer: 'a stranger' } }),
  list('itself a delta', { deltaOf: 9 }, { weight: 0.5 }),
  ['a dead CRL', { lists: [dead] }, { weight: 2 }],
  ['a missing CRL', { lists: [missing] }],
  ['a CRL of LDAP', { lists: [directory] }],
  ['a silent CRL', { lists: [silent] }, { weight: 0.1 }],
  ['two CRLs, the first dead', { lists: [dead, lists()] }],
  ['two CRLs, the second dead', { lists: [lists(), dead] }],
  ['two CRLs, the second listing it', { lists: [lists(), lists(listed)] }],
];

/** Answers in which one bit is another, and which are signed all the same. */
function spoiltAt(place: number, when: (plan: SignaturePlan) => boolean): readonly V[] {
  const spoilt = (name: string, sources: (flip: (bytes: Uint8Array) => Uint8Array) => Sources): V =>
    choice(
      name,
      (plan, random) => {
        const { responders = [], lists: crls = [] } = sources(drawFlip(random));
        return changeAt(plan, place, { responders, lists: crls });
      },
      { when, weight: 2 },
    );
  return [
    spoilt('OCSP: a bit of what is signed', (data) => ({ responders: [says({ data })] })),
    spoilt('OCSP: any bit', (finish) => ({ responders: [says({ finish, signer: 'delegate' })] })),
    spoilt('CRL: a bit of what is signed', (tbs) => ({ lists: [lists({ tbs, entries: [{ ofAnother: true, reason: 1 }] })] })),
    spoilt('CRL: a bit of what is signed, listed', (tbs) => ({ lists: [lists({ tbs, ...listed })] })),
  ];
}

function ofPlace(place: number, when: (plan: SignaturePlan) => boolean): (one: Case) => V {
  return ([name, { responders = [], lists: crls = [] }, rest]) =>
    choice(name, (plan) => changeAt(plan, place, { responders, lists: crls }), {
      ...rest,
      when: (plan) => when(plan) && (rest?.when?.(plan) ?? true),
    });
}

export const revocationDimensions: readonly Dimension<SignaturePlan>[] = [
  {
    name: 'revocation of the leaf',
    weight: 5,
    good: [
      usual('no source', 20),
      ...good.map(ofPlace(0, hasAuthorities)),
      ...good.slice(0, 1).map(ofPlace(0, (plan) => !hasAuthorities(plan))),
    ],
    bad: [...bad.map(ofPlace(0, hasAuthorities)), ...spoiltAt(0, hasAuthorities)],
  },
  {
    name: 'revocation of an intermediate',
    weight: 2,
    good: [usual('no source', 30), ...good.map(ofPlace(1, hasIntermediates))],
    bad: bad.map(ofPlace(1, hasIntermediates)),
  },
  {
    name: 'revocation of the root',
    weight: 0.3,
    good: [usual('no source', 30), ...[...bad.slice(0, 1)].map(ofPlace(-1, hasAuthorities))],
    bad: [],
  },
];
