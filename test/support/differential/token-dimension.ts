// The timestamp of a signature (TSV-001 to TSV-011).
import { crl } from './crl-answer.ts';
import { choice, type Dimension, type Value } from './dimension.ts';
import { drawFlip } from './flip.ts';
import { ocsp } from './ocsp-answer.ts';
import type { SignaturePlan } from './plan.ts';
import { badTokens, goodTokens, type TokenVariant, token } from './token.ts';

type V = Value<SignaturePlan>;

const stamp = (name: string, variant: TokenVariant, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, token: token(variant) }), rest);

const spoilt = (name: string, variant: (flip: (bytes: Uint8Array) => Uint8Array) => TokenVariant): V =>
  choice(name, (plan, random) => ({ ...plan, token: token(variant(drawFlip(random))) }), { when: (plan) => wanted(plan), weight: 3 });

const wanted = ({ timestamped, scheme }: SignaturePlan) => timestamped && scheme === 'notary.x509';
const unwanted = (plan: SignaturePlan) => !wanted(plan);

const revocable: Readonly<Record<string, TokenVariant>> = {
  'of an authority that is not revoked, by OCSP': { responder: ocsp() },
  'of an authority that is not revoked, by CRL': { list: crl() },
};
const revoked: Readonly<Record<string, TokenVariant>> = {
  'of a revoked authority, by OCSP': { responder: ocsp({ status: { revokedDaysAgo: 9, reason: 1 } }) },
  'of a revoked authority, by CRL': { list: crl({ entries: [{ reason: 1 }] }) },
  'of an authority whose responder is dead': { responder: 'dead' },
  'of an authority whose CRL is dead': { list: 'dead' },
};

export const tokenDimension: Dimension<SignaturePlan> = {
  name: 'timestamp',
  weight: 3,
  good: [
    ...Object.entries({ ...goodTokens, ...revocable }).map(([name, variant]) =>
      stamp(name, variant, { when: wanted, weight: name === 'usual' ? 8 : 1 }),
    ),
    choice('nobody asks for one', (plan) => plan, { when: unwanted, weight: 12 }),
    stamp('nobody asks for this good one', {}, { when: unwanted }),
    stamp('nobody asks for this bad one', { finish: () => Buffer.from('timestamp') }, { when: unwanted }),
  ],
  bad: [
    choice('missing', (plan) => plan, { when: wanted, weight: 3 }),
    spoilt('a bit of what is signed', (content) => ({ more: { content } })),
    spoilt('any bit', (finish) => ({ finish })),
    ...Object.entries({ ...badTokens, ...revoked }).map(([name, variant]) => stamp(name, variant, { when: wanted })),
  ],
};
