// The protected header: attributes, crit, times as they are written (signature specification § Signed Attributes; both envelope specifications).
import { attribute } from '../../../src/envelope/attribute.ts';
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import { spoilText } from './flip.ts';
import type { SignaturePlan } from './plan.ts';
import { type AttributeTime, algorithmNameOf, type HeaderDraft } from './seal.ts';

type V = Value<SignaturePlan>;
type HeaderChange = (header: HeaderDraft, plan: SignaturePlan) => HeaderDraft;

const header = (name: string, change: HeaderChange, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, header: [...plan.header, (draft) => change(draft, plan)] }), rest);

const inJws = { when: ({ format }: SignaturePlan) => format === 'jws' };
const inCose = { when: ({ format }: SignaturePlan) => format === 'cose' };
const claimed = { when: ({ scheme }: SignaturePlan) => scheme === 'notary.x509' };
const authentic = { when: ({ scheme }: SignaturePlan) => scheme === 'notary.x509.signingAuthority' };

function adding(name: string | number, value: unknown, critical = false): HeaderChange {
  return (draft) => ({
    ...draft,
    attributes: [...draft.attributes, [name, value]],
    crit: critical && draft.crit ? [...draft.crit, name] : draft.crit,
  });
}

function replacing(name: string, change: (value: unknown, plan: SignaturePlan) => unknown): HeaderChange {
  return (draft, plan) => ({
    ...draft,
    attributes: draft.attributes.map(([key, value]) => [key, key === name ? change(value, plan) : value]),
  });
}

/** Both signing times: only one is there. */
function timed(change: (time: AttributeTime) => unknown): HeaderChange {
  return (draft) => ({
    ...draft,
    attributes: draft.attributes.map(([name, value]) => [name, /igningTime$/.test(String(name)) ? change(value as AttributeTime) : value]),
  });
}

function without(name: RegExp): HeaderChange {
  return (draft) => ({
    ...draft,
    attributes: draft.attributes.filter(([key]) => !name.test(String(key))),
    crit: draft.crit?.filter((key) => !name.test(String(key))),
  });
}

const crit =
  (change: (names: readonly unknown[]) => readonly unknown[] | undefined): HeaderChange =>
  (draft) => ({ ...draft, crit: change(draft.crit ?? []) });

const unknownName = 'com.example.attribute';
const pluginName = 'io.cncf.notary.verificationPlugin';

const zone = ({ time }: AttributeTime, minutes: number, sign: '+' | '-') => {
  const local = new Date(time.getTime() + (sign === '+' ? 1 : -1) * minutes * 60_000).toISOString().slice(0, 19);
  const two = (value: number) => String(value).padStart(2, '0');
  return { time, text: `${local}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` };
};
const written = (suffix: (text: string) => string) => timed(({ time }) => ({ time, text: suffix(time.toISOString().slice(0, 19)) }));

export const attributeDimension: Dimension<SignaturePlan> = {
  name: 'attributes',
  weight: 3,
  good: [
    usual('usual', 10),
    header('an unknown attribute', adding(unknownName, 'whatever')),
    header('an unknown number', adding(unknownName, 42)),
    header('an unknown object', adding(unknownName, ['a', { b: 1 }]), inJws),
    header('an unknown label', adding(4711, 'whatever'), inCose),
    header('a key id', adding('kid', 'whatever'), inJws),
    header(
      'a time with a fraction',
      written((text) => `${text}.25Z`),
      inJws,
    ),
    header(
      'a time east of Greenwich',
      timed((time) => zone(time, 330, '+')),
      inJws,
    ),
    header(
      'a time west of Greenwich',
      timed((time) => zone(time, 480, '-')),
      inJws,
    ),
    header('attributes in another order', (draft) => ({ ...draft, attributes: draft.attributes.toReversed() })),
    header(
      'crit in another order',
      crit((names) => names.toReversed()),
    ),
  ],
  bad: [
    header('an unknown critical attribute', adding(unknownName, 'whatever', true), { weight: 1.5 }),
    header('an unknown critical label', adding(4711, 'whatever', true), inCose),
    header('a verification plugin that is not there', adding(pluginName, 'absent', true)),
    header('a verification plugin, not critical', adding(pluginName, 'absent')),
    header('a verification plugin without a name', adding(pluginName, ' ', true)),
    header('a plugin version without a plugin', adding('io.cncf.notary.verificationPluginMinVersion', '1.0.0', true), { weight: 0.5 }),
    header('no scheme', without(/signingScheme$/)),
    header(
      'an unknown scheme',
      replacing(attribute.scheme, () => 'notary.x509.other'),
    ),
    header(
      'a scheme that is no text',
      replacing(attribute.scheme, () => 1),
    ),
    header(
      'the other scheme',
      replacing(attribute.scheme, (value) => (value === 'notary.x509' ? 'notary.x509.signingAuthority' : 'notary.x509')),
    ),
    header('no signing time', without(/igningTime$/)),
    header(
      'an authentic signing time too',
      (draft, plan) => adding(attribute.authenticSigningTime, { time: plan.signedAt })(draft, plan),
      claimed,
    ),
    header(
      'a critical authentic signing time too',
      (draft, plan) => adding(attribute.authenticSigningTime, { time: plan.signedAt }, true)(draft, plan),
      claimed,
    ),
    header('a claimed signing time too', (draft, plan) => adding(attribute.signingTime, { time: plan.signedAt })(draft, plan), authentic),
    header(
      'a signing time that is a number',
      timed(({ time }) => Math.floor(time.getTime() / 1000)),
    ),
    header(
      'a signing time that is none',
      timed(() => 'yesterday'),
    ),
    header(
      'a signing time without a zone',
      written((text) => text),
      inJws,
    ),
    header(
      'a signing time with a space',
      written((text) => `${text.replace('T', ' ')}Z`),
      inJws,
    ),
    header(
      'a signing time in small letters',
      written((text) => `${text.toLowerCase()}z`),
      inJws,
    ),
    header(
      'a signing time of the year 1',
      timed(() => ({ time: new Date(-62_135_596_800_000), text: '0001-01-01T00:00:00Z' })),
    ),
    choice<SignaturePlan>(
      'a signing time with a character otherwise',
      (plan, random) => {
        const text = spoilText('2026-11-05T10:20:30.5+05:30', '0123456789:-+.,TZtz ', random);
        return { ...plan, header: [...plan.header, (draft) => timed(({ time }) => ({ time, text }))(draft, plan)] };
      },
      { when: ({ format, scheme }) => format === 'jws' && scheme === 'notary.x509', weight: 3 },
    ),
    header(
      'no crit',
      crit(() => undefined),
    ),
    header(
      'an empty crit',
      crit(() => []),
    ),
    header(
      'crit without the scheme',
      crit((names) => names.filter((name) => name !== attribute.scheme)),
    ),
    header(
      'crit without the expiry',
      crit((names) => names.filter((name) => name !== attribute.expiry)),
      { when: ({ expiry }) => expiry !== undefined },
    ),
    header(
      'crit without the authentic signing time',
      crit((names) => names.filter((name) => name !== attribute.authenticSigningTime)),
      authentic,
    ),
    header(
      'crit with a name that is not there',
      crit((names) => [...names, 'com.example.absent']),
    ),
    header(
      'crit with a name twice',
      crit((names) => [...names, ...names.slice(0, 1)]),
    ),
    header(
      'crit with the signing time',
      crit((names) => [...names, attribute.signingTime]),
      claimed,
    ),
    header('crit with a registered name', (draft, { format }) =>
      crit((names) => [...names, format === 'jws' ? 'alg' : 1])(draft, {} as SignaturePlan),
    ),
    header(
      'crit with a number',
      crit((names) => [...names, 7]),
      inJws,
    ),
    header('no content type', (draft) => ({ ...draft, contentType: undefined })),
    header('another content type', (draft) => ({ ...draft, contentType: 'application/json' })),
    header('a content type in capitals', (draft) => ({ ...draft, contentType: 'application/vnd.cncf.notary.payload.V1+json' })),
    header('the algorithm of another key', (draft, { format }) => ({
      ...draft,
      algorithm: algorithmNameOf(draft.algorithm === 'ES384' || draft.algorithm === -35 ? 'ec-256' : 'ec-384', format),
    })),
    header('an algorithm of another kind', (draft, { format }) => ({ ...draft, algorithm: format === 'jws' ? 'RS256' : -257 })),
    header('no algorithm', (draft) => ({ ...draft, algorithm: undefined })),
    header('the algorithm none', (draft) => ({ ...draft, algorithm: 'none' }), inJws),
    header('a symmetric algorithm', (draft) => ({ ...draft, algorithm: 'HS256' }), inJws),
    header(
      'a name in capitals',
      (draft) => ({ ...draft, attributes: [...draft.attributes, ['IO.CNCF.NOTARY.EXPIRY', '2020-01-01T00:00:00Z']] }),
      inJws,
    ),
    header('unencoded payload', adding('b64', false, true), inJws),
  ],
};
