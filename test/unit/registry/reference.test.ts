import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NotationError } from '../../../src/core/error.ts';
import { placeOf } from '../../../src/registry/place.ts';
import { isRegistry, parseReference } from '../../../src/registry/reference.ts';
import { referrersTag } from '../../../src/registry/referrers.ts';

const hex = 'a1'.repeat(32);

describe('references', () => {
  const good: readonly (readonly [string, string, string, 'tag' | 'digest', string])[] = [
    ['registry.example/app:v1', 'registry.example', 'app', 'tag', 'v1'],
    ['localhost:5000/a/b-c/d__e.f:V_1.0-x', 'localhost:5000', 'a/b-c/d__e.f', 'tag', 'V_1.0-x'],
    [`registry.example/app@sha256:${hex}`, 'registry.example', 'app', 'digest', `sha256:${hex}`],
    [`registry.example/app:v1@sha256:${hex}`, 'registry.example', 'app', 'digest', `sha256:${hex}`],
    [`registry.example/app@sha512:${hex}${hex}`, 'registry.example', 'app', 'digest', `sha512:${hex}${hex}`],
    ['[::1]:5000/app:v1', '[::1]:5000', 'app', 'tag', 'v1'],
    ['[2001:db8::1]/app:v1', '[2001:db8::1]', 'app', 'tag', 'v1'],
    ['127.0.0.1:5000/app:v1', '127.0.0.1:5000', 'app', 'tag', 'v1'],
    ['Registry.Example/app:v1', 'Registry.Example', 'app', 'tag', 'v1'],
  ];
  for (const [text, registry, repository, kind, tagOrDigest] of good) {
    test(text.slice(0, 60), () => assert.deepEqual(parseReference(text), { registry, repository, kind, tagOrDigest }));
  }

  // What notation 1.3.2 says of the same texts.
  const bad: readonly (readonly [string, string])[] = [
    ['alpine', 'missing registry or repository'],
    ['alpine:3', 'missing registry or repository'],
    ['', 'missing registry or repository'],
    ['a/b', 'no tag or digest'],
    ['localhost:5000/x', 'no tag or digest'],
    ['[::1]:5000/a', 'no tag or digest'],
    ['a/b:t@sha256:12', 'invalid digest "sha256:12": invalid checksum digest length'],
    ['a/b@sha256:ABC', 'invalid digest "sha256:ABC": invalid checksum digest length'],
    ['a/b@md5:abc', 'invalid digest "md5:abc": unsupported digest algorithm'],
    [`a/b@sha256:${hex.toUpperCase()}`, `invalid digest "sha256:${hex.toUpperCase()}": invalid checksum digest format`],
    ['a/b@toString:abc', 'invalid digest "toString:abc": invalid checksum digest format'],
    ['A/B:x', 'invalid repository "B"'],
    ['reg/', 'invalid repository ""'],
    ['reg/a//b:x', 'invalid repository "a//b"'],
    ['reg/../v2:x', 'invalid repository "../v2"'],
    ['reg/a?b:x', 'invalid repository "a?b"'],
    ['a b/c:d', 'invalid registry "a b"'],
    ['/x:y', 'invalid registry ""'],
    ['u@h/b:t', 'invalid registry "u@h"'],
    ['https://h/b:t', 'invalid repository "/h/b"'],
    ['h:99999/b:t', 'invalid registry "h:99999"'],
    ['x/y:.z', 'invalid tag ".z"'],
    [`x/y:${'z'.repeat(129)}`, `invalid tag "${'z'.repeat(129)}"`],
  ];
  for (const [text, problem] of bad) {
    test(`refused: ${text.slice(0, 60)}`, () => {
      const message = `${JSON.stringify(text)}: invalid reference: ${problem}. Expecting <registry>/<repository>:<tag> or <registry>/<repository>@<digest>`;
      assert.throws(() => parseReference(text), { code: 'REQUEST', message });
    });
  }

  test('any text is read or refused, and what is read says what it was', () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9.:@/_[\]-]{0,40}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), part), (text) => {
        try {
          const { registry, repository, kind, tagOrDigest } = parseReference(text);
          return text.startsWith(`${registry}/${repository}`) && text.endsWith(`${kind === 'tag' ? ':' : '@'}${tagOrDigest}`);
        } catch (error) {
          return error instanceof NotationError;
        }
      }),
      { numRuns: 5000 },
    );
  });
});

test('the tag of referrers fits the grammar of tags, whatever the digest', () => {
  assert.equal(referrersTag(`sha256:${hex}`), `sha256-${hex}`);
  assert.equal(referrersTag(`sha512:${hex}${hex}`), `sha512-${hex}`);
  assert.equal(referrersTag(`sha256+x:${'a='.repeat(100)}`), `sha256-x-${'a-'.repeat(32)}`);
});

test('names of registries', () => {
  const names = [
    'registry.example',
    'localhost:5000',
    '[::1]:5000',
    'docker.io',
    'a/b',
    'a?b',
    'a@b',
    'a#b',
    'http://a',
    '',
    '[::1',
    'a:b',
  ];
  assert.deepEqual(names.filter(isRegistry), names.slice(0, 4));
});

describe('where a registry answers', () => {
  const rule = { insecure: false, insecureRegistries: ['Plain.Example:8080'] };
  const cases: readonly (readonly [string, string])[] = [
    ['registry.example', 'https://registry.example'],
    ['registry.example:443', 'https://registry.example'],
    ['localhost', 'https://localhost'],
    ['localhost:5000', 'http://localhost:5000'],
    ['127.0.0.1:5000', 'https://127.0.0.1:5000'],
    ['[::1]:5000', 'https://[::1]:5000'],
    ['plain.example:8080', 'http://plain.example:8080'],
    ['plain.example', 'https://plain.example'],
    ['docker.io', 'https://registry-1.docker.io'],
  ];
  for (const [registry, origin] of cases) test(registry, () => assert.deepEqual(placeOf(registry, rule), { registry, origin }));
  test('--insecure-registry means every registry', () => {
    assert.equal(placeOf('registry.example', { ...rule, insecure: true }).origin, 'http://registry.example');
  });
});
