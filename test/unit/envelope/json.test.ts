import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { print, printSorted } from '../../../src/envelope/json.ts';

test('escapes what Go escapes', () => {
  assert.equal(
    print('<a href="x">&\u2028\u2029é\u0001</a>'),
    '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\u2029é\\u0001\\u003c/a\\u003e"',
  );
});

test('sorts members by the bytes of their names, at every level', () => {
  const value = { b: 1, a: [{ '😀': 1, '\uffee': 2, 10: 3, 9: 4 }], A: 1e21, '': { z: null, y: 0.1 } };
  assert.equal(printSorted(value), '{"":{"y":0.1,"z":null},"A":1e+21,"a":[{"10":3,"9":4,"\uffee":2,"😀":1}],"b":1}');
});

test('prints what is read as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(JSON.parse(printSorted(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('refuses what JSON cannot hold', () => {
  for (const value of [undefined, () => 1, [undefined], { a: Symbol('x') }, 1n]) assert.throws(() => printSorted(value), TypeError);
});
