import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeName } from '../../../../src/x509/issue/issue.ts';
import { parseSubject } from '../../../../src/x509/issue/subject.ts';
import { parseNameDer, printName } from '../../../../src/x509/name.ts';

/** The attributes in the order of the DER, and as notation prints them. */
function written(text: string): { readonly der: string; readonly printed: string } {
  const name = parseNameDer(encodeName(parseSubject(text)), 'subject');
  return { der: name.rdns.map(([attribute]) => attribute?.value).join('/'), printed: printName(name) };
}

describe('parseSubject', () => {
  const accepted: readonly (readonly [title: string, text: string, der: string, printed: string])[] = [
    ['particular first', 'CN=release, O=Example, ST=WA, C=US', 'US/WA/Example/release', 'CN=release,O=Example,ST=WA,C=US'],
    ['general first', 'C=US,ST=WA,O=Example,CN=release', 'US/WA/Example/release', 'CN=release,O=Example,ST=WA,C=US'],
    ['S for ST', 'S=WA,C=US,O=Example', 'US/WA/Example', 'O=Example,ST=WA,C=US'],
    ['escapes', 'C=US,ST=WA,O=Acme\\, Inc.,CN=a\\+b', 'US/WA/Acme, Inc./a+b', 'CN=a\\+b,O=Acme\\, Inc.,ST=WA,C=US'],
    ['other scripts', 'C=DE,ST=Köln,O=例', 'DE/Köln/例', 'O=例,ST=Köln,C=DE'],
    [
      'every attribute',
      'SERIALNUMBER=7,CN=n,OU=u,O=o,POSTALCODE=1,STREET=s,L=l,ST=t,C=US',
      'US/t/l/s/1/o/u/n/7',
      'SERIALNUMBER=7,CN=n,OU=u,O=o,POSTALCODE=1,STREET=s,L=l,ST=t,C=US',
    ],
  ];
  for (const [title, text, der, printed] of accepted) {
    test(`reads ${title}`, () => assert.deepEqual(written(text), { der, printed }));
  }

  const refused: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /found no C/],
    ['CN=release', /found no C/],
    ['C=US,O=Example,CN=x', /found no ST/],
    ['C=US,ST=WA,CN=x', /found no O/],
    ['c=US,st=WA,o=Example', /found no C/],
    ['C=US,ST=WA,O=a,O=b', /found O twice/],
    ['C=US,ST=WA,O=a+CN=b', /joined by "\+"/],
    ['C=US,ST=WA,O=#0c0161', /hexadecimal/],
    ['C=US,ST=WA,O=a,DC=example', /found DC/],
    ['C=US,ST=WA,O=a,emailAddress=a@b', /found emailAddress/],
    ['C=US,ST=WA,O=a,2.5.4.12=x', /found 2\.5\.4\.12/],
    ['C=USA,ST=WA,O=a', /two capital letters for C, found "USA"/],
    ['C=us,ST=WA,O=a', /two capital letters/],
    ['C=US,ST=WA,O=a,CN=', /a value for CN, found none/],
    [`C=US,ST=WA,O=${'x'.repeat(65)}`, /at most 64 characters for O, found 65/],
    ['C=US,ST=WA,O=a,SERIALNUMBER=ü', /letters, digits/],
    ['/C=US/ST=WA/O=Example', /found no /],
    // Printed, this is "CN=a=#b", which notation takes for a hexadecimal value.
    ['C=US,ST=WA,O=a,CN=a=\\#b', /hexadecimal/],
  ];
  for (const [text, message] of refused) {
    test(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => assert.throws(() => parseSubject(text), { name: 'NotationError', message }));
  }
});
