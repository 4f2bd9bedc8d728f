// The trust stores that the statement names (TPL-007; TST-001 to TST-005).
import { toPem } from '../../../src/x509/bundle.ts';
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import type { Minted } from './mint.ts';
import type { Anchors, ScenePlan, StoreEntry, StorePlan } from './plan.ts';

type V = Value<ScenePlan>;

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
const pemAs = (change: (text: string) => string) =>
  entries((found) => found.map(({ name, content }) => file(name, change(pem([content])))));
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

/** The dimensions of stores; `stranger` is a root that signed nothing. */
export function storeDimensions({ der: stranger }: Minted): readonly Dimension<ScenePlan>[] {
  return [
    {
      name: 'stores',
      weight: 2.5,
      good: [...goodFiles(stranger), ...goodReferences(stranger)],
      bad: [...badFiles(stranger), ...badPem, ...badReferences],
    },
    timestampStores(stranger),
  ];
}

function goodFiles(other: Uint8Array): readonly V[] {
  return [
    usual('roots in DER', 6),
    stores('roots in PEM', signers(entries((found) => found.map(({ name, content }) => file(name, pem([content])))))),
    stores('all in one file', signers(entries((found) => [file('bundle.pem', pem([...found.map(({ content }) => content), other]))]))),
    stores('beside others', signers(entries((found) => [file('a.pem', other), ...found]))),
    stores('names of any kind', signers(entries((found) => found.map(({ content }, index) => file(`${index} root`, content))))),
    stores('text around', signers(entries((found) => found.map(({ name, content }) => file(name, `Root\n${pem([content])}\nend\n`))))),
    stores('PEM with line feeds of Windows', signers(pemAs((text) => text.replaceAll('\n', '\r\n')))),
    stores('PEM in one line', signers(pemAs((text) => text.replaceAll(/([A-Za-z0-9+/=])\n(?!-)/g, '$1')))),
    stores('two in DER', signers(entries((found) => [file('two.crt', Buffer.concat([...found.map(({ content }) => content), other]))]))),
    stores('intermediates', signers(each((chain) => chain.at(1) ?? chain.at(-1)))),
    stores('PEM under another label', signers(pemAs((text) => text.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'))), { weight: 0.7 }),
  ];
}

function goodReferences(other: Uint8Array): readonly V[] {
  const more: StorePlan = { type: 'ca', name: 'more', kind: 'folder', entries: [file('more.crt', other)] };
  return [
    adding('one more store', 'ca:more', more),
    referring('the same store twice', (names) => [...names, ...names.slice(0, 1)], { weight: 0.5 }),
  ];
}

const badPem: readonly V[] = [
  stores('PEM with headers', signers(pemAs((text) => text.replace('-----\n', '-----\nComment: root\n\n'))), { weight: 0.7 }),
  stores('PEM without its end', signers(pemAs((text) => text.replace(/-----END.*/, ''))), { weight: 0.7 }),
  stores('PEM without line feeds', signers(pemAs((text) => text.replaceAll('\n', ' '))), { weight: 0.7 }),
  stores(
    'DER with a line feed',
    signers(entries((found) => found.map(({ name, content }) => file(name, Buffer.concat([content, Buffer.of(10)]))))),
    { weight: 0.7 },
  ),
];

function badFiles(other: Uint8Array): readonly V[] {
  return [
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
  ];
}

const badReferences: readonly V[] = [
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
];

function timestampStores(other: Uint8Array): Dimension<ScenePlan> {
  return {
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
  };
}
