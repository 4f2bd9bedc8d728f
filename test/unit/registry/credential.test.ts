import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentialOf } from '../../../src/registry/credential.ts';

test('a password without a user name is a refresh token', () => {
  assert.deepEqual(credentialOf('user', 'word'), { kind: 'password', username: 'user', password: 'word' });
  assert.deepEqual(credentialOf('user', ''), { kind: 'password', username: 'user', password: '' });
  assert.deepEqual(credentialOf('', 'word'), { kind: 'refresh', token: 'word' });
  assert.equal(credentialOf('', ''), undefined);
});
