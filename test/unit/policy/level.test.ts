// The levels as the trust policy specification has them in its table (§ Signature Verification details; TPL-011).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkNames, type LevelName, levels } from '../../../src/policy/level.ts';

/** Integrity, authenticity, expiry, authentic timestamp, revocation. */
const table: Readonly<Record<LevelName, string>> = {
  strict: 'enforce enforce enforce enforce enforce',
  permissive: 'enforce enforce log log log',
  audit: 'enforce log log log log',
  skip: 'skip skip skip skip skip',
};

describe('the level', () => {
  for (const [name, actions] of Object.entries(table) as readonly [LevelName, string][])
    test(name, () => assert.equal(checkNames.map((check) => levels[name][check]).join(' '), actions));
  test('names no others', () => assert.deepEqual(Object.keys(levels), Object.keys(table)));
});

test('the checks are made in the order of the specification', () =>
  assert.deepEqual(checkNames, ['integrity', 'authenticity', 'expiry', 'authenticTimestamp', 'revocation']));
