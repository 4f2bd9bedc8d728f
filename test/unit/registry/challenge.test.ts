import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Challenge, chooseChallenge } from '../../../src/registry/challenge.ts';
import { resolveLocation } from '../../../src/registry/place.ts';

const bearer = (realm: string, service?: string, scope?: string): Challenge => ({ scheme: 'bearer', realm, service, scope });

describe('challenges', () => {
  const cases: readonly (readonly [string, string | undefined, Challenge | undefined])[] = [
    ['none', undefined, undefined],
    ['empty', '', undefined],
    ['basic', 'Basic realm="x"', { scheme: 'basic' }],
    ['basic alone, in lower case', 'basic', { scheme: 'basic' }],
    [
      'bearer',
      'Bearer realm="https://a/t",service="s",scope="repository:a:pull,push"',
      bearer('https://a/t', 's', 'repository:a:pull,push'),
    ],
    ['spaces, order and plain values', 'BEARER  scope = x ,service=s , Realm="https://a/t"', bearer('https://a/t', 's', 'x')],
    ['quoted characters', String.raw`Bearer realm="https://a/\"t\\"`, bearer(String.raw`https://a/"t\ `.trim())],
    ['several in one header', 'Negotiate, Basic realm="a, Bearer realm=b", Bearer realm="https://a/t"', bearer('https://a/t')],
    ['bearer without a realm', 'Bearer service="s", Basic realm="x"', { scheme: 'basic' }],
    ['another scheme', 'Digest realm="x", nonce="y"', undefined],
    ['a quote without an end', 'Bearer realm="https://a', undefined],
  ];
  for (const [name, header, challenge] of cases) test(name, () => assert.deepEqual(chooseChallenge(header), challenge));

  test('any header is read in little time', () => {
    const part = fc.stringMatching(/^(?:Basic|Bearer|realm|=|"|\\|,| |a){0,400}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 4000 }), part), (header) => {
        const found = chooseChallenge(header);
        return found === undefined || found.scheme === 'basic' || typeof found.realm === 'string';
      }),
      { numRuns: 3000 },
    );
    chooseChallenge('"'.repeat(1 << 20));
    chooseChallenge('a '.repeat(1 << 20));
  });
});

describe('where a server points to', () => {
  const base = 'https://registry.example/v2/app/blobs/uploads/';
  const good: readonly (readonly [string, string])[] = [
    ['/v2/app/x?y=1', 'https://registry.example/v2/app/x?y=1'],
    ['x', 'https://registry.example/v2/app/blobs/uploads/x'],
    ['https://blobs.example/x', 'https://blobs.example/x'],
    ['//user:word@blobs.example/x', 'https://blobs.example/x'],
  ];
  for (const [location, url] of good) test(location, () => assert.equal(resolveLocation(location, base), url));
  test('never out of TLS', () => {
    assert.throws(() => resolveLocation('http://registry.example/x?secret', base), {
      code: 'UNAVAILABLE',
      message: 'registry.example: it points to another place: expected one that is reached over TLS, found http://registry.example',
    });
    for (const location of ['javascript:1', 'data:,x', 'https://', 'http://['])
      assert.throws(() => resolveLocation(location, base), { code: 'UNAVAILABLE' });
  });
});
