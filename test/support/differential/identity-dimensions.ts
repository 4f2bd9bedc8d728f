// Whom the statement trusts: identities and stores (TPL-007, TPL-009, TPL-020 to TPL-024; TST-001 to TST-005).
import { toPem } from '../../../src/x509/bundle.ts';
import { changeAt, subjectOf } from './chain-plan.ts';
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import type { Minted } from './mint.ts';
import type { Anchors, ScenePlan, SignaturePlan, StoreEntry, StorePlan, Subject } from './plan.ts';

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

type StoreChange = (stores: readonly StorePlan[], anchors: Anchors) => readonly StorePlan[];

const stores = (name: string, change: StoreChange, rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, stores: [...plan.stores, change] }), { when: ({ level }) => level !== 'skip', ...rest });
/** The stores for signing chains. */
const signers =
  (change: (store: StorePlan, anchors: Anchors) => StorePlan): StoreChange =>
  (all, anchors) =>
    all.map((store) => (store.type === 'tsa' ? store : change(store, anchors)));
const clocks =
  (change: (store: StorePlan, anchors: Anchors) => StorePlan): StoreChange =>
  (all, anchors) =>
    all.map((store) => (store.type === 'tsa' ? change(store, anchors) : store));
const entries =
  (change: (entries: readonly StoreEntry[], anchors: Anchors) => readonly StoreEntry[]) =>
  (store: StorePlan, anchors: Anchors): StorePlan => ({ ...store, entries: change(store.entries, anchors) });
const file = (name: string, content: Uint8Array | string): StoreEntry => ({ name, content: Buffer.from(content) });
const pem = (certificates: readonly Uint8Array[]) => toPem(certificates);
const chainsOf = ({ chains }: Anchors) => chains.map(({ chain }) => chain);
/** A certificate of each chain. */
const each = (choose: (chain: readonly Minted[]) => Minted | undefined) =>
  entries((_, anchors) =>
    chainsOf(anchors).map((chain, index) => file(`${index}.crt`, (choose(chain) ?? chain.at(-1))?.der ?? Buffer.of())),
  );
const referring = (name: string, change: (names: readonly string[]) => readonly unknown[], rest: Partial<V> = {}): V =>
  choice(
    name,
    (plan) => ({
      ...plan,
      statement: [
        ...plan.statement,
        (found) => ({ ...found, trustStores: change((found['trustStores'] as readonly string[] | undefined) ?? []) }),
      ],
    }),
    { when: ({ level }) => level !== 'skip', ...rest },
  );
const adding = (name: string, reference: string, store: StorePlan): V =>
  choice(
    name,
    (plan) => ({
      ...plan,
      stores: [...plan.stores, (all) => [...all, store]],
      statement: [
        ...plan.statement,
        (found) => ({ ...found, trustStores: [...((found['trustStores'] as readonly string[] | undefined) ?? []), reference] }),
      ],
    }),
    { when: ({ level }) => level !== 'skip' },
  );

export function storeDimensions(strangers: readonly Minted[]): readonly Dimension<ScenePlan>[] {
  const [strange] = strangers.map(({ der }) => der);
  const other = strange ?? Buffer.of();
  const more: StorePlan = { type: 'ca', name: 'more', kind: 'folder', entries: [file('more.crt', other)] };
  return [
    {
      name: 'stores',
      weight: 2.5,
      good: [
        usual('roots in DER', 6),
        stores('roots in PEM', signers(entries((found) => found.map(({ name, content }) => file(name, pem([content])))))),
        stores('all in one file', signers(entries((found) => [file('bundle.pem', pem([...found.map(({ content }) => content), other]))]))),
        stores('beside others', signers(entries((found) => [file('a.pem', other), ...found]))),
        stores('names of any kind', signers(entries((found) => found.map(({ content }, index) => file(`${index} root`, content))))),
        stores('text around', signers(entries((found) => found.map(({ name, content }) => file(name, `Root\n${pem([content])}\nend\n`))))),
        stores('intermediates', signers(each((chain) => chain.at(1) ?? chain.at(-1)))),
        adding('one more store', 'ca:more', more),
        referring('the same store twice', (names) => [...names, ...names.slice(0, 1)], { weight: 0.5 }),
      ],
      bad: [
        stores('another root', signers(entries(() => [file('root.crt', other)])), { weight: 2 }),
        stores('leaves', signers(each((chain) => chain.at(0)))),
        stores('missing', (all) => all.filter(({ type }) => type === 'tsa')),
        stores('empty', signers(entries(() => []))),
        stores(
          'of the other type',
          signers((store) => ({ ...store, type: store.type === 'ca' ? 'signingAuthority' : 'ca' })),
        ),
        stores(
          'a link',
          signers((store) => ({ ...store, kind: 'link' })),
        ),
        stores(
          'files that are links',
          signers(entries((found) => found.map(({ name, content }) => ({ name, content, kind: 'link' as const })))),
        ),
        stores('a folder inside', signers(entries((found) => [...found, { name: 'inside', kind: 'folder', content: other }]))),
        stores('garbage inside', signers(entries((found) => [...found, file('readme.txt', 'roots of acme')]))),
        stores('an empty file inside', signers(entries((found) => [...found, file('empty.crt', '')]))),
        stores(
          'a key inside',
          signers(entries((found) => [...found, file('key.pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')])),
        ),
        stores(
          'a leaf among roots',
          signers(entries((found, { chains }) => [...found, file('zz.crt', chains[0]?.chain[0]?.der ?? Buffer.of())])),
        ),
        stores('cut short', signers(entries((found) => found.map(({ name, content }) => file(name, content.slice(0, -5)))))),
        referring('one that is missing beside the right one', (names) => [...names, 'ca:absent']),
        referring('of the type of the other scheme', (names) =>
          names.map((name) => (name.startsWith('ca:') ? name.replace('ca:', 'signingAuthority:') : name)),
        ),
        referring('an unknown type', (names) => [...names, 'root:acme']),
        referring('no type', (names) => [...names, 'acme']),
        referring('no name', (names) => [...names, 'ca:']),
        referring('a name that leads elsewhere', (names) => [...names, 'ca:../ca/acme']),
        referring('none', () => []),
        referring('only timestamp authorities', (names) => (names.includes('tsa:clock') ? ['tsa:clock'] : [])),
      ],
    },
    {
      name: 'timestamp stores',
      weight: 1.2,
      good: [
        usual('usual', 6),
        stores('beside others', clocks(entries((found) => [file('a.crt', other), ...found])), { when: ({ timestamped }) => timestamped }),
      ],
      bad: (
        [
          ['another root', clocks(entries(() => [file('root.crt', other)]))],
          ['missing', (all) => all.filter(({ type }) => type !== 'tsa')],
          ['empty', clocks(entries(() => []))],
          [
            'an intermediate',
            clocks(entries((found, { chains }) => [...found, file('zz.crt', chains[0]?.chain.at(-2)?.der ?? Buffer.of())])),
          ],
          ['garbage inside', clocks(entries((found) => [...found, file('readme.txt', 'clocks')]))],
        ] satisfies readonly (readonly [string, StoreChange])[]
      ).map(([name, change]) => stores(name, change, { when: ({ timestamped, level }) => timestamped && level !== 'skip' })),
    },
  ];
}
