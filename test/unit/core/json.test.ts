import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NotationError } from '../../../src/core/error.ts';
import { parseJson } from '../../../src/core/json.ts';

const refused: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['nothing', '', /found nothing/],
  ['white space', ' \n\t', /found nothing/],
  ['no JSON', 'hello', /not valid JSON/],
  ['half an object', '{"a":', /not valid JSON/],
  ['a trailing comma', '{"a":1,}', /not valid JSON/],
  ['a second object', '{}{}', /not valid JSON/],
  ['trailing bytes', '{} x', /not valid JSON/],
  ['a byte order mark', '\uFEFF{}', /not valid JSON/],
  ['a member twice', '{"a":1,"a":2}', /found one twice/],
  ['a member twice, deep', '{"x":[{"a":1, "a":1}]}', /found one twice/],
  ['a member twice, escaped', '{"a":1,"\\u0061":1}', /found one twice/],
  ['a member twice after a value with quotes', '{"a":"\\"\\\\","b":[],"a":1}', /found one twice/],
  ['__proto__ twice', '{"__proto__":1,"__proto__":1}', /found one twice/],
  ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /not UTF-8|are not/],
  ['half a surrogate as UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), /are not/],
];

for (const [name, input, message] of refused) {
  test(`refuses ${name}`, () => {
    const bytes = typeof input === 'string' ? Buffer.from(input) : input;
    assert.throws(
      () => parseJson(bytes, 'request'),
      (error) => error instanceof NotationError && error.code === 'REQUEST' && message.test(error.message),
    );
  });
}

test('takes white space around and inside', () => {
  assert.deepEqual(parseJson(Buffer.from(' { "a" : [ 1.0 , 2e0 ] }\n'), 'request'), { a: [1, 2] });
});

test('keeps __proto__ as a member like any other', () => {
  const value = parseJson(Buffer.from('{"__proto__":{"x":1}}'), 'request') as object;
  assert.deepEqual(Object.keys(value), ['__proto__']);
  assert.equal('x' in value, false);
});

test('takes a thousand levels, and refuses more without a crash', () => {
  const deep = (levels: number) => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
  parseJson(deep(1000), 'request');
  for (const levels of [1001, 200_000]) {
    assert.throws(
      () => parseJson(deep(levels), 'request'),
      (error) => error instanceof NotationError && error.code === 'REQUEST',
    );
  }
});

test('takes a name again in another object, and as a value', () => {
  const text = '{"a":"a","b":[{"a":"a"},{"a":["a","a"]}],"c\\\\":{"a\\"":1,"a":2},"":{"":""}}';
  assert.deepEqual(parseJson(Buffer.from(text), 'request'), JSON.parse(text));
});

test('refuses more values than it is told, and a million unless it is told', () => {
  const numbers = (count: number) => Buffer.from(`[${'0,'.repeat(count - 1)}0]`);
  parseJson(numbers(100), 'list', 'REQUEST', 100);
  const message = /^list: expected at most 100 JSON values/;
  for (const bytes of [numbers(101), Buffer.from('['.repeat(101)), Buffer.from(`[${'{},'.repeat(60)}0]`)]) {
    assert.throws(() => parseJson(bytes, 'list', 'REQUEST', 100), { message });
  }
  parseJson(numbers(1_000_000), 'list');
  assert.throws(() => parseJson(numbers(1_000_001), 'list'), { message: /at most 1000000 JSON values/ });
});

test('refuses with the code it is told', () => {
  assert.throws(() => parseJson(Buffer.from('{'), 'header', 'ENVELOPE'), { code: 'ENVELOPE', message: /^header: / });
});

test('reads what JSON.stringify writes, however it is indented', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      assert.deepEqual(parseJson(Buffer.from(text), 'value'), JSON.parse(text));
    }),
  );
});
