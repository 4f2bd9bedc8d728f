// Which names are in which trees of names. A name that cannot be judged is in whatever excludes it, and in nothing that permits it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NotationError } from '../../../../src/core/error.ts';
import { element, sequence } from '../../../../src/x509/asn1/der-encode.ts';
import { checkConstrainedNames, parseNameConstraints } from '../../../../src/x509/chain/name-constraints.ts';
import { encodeName, type NameDraft } from '../../../../src/x509/issue/issue.ts';
import { type Change, mintCa, mintLeaf, subjectOf } from '../../../support/pki.ts';

type Made = readonly [tag: number, value: Uint8Array];

const text = (value: string) => Buffer.from(value);
const email = (value: string): Made => [0x81, text(value)];
const dns = (value: string): Made => [0x82, text(value)];
const uri = (value: string): Made => [0x86, text(value)];
const address = (hex: string): Made => [0x87, Buffer.from(hex, 'hex')];
const directory = (draft: NameDraft): Made => [0xa4, encodeName(draft)];
const registered: Made = [0x88, Buffer.from('2a03', 'hex')];
const otherName: Made = [0xa0, sequence()];

const encode = ([tag, value]: Made) => element(tag, value);
const constraints = (kind: 'permitted' | 'excluded', ...trees: readonly Made[]) =>
  parseNameConstraints(
    sequence(element(kind === 'permitted' ? 0xa0 : 0xa1, ...trees.map((tree) => sequence(encode(tree))))),
    'constraints',
  );

const authority = await mintCa('authority', undefined);

async function leafWith(names: readonly Made[], change: Change = {}) {
  const extensions = names.length === 0 ? [] : [{ oid: '2.5.29.17', critical: false, value: sequence(...names.map(encode)) }];
  return (await mintLeaf('leaf', authority, { extensions, ...change })).certificate;
}

const isRefused = (error: unknown) => error instanceof NotationError && error.code === 'CERTIFICATE';

async function verdicts(names: readonly Made[], tree: Made, change?: Change): Promise<readonly [permitted: boolean, excluded: boolean]> {
  const leaf = await leafWith(names, change);
  const holds = (kind: 'permitted' | 'excluded') => {
    try {
      checkConstrainedNames(leaf, constraints(kind, tree), authority.certificate);
      return true;
    } catch (error) {
      assert.ok(isRefused(error), String(error));
      return false;
    }
  };
  return [holds('permitted'), !holds('excluded')];
}

const [inside, outside, unknown] = [
  [true, true],
  [false, false],
  [false, true],
] as const;
const unconstrained = [true, false] as const;

const rows: Readonly<Record<string, readonly (readonly [name: Made, tree: Made, expected: readonly [boolean, boolean]])[]>> = {
  dns: [
    [dns('example.com'), dns('example.com'), inside],
    [dns('a.b.example.com'), dns('example.com'), inside],
    [dns('EXAMPLE.com'), dns('example.COM'), inside],
    [dns('badexample.com'), dns('example.com'), outside],
    [dns('com'), dns('example.com'), outside],
    [dns('a.example.com'), dns('.example.com'), inside],
    [dns('example.com'), dns('.example.com'), outside],
    [dns('any.test'), dns(''), inside],
    [dns('*.example.com'), dns('example.com'), inside],
    [dns('*.example.com'), dns('b.example.com'), [false, true]],
    [dns('*.example.com'), dns('a.b.example.com'), outside],
    [dns('.example.com'), dns('example.com'), unknown],
    [dns('a..example.com'), dns('example.com'), unknown],
    [dns('a b.example.org'), dns('example.com'), unknown],
    [dns('..'), dns(''), unknown],
  ],
  email: [
    [email('joe@example.com'), email('joe@example.com'), inside],
    [email('joe@EXAMPLE.com'), email('joe@example.COM'), inside],
    [email('Joe@example.com'), email('joe@example.com'), outside],
    [email('joe@example.org'), email('joe@example.com'), outside],
    [email('joe@example.com'), email('example.com'), inside],
    [email('joe@mail.example.com'), email('example.com'), [false, true]],
    [email('joe@mail.example.com'), email('.example.com'), inside],
    [email('joe@example.com'), email('.example.com'), outside],
    [email('joe@example.com'), email(''), inside],
    [email('a@b@example.org'), email('example.com'), unknown],
    [email('example.org'), email('example.com'), unknown],
    [email('@example.org'), email('example.com'), unknown],
    [email('joe@'), email('example.com'), unknown],
    [email('joe@example..org'), email('example.com'), unknown],
    [email('joe@example..org'), email('joe@example.com'), unknown],
  ],
  uri: [
    [uri('https://example.com/x'), uri('example.com'), inside],
    [uri('HTTPS://joe:pw@EXAMPLE.com:8443?x'), uri('example.com'), inside],
    [uri('https://a.example.com#x'), uri('example.com'), [false, true]],
    [uri('https://a.example.com'), uri('.example.com'), inside],
    [uri('https://example.org/example.com'), uri('example.com'), outside],
    [uri('https://192.0.2.1/'), uri('example.com'), unknown],
    [uri('https://[2001:db8::1]/'), uri('example.com'), unknown],
    [uri('urn:example:com'), uri('example.com'), unknown],
  ],
  addresses: [
    [address('c0000201'), address('c0000200ffffff00'), inside],
    [address('c0000301'), address('c0000200ffffff00'), outside],
    [address('c0000201'), address('0000000000000000'), inside],
    [address(`${'00'.repeat(15)}01`), address(`${'00'.repeat(15)}01${'ff'.repeat(16)}`), inside],
    [address(`${'00'.repeat(15)}02`), address(`${'00'.repeat(15)}01${'ff'.repeat(16)}`), outside],
    [address('00'.repeat(16)), address('0000000000000000'), outside],
    [address('00000000'), address('00'.repeat(32)), outside],
    [address('c0000200ffffff00'), address('c0000200ffffff00'), unknown],
    [address(''), address('0000000000000000'), unknown],
  ],
  'names of other kinds': [
    [registered, registered, unknown],
    [registered, otherName, unconstrained],
    [otherName, registered, unconstrained],
    [dns('example.com'), registered, unconstrained],
    [registered, dns('example.com'), unconstrained],
    [dns('example.com'), email('example.com'), unconstrained],
    [address('c0000201'), dns('example.com'), unconstrained],
  ],
};

for (const [kind, list] of Object.entries(rows))
  describe(kind, () => {
    for (const [name, tree, expected] of list)
      test(`${show(name)} and ${show(tree)}`, async () => assert.deepEqual(await verdicts([name], tree), expected));
  });

function show([tag, value]: Made): string {
  return tag === 0x87 ? `address ${Buffer.from(value).toString('hex')}` : JSON.stringify(Buffer.from(value).toString('latin1'));
}

describe('directory names', () => {
  const subject = subjectOf('leaf');
  const trees: readonly (readonly [tree: NameDraft, expected: readonly [boolean, boolean]])[] = [
    [subject.slice(0, 1), inside],
    [subject, inside],
    [[['C', 'us']], inside],
    [[['C', ' US ']], inside],
    [subject.slice(0, 3).map(([type, value]) => [type, value.toUpperCase()] as const), inside],
    [subject.slice(1, 2), outside],
    [[['C', 'DE']], outside],
    [[['O', 'US']], outside],
    [[...subject, ['OU', 'x']], outside],
  ];
  for (const [tree, expected] of trees)
    test(`the subject and ${JSON.stringify(tree)}`, async () => assert.deepEqual(await verdicts([], directory(tree)), expected));

  test('an alternative name must be in the tree too', async () => {
    const [own, other] = [directory(subject.slice(0, 2)), directory([['C', 'DE']])];
    assert.deepEqual(await verdicts([own], directory([['C', 'US']])), inside);
    assert.deepEqual(await verdicts([other], directory([['C', 'US']])), [false, true]);
    assert.deepEqual(await verdicts([other], directory([['C', 'DE']])), [false, true]);
  });

  test('a subject without names has none', async () =>
    assert.deepEqual(await verdicts([dns('example.com')], directory([['C', 'US']]), { subject: [] }), unconstrained));

  test('white space between words does not count', async () => {
    const change = { subject: [['O', 'a  b \t c']] } as const;
    assert.deepEqual(await verdicts([], directory([['O', 'A B C']]), change), inside);
    assert.deepEqual(await verdicts([], directory([['O', 'abc']]), change), outside);
  });
});

describe("a subject's address", () => {
  const change = { subject: [...subjectOf('leaf'), ['1.2.840.113549.1.9.1', 'joe@example.org']] } as const;
  test('counts', async () => {
    assert.deepEqual(await verdicts([], email('example.com'), change), outside);
    assert.deepEqual(await verdicts([dns('example.org')], email('example.org'), change), inside);
  });
  test('does not where there is an alternative name for it', async () =>
    assert.deepEqual(await verdicts([email('joe@example.com')], email('example.org'), change), outside));
  test('is no other attribute', async () =>
    assert.deepEqual(await verdicts([], email('leaf'), { subject: [['CN', 'joe@leaf']] }), unconstrained));
});

test('every name counts, and one tree of several is enough', async () => {
  const leaf = await leafWith([dns('a.example.com'), dns('b.example.org')]);
  const check = (kind: 'permitted' | 'excluded', ...trees: readonly Made[]) =>
    checkConstrainedNames(leaf, constraints(kind, ...trees), authority.certificate);
  check('permitted', dns('example.com'), dns('example.org'));
  check('excluded', dns('example.net'), email('example.com'));
  assert.throws(() => check('permitted', dns('example.com')), isRefused);
  assert.throws(() => check('excluded', dns('example.net'), dns('b.example.org')), isRefused);
});

test('what is wrong is told', async () => {
  const told: readonly (readonly [name: Made, words: RegExp])[] = [
    [registered, /found a name of a kind that is not known here, which is excluded/],
    [address('c0000201'), /found the address c0000201, which is excluded/],
    [dns(`${'a'.repeat(200)}.test`), /found dns "a{100}", which is excluded/],
  ];
  for (const [name, words] of told) {
    const leaf = await leafWith([name]);
    const trees = [registered, address('0000000000000000'), dns('')];
    assert.throws(() => checkConstrainedNames(leaf, constraints('excluded', ...trees), authority.certificate), words);
  }
});

describe('refuses to read', () => {
  const malformed: Readonly<Record<string, Uint8Array>> = {
    'neither permitted nor excluded names': sequence(),
    'no permitted names': sequence(element(0xa0)),
    'no excluded names': sequence(element(0xa1)),
    'a minimum': sequence(element(0xa0, sequence(encode(dns('a')), element(0x80, Uint8Array.of(1))))),
    ...Object.fromEntries(
      [
        email('a@b@c'),
        email('@c'),
        email('a b'),
        dns('a..b'),
        uri('a b'),
        uri('https://a'),
        address('c0000200'),
        address('c0000200ff00ff00'),
        address('00'.repeat(16)),
      ].map((tree) => [show(tree), sequence(element(0xa0, sequence(encode(tree))))]),
    ),
  };
  for (const [name, value] of Object.entries(malformed)) test(name, () => assert.throws(() => parseNameConstraints(value, 'c'), isRefused));
});

test('whatever is read or refused, nothing else happens', () => {
  const pieces = [0x30, 0xa0, 0xa1, 0x81, 0x82, 0xa4, 0x86, 0x87, 0x88, 0, 1, 2, 4, 8].map((byte) => fc.constant(byte));
  fc.assert(
    fc.property(fc.array(fc.oneof(...pieces, fc.nat(255)), { maxLength: 40 }), (bytes) => {
      for (const value of [
        Uint8Array.from(bytes),
        sequence(Uint8Array.from(bytes)),
        sequence(element(0xa0, sequence(Uint8Array.from(bytes)))),
      ])
        try {
          parseNameConstraints(value, 'constraints');
        } catch (error) {
          assert.ok(isRefused(error), String(error));
        }
    }),
    { numRuns: 3000 },
  );
});
