import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Der } from '../../../src/core/bytes.ts';
import { element, ia5String, oid, printableString as p, sequence, set, utf8String as u } from '../../../src/x509/asn1/der-encode.ts';
import { identityOf, parseNameDer, printName } from '../../../src/x509/name.ts';

type Pair = readonly [type: string, value: Der];

const attribute = ([type, value]: Pair): Der => sequence(oid(type), value);
const nameOf = (...pairs: readonly Pair[]): Der => sequence(...pairs.map((pair) => set(attribute(pair))));

const [c, st, l, o, ou, cn, serial, street, postal] = ['6', '8', '7', '10', '11', '3', '5', '9', '17'].map((arc) => `2.5.4.${arc}`) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const dc = '0.9.2342.19200300.100.1.25';

/** `printed` is what Go 1.26 printed for a certificate of this subject: `x509.ParseCertificate(der).Subject.String()`. */
const printed: readonly (readonly [title: string, der: Der, printed: string])[] = [
  [
    'the usual attributes',
    nameOf([c, p('US')], [st, u('WA')], [l, u('Seattle')], [o, u('Notary')], [cn, u('wabbit-networks.io')]),
    'CN=wabbit-networks.io,O=Notary,L=Seattle,ST=WA,C=US',
  ],
  [
    'every known type, in another order',
    nameOf(
      [serial, p('42')],
      [cn, u('n')],
      [ou, u('unit')],
      [o, u('o')],
      [postal, u('98101')],
      [street, u('1 Way')],
      [l, u('L')],
      [st, u('ST')],
      [c, p('US')],
    ),
    'SERIALNUMBER=42,CN=n,OU=unit,O=o,POSTALCODE=98101,STREET=1 Way,L=L,ST=ST,C=US',
  ],
  ['repeated units', nameOf([c, p('US')], [ou, u('a')], [o, u('o')], [ou, u('b')]), 'OU=a+OU=b,O=o,C=US'],
  ['two common names', nameOf([cn, u('first')], [c, p('US')], [cn, u('last')]), 'CN=last,C=US'],
  ['an empty common name', nameOf([c, p('US')], [cn, u('')]), 'C=US'],
  ['an empty organization', nameOf([o, u('')], [c, p('US')]), 'O=,C=US'],
  ['a multi-valued place', sequence(set(attribute([c, p('US')]), attribute([cn, u('x')])), set(attribute([o, u('o')]))), 'CN=x,O=o,C=US'],
  [
    'domain components and an e-mail address',
    nameOf([dc, ia5String('net')], [dc, ia5String('example')], [c, p('US')], ['1.2.840.113549.1.9.1', ia5String('a@b.c')]),
    `C=US,1.2.840.113549.1.9.1=#0c056140622e63,${dc}=#13076578616d706c65,${dc}=#13036e6574`,
  ],
  [
    'other types',
    nameOf(['2.5.4.12', u('title')], ['1.3.6.1.4.1.311.60.2.1.3', p('US')], ['2.5.4.97', u('a*b')], ['2.5.4.46', p('')]),
    '2.5.4.46=#1300,2.5.4.97=#0c03612a62,1.3.6.1.4.1.311.60.2.1.3=#13025553,2.5.4.12=#13057469746c65',
  ],
  [
    'characters that are escaped',
    nameOf([cn, u(' #a,b+c"d\\e<f>g;h=i ')], [o, u('#o')], [ou, u(' ')], [l, u('a#')]),
    'CN=\\ #a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h=i\\ ,OU=\\ ,O=\\#o,L=a#',
  ],
  [
    'Unicode, T.61 and BMP',
    nameOf(
      [cn, u('Lučić ⭐😀 ')],
      [o, element(0x14, Uint8Array.of(0xe9, 0x41))],
      [l, element(0x1e, Uint8Array.of(1, 0x0d, 0, 0x41, 0, 0))],
    ),
    'CN=Lučić ⭐😀\\ ,O=éA,L=čA',
  ],
  ['digits and a line feed', nameOf([serial, element(0x12, Buffer.from('12 34'))], [cn, u('a\nb')]), 'SERIALNUMBER=12 34,CN=a\nb'],
  ['nothing', nameOf(), ''],
];

describe('printName prints as Go does', () => {
  for (const [title, der, expected] of printed) {
    test(title, () => assert.equal(printName(parseNameDer(der, 'name')), expected));
  }
});

describe('parseNameDer refuses', () => {
  const refused: readonly (readonly [title: string, der: Der])[] = [
    ['an empty set', sequence(set())],
    ['bytes left in an attribute', sequence(set(sequence(oid(cn), u('x'), u('y'))))],
    ['a value that is no string', nameOf([cn, element(0x02, Uint8Array.of(1))])],
    ['a wrong printable string', nameOf([cn, element(0x13, Buffer.from('a@b'))])],
    ['broken UTF-8', nameOf([cn, element(0x0c, Uint8Array.of(0xc3))])],
    ['a surrogate in a BMP string', nameOf([cn, element(0x1e, Uint8Array.of(0xd8, 0x00))])],
    ['half a character of a BMP string', nameOf([cn, element(0x1e, Uint8Array.of(0x00))])],
    ['trailing bytes', Buffer.concat([nameOf(), Uint8Array.of(0)])],
  ];
  for (const [title, der] of refused) {
    test(title, () => assert.throws(() => parseNameDer(der, 'name'), { code: 'CERTIFICATE', message: /malformed DER/ }));
  }
});

describe('identityOf', () => {
  const identify = (...pairs: readonly Pair[]) =>
    identityOf(parseNameDer(nameOf([c, p('US')], [st, u('WA')], [o, u('Acme, Inc.')], ...pairs), 'name'));
  test('reads a subject back from its printed form', () => {
    assert.deepEqual(
      identify([cn, u(' #"x"+ ')]),
      new Map([
        ['CN', ' #"x"+ '],
        ['O', 'Acme, Inc.'],
        ['ST', 'WA'],
        ['C', 'US'],
      ]),
    );
  });
  // notation would match the last common name, which is the subject's own choice of which to show.
  test('refuses two common names', () =>
    assert.throws(() => identify([cn, u('a')], [cn, u('b')]), { code: 'CERTIFICATE', message: /found 2\.5\.4\.3 twice/ }));
  test('refuses types that print as identifiers, as notation does', () =>
    assert.throws(() => identify([dc, ia5String('x')]), { code: 'CERTIFICATE', message: /hexadecimal/ }));
});
