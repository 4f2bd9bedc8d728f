// Times: of certificates, of signing, of expiry (AMB-42; signature specification § Signed Attributes).
import { changeAt, hasAuthorities, hasIntermediates } from './chain-plan.ts';
import { daysFrom } from './day.ts';
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import type { SignaturePlan } from './plan.ts';

type V = Value<SignaturePlan>;

const between = (name: string, place: number, from: number, to: number, rest: Partial<V> = {}): V =>
  choice(name, (plan) => changeAt(plan, place, { notBefore: daysFrom(plan.now, from), notAfter: daysFrom(plan.now, to) }), rest);

/** A signature of before some certificate expired: right only where a timestamp, or its authority, says so. */
const past = (name: string, place: number, rest: Partial<V> = {}): V =>
  choice(
    name,
    (plan) => ({
      ...changeAt(plan, place, { notBefore: daysFrom(plan.now, -100), notAfter: daysFrom(plan.now, -20) }),
      signedAt: daysFrom(plan.now, -50),
    }),
    rest,
  );

const isVouched = ({ timestamped, scheme }: SignaturePlan) => timestamped || scheme === 'notary.x509.signingAuthority';

export const validityDimension: Dimension<SignaturePlan> = {
  name: 'validity',
  weight: 2.5,
  good: [
    usual('usual', 6),
    past('leaf expired after the signature', 0, { when: isVouched, weight: 3 }),
    past('root expired after the signature', -1, { when: (plan) => isVouched(plan) && hasAuthorities(plan), weight: 1.5 }),
    between('leaf longer than its issuers', 0, -2000, 2000),
    between('leaf to expire in an hour', 0, -100, 1 / 24),
    between('a leaf for many centuries', 0, -100, 400_000, { weight: 0.3 }),
    between('a leaf for decades', 0, -100, 12_000, { weight: 0.5 }),
  ],
  bad: [
    between('leaf expired', 0, -100, -4),
    between('leaf not valid yet', 0, 1, 100),
    between('leaf expired a minute ago', 0, -100, -1 / 1440),
    between('intermediate expired', 1, -100, -4, { when: hasIntermediates }),
    between('intermediate not valid yet', 1, 1, 100, { when: hasIntermediates }),
    between('root expired', -1, -100, -4, { when: hasAuthorities }),
    between('root not valid yet', -1, 1, 100, { when: hasAuthorities }),
    between('leaf never valid', 0, 10, -10),
  ],
};

const signed = (name: string, days: number, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, signedAt: daysFrom(plan.now, days) }), rest);
const isClaimed = ({ scheme }: SignaturePlan) => scheme === 'notary.x509';
const isAuthentic = ({ scheme }: SignaturePlan) => scheme === 'notary.x509.signingAuthority';

/** Of a time that nobody vouches for, anything goes. */
export const signingTimeDimension: Dimension<SignaturePlan> = {
  name: 'signing time',
  good: [
    usual('usual', 6),
    signed('long before any certificate', -5000, { when: isClaimed }),
    signed('in the future', 5000, { when: isClaimed }),
    signed('tomorrow', 1, {
      when: (plan) => isAuthentic(plan) && plan.chain.every(({ notAfter }) => notAfter > daysFrom(plan.now, 1)),
      weight: 0.5,
    }),
    choice('as the leaf begins', (plan) => ({ ...plan, signedAt: plan.chain[0]?.notBefore ?? plan.signedAt }), { when: isAuthentic }),
    choice('as the leaf ends', (plan) => ({ ...plan, signedAt: plan.chain[0]?.notAfter ?? plan.signedAt }), {
      when: (plan) => isAuthentic(plan) && !hasAuthorities(plan),
    }),
  ],
  bad: [
    signed('before the leaf', -300, { when: isAuthentic }),
    signed('after the leaf', 300, { when: isAuthentic }),
    signed('before any certificate', -5000, { when: isAuthentic }),
    choice('a second before the leaf', (plan) => ({ ...plan, signedAt: new Date((plan.chain[0]?.notBefore.getTime() ?? 0) - 1000) }), {
      when: isAuthentic,
    }),
  ],
};

const expires = (name: string, days: number, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, expiry: daysFrom(plan.now, days) }), {
    when: (plan) => plan.signedAt < daysFrom(plan.now, days),
    ...rest,
  });

export const expiryDimension: Dimension<SignaturePlan> = {
  name: 'expiry',
  weight: 1.5,
  good: [usual('none', 4), expires('in a week', 7, { weight: 2 }), expires('in many years', 100_000, { weight: 0.5 })],
  bad: [
    expires('yesterday', -1, { weight: 2 }),
    expires('a minute ago', -1 / 1440),
    choice('before the signing time', (plan) => ({ ...plan, expiry: daysFrom(plan.signedAt, -1) })),
    choice('at the signing time', (plan) => ({ ...plan, expiry: plan.signedAt })),
    choice('a second after the signing time', (plan) => ({ ...plan, expiry: new Date(plan.signedAt.getTime() + 1000) }), {
      when: (plan) => plan.signedAt < plan.now,
    }),
  ],
};
