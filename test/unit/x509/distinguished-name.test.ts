import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSubset, parseDistinguishedName, parseIdentity } from '../../../src/x509/distinguished-name.ts';

describe('parseDistinguishedName', () => {
  const accepted: readonly (readonly [text: string, rdns: readonly (readonly (readonly [string, string])[])[]])[] = [
    ['   ', []],
    ['a=b\\\\ ', [[['a', 'b\\']]]],
    ['a=b\\  ', [[['a', 'b ']]]],
    ['a=', [[['a', '']]]],
    ['a= #x', [[['a', '#x']]]],
    ['a\\=b=c', [[['a=b', 'c']]]],
    ['a=b=c=d', [[['a', 'b=c=d']]]],
    ['a=#0C0548656C6C6F', [[['a', 'Hello']]]],
    ['a=\\F0\\9F\\98\\80😀', [[['a', '😀😀']]]],
  ];
  for (const [text, rdns] of accepted) {
    test(`reads ${JSON.stringify(text)}`, () => {
      const found = parseDistinguishedName(text).map((rdn) => rdn.map(({ type, value }) => [type, value]));
      assert.deepEqual(found, rdns);
    });
  }

  const refused: readonly (readonly [text: string, words: RegExp])[] = [
    ['a', /expected type=value, found "a"/],
    ['a=b,,c=d', /expected type=value, found ""/],
    ['a=b+', /expected type=value/],
    ['a="b"', /to be escaped/],
    ['a=b\0', /to be escaped/],
    ['a=\\zz', /after "\\"/],
    ['a=\\f', /after "\\"/],
    ['a=\\C4', /expected UTF-8/],
    ['a=#', /hexadecimal digits/],
    ['a=#zz', /hexadecimal digits/],
    ['a=#30020500', /expected a string/],
    ['a=#0c82', /malformed DER/],
  ];
  for (const [text, words] of refused) {
    test(`refuses ${JSON.stringify(text)}`, () =>
      assert.throws(() => parseDistinguishedName(text), { code: 'CERTIFICATE', message: words }));
  }
});

describe('parseIdentity', () => {
  test('reads every attribute once, S as ST', () => {
    assert.deepEqual(
      [...parseIdentity(' C=US, S=WA, O=Acme\\, Inc.; CN=x')],
      [
        ['C', 'US'],
        ['ST', 'WA'],
        ['O', 'Acme, Inc.'],
        ['CN', 'x'],
      ],
    );
  });

  const refused: readonly (readonly [text: string, words: RegExp])[] = [
    ['', /found no C/],
    ['C=US,O=x', /found no ST/],
    ['C=US,ST=WA', /found no O/],
    ['C=US,ST=WA,O=', /found no O/],
    ['c=US,ST=WA,O=x', /found no C/],
    ['C=US,ST=WA,O=x,O=y', /found O twice/],
    ['C=US,ST=WA,O=x,OU=,OU=y', /found OU twice/],
    ['C=US,ST=WA,S=WA,O=x', /found ST twice/],
    ['C=US,ST=WA,O=x+OU=y', /several joined by "\+"/],
    ['C=US,ST=WA,O=#0c0178', /hexadecimal/],
  ];
  for (const [text, words] of refused) {
    test(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseIdentity(text), { code: 'CERTIFICATE', message: words }));
  }
});

describe('isSubset', () => {
  const subject = parseIdentity('C=US,ST=WA,O=Acme,OU=a,CN=x');
  const cases: readonly (readonly [identity: string, match: boolean])[] = [
    ['C=US,ST=WA,O=Acme', true],
    ['CN=x,O=Acme,ST=WA,C=US', true],
    ['C=US,ST=WA,O=acme', false],
    ['C=US,ST=WA,O=Acme ,CN=x', true],
    ['C=US,ST=WA,O=Acme\\ ', false],
    ['C=US,ST=WA,O=Acme,L=', false],
    ['C=US,ST=WA,O=Acme,cn=x', false],
  ];
  for (const [identity, match] of cases) {
    test(`${identity} ${match ? 'matches' : 'does not match'}`, () => assert.equal(isSubset(parseIdentity(identity), subject), match));
  }
});
