import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, NotationError, toNotationError } from '../../../src/core/error.ts';
import { toWire } from '../../../src/protocol/error.ts';

const cases: readonly (readonly [ErrorCode, string])[] = [
  ['REQUEST', 'VALIDATION_ERROR'],
  ['CONTRACT_VERSION', 'UNSUPPORTED_CONTRACT_VERSION'],
  ['CONFIG', 'VALIDATION_ERROR'],
  ['KEY_NOT_FOUND', 'VALIDATION_ERROR'],
  ['KEY_UNUSABLE', 'VALIDATION_ERROR'],
  ['KEY_MISMATCH', 'VALIDATION_ERROR'],
  ['CERTIFICATE', 'VALIDATION_ERROR'],
  ['FILE', 'VALIDATION_ERROR'],
  ['ACCESS_DENIED', 'ACCESS_DENIED'],
  ['TIMEOUT', 'TIMEOUT'],
  ['THROTTLED', 'THROTTLED'],
  ['UNAVAILABLE', 'ERROR'],
  ['INTERNAL', 'ERROR'],
];

for (const [code, contract] of cases) {
  test(`${code} is ${contract} on the wire`, () => assert.equal(toWire(new NotationError(code, 'm')).errorCode, contract));
}

test('the hint is part of the message: notation shows nothing else', () => {
  const error = new NotationError('CONFIG', 'what is wrong', { hint: 'what to do', metadata: { requestId: '42' } });
  assert.deepEqual(toWire(error), {
    errorCode: 'VALIDATION_ERROR',
    errorMessage: 'what is wrong; what to do',
    errorMetadata: { requestId: '42', code: 'CONFIG' },
  });
});

test('what is not ours is told as a bug, never lost', () => {
  for (const thrown of [new TypeError('x is not a function'), 'text', undefined, null]) {
    const error = toNotationError(thrown);
    assert.equal(error.code, 'INTERNAL');
    assert.ok(toWire(error).errorMessage.startsWith('unexpected failure: '));
  }
});
