// Whom the statement trusts: subjects and identities (TPL-009, TPL-020 to TPL-024).
import { changeAt, subjectOf } from './chain-plan.ts';
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import { spoilText } from './flip.ts';
import type { ScenePlan, SignaturePlan, Subject } from './plan.ts';

type V = Value<ScenePlan>;

const subject = (name: string, change: (subject: Subject) => Subject, rest: Partial<Value<SignaturePlan>> = {}): Value<SignaturePlan> =>
  choice(name, (plan) => changeAt(plan, 0, ({ name: own }) => ({ subject: change(subjectOf(own)) })), rest);
const organised =
  (organization: string) =>
  (found: Subject): Subject =>
    found.map(([type, value]) => [type, type === 'O' ? organization : value]);

/** Subjects that only trusted identities mind. */
export const subjectDimension: Dimension<SignaturePlan> = {
  name: 'subject',
  good: [
    usual('usual', 10),
    subject('more attributes', (found) => [...found, ['OU', 'release'], ['L', 'Seattle']]),
    subject('a comma', organised('acme, inc.')),
    subject('special characters', organised('a+b;c<d>"e"\\f=g')),
    subject('spaces around', organised(' acme ')),
    subject('a hash first', organised('#acme')),
    subject('not ASCII', organised('Ácme 東京')),
    subject('another order', (found) => found.toReversed()),
    subject('no common name', (found) => found.filter(([type]) => type !== 'CN')),
    subject('two units', (found) => [...found, ['OU', 'a'], ['OU', 'b']], { weight: 0.7 }),
    subject('no state', (found) => found.filter(([type]) => type !== 'ST'), { weight: 0.7 }),
    subject('no organization', (found) => found.filter(([type]) => type !== 'O'), { weight: 0.7 }),
    subject('an e-mail address', (found) => [...found, ['emailAddress', 'a@example.com']], { weight: 0.7 }),
    subject('an attribute without a name', (found) => [...found, ['1.3.6.1.4.1.32473.1', 'x']], { weight: 0.7 }),
    subject('a domain', (found) => [['DC', 'example'], ...found], { weight: 0.7 }),
  ],
  bad: [],
};

type Identities = (subjects: readonly Subject[]) => readonly unknown[];

const identities = (name: string, make: Identities, rest: Partial<V> = {}): V =>
  choice(
    name,
    (plan) => ({ ...plan, statement: [...plan.statement, (found, subjects) => ({ ...found, trustedIdentities: make(subjects) })] }),
    { when: ({ level }) => level !== 'skip', ...rest },
  );

const pick = (found: Subject, types: readonly string[]) => types.flatMap((type) => found.filter(([own]) => own === type));
const usualTypes = ['C', 'ST', 'O'];
const usualSubject: Subject = [
  ['C', 'US'],
  ['ST', 'WA'],
  ['O', 'acme'],
];

function written(found: Subject, separator = ', '): string {
  return found.map(([type, value]) => `${type}=${escaped(value)}`).join(separator);
}

function escaped(value: string): string {
  return value
    .replaceAll(/[,+"\\<>;=]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

function identityOf(found: Subject, separator?: string): string {
  return `x509.subject: ${written(found, separator)}`;
}

/** Two statements about whom to trust must not overlap: identical ones are said once. */
const ofEach =
  (render: (found: Subject) => string): Identities =>
  (subjects) => [...new Set(subjects.map(render))];
const first =
  (render: (found: Subject) => readonly unknown[]): Identities =>
  ([found = usualSubject]) =>
    render(found);

export const identityDimension: Dimension<ScenePlan> = {
  name: 'identities',
  weight: 2,
  good: [
    usual('anybody', 6),
    identities(
      'some attributes',
      ofEach((found) => identityOf(pick(found, usualTypes))),
      { weight: 3 },
    ),
    identities(
      'all attributes',
      ofEach((found) => identityOf(pick(found, ['CN', ...usualTypes, 'OU', 'L']))),
      { weight: 2 },
    ),
    identities(
      'another order, no spaces',
      ofEach((found) => identityOf(pick(found, ['O', 'ST', 'C']), ',')),
    ),
    identities(
      'S for ST',
      ofEach((found) => identityOf(pick(found, usualTypes)).replace('ST=', 'S=')),
    ),
    identities(
      'no space after the prefix',
      ofEach((found) => identityOf(pick(found, usualTypes)).replace(': ', ':')),
    ),
    identities(
      'one of two',
      first((found) => ['x509.subject: C=DE, ST=BE, O=other', identityOf(pick(found, usualTypes))]),
    ),
    identities(
      'beside one for plugins',
      first((found) => ['com.example.plugin:whatever', identityOf(pick(found, usualTypes))]),
    ),
  ],
  bad: [
    identities('of another organization', () => ['x509.subject: C=US, ST=WA, O=other']),
    identities(
      'an attribute more',
      first((found) => [identityOf([...pick(found, usualTypes), ['L', 'Tacoma']])]),
    ),
    choice<ScenePlan>(
      'with a character otherwise',
      (plan, random) => {
        const spoil = (found: Subject) => spoilText(identityOf(pick(found, usualTypes)), 'acmeUSWA0 ,+="\\<>;#:', random);
        return {
          ...plan,
          statement: [...plan.statement, (found, subjects) => ({ ...found, trustedIdentities: [spoil(subjects[0] ?? usualSubject)] })],
        };
      },
      { when: ({ level }) => level !== 'skip', weight: 5 },
    ),
    identities('in capitals', () => ['x509.subject: C=US, ST=WA, O=ACME']),
    identities('a beginning', () => ['x509.subject: C=US, ST=WA, O=acm']),
    identities('only one for plugins', () => ['com.example.plugin:whatever']),
    identities('without a country', () => ['x509.subject: ST=WA, O=acme']),
    identities('without a state', () => ['x509.subject: C=US, O=acme']),
    identities('without an organization', () => ['x509.subject: C=US, ST=WA']),
    identities('types in small letters', () => ['x509.subject: c=US, st=WA, o=acme']),
    identities('anybody and somebody', () => ['*', identityOf(usualSubject)]),
    identities('overlapping', () => [identityOf(usualSubject), identityOf([...usualSubject, ['CN', 'x']])]),
    identities('the same twice', () => [identityOf(usualSubject), identityOf(usualSubject)]),
    identities('none', () => []),
    identities('an empty one', () => ['']),
    identities('no prefix', () => ['C=US, ST=WA, O=acme']),
    identities('no name', () => ['x509.subject:']),
    identities('no distinguished name', () => ['x509.subject: acme']),
    identities('several values in one place', () => ['x509.subject: C=US+ST=WA, O=acme']),
    identities('a type twice', () => ['x509.subject: C=US, ST=WA, O=acme, O=acme']),
    identities('a value in hexadecimal', () => ['x509.subject: C=US, ST=WA, O=#0c0461636d65']),
    identities(
      'unescaped',
      first((found) => [
        `x509.subject: ${pick(found, usualTypes)
          .map(([type, value]) => `${type}=${value}`)
          .join(',')}`,
      ]),
      { weight: 0.5 },
    ),
    identities('a comma at the end', () => ['x509.subject: C=US, ST=WA, O=acme,']),
  ],
};
