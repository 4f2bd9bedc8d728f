// What is written down of each check, and what becomes of it under each action.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import type { Log } from '../../../src/core/ports.ts';
import { type Actions, levels } from '../../../src/policy/level.ts';
import { openLedger } from '../../../src/verify/ledger.ts';
import { during } from '../../support/pki.ts';

const passed = { result: 'passed', evidence: { now: during } } as const;
const failed = { result: 'failed', error: new NotationError('EXPIRED', 'too late'), evidence: { now: during } } as const;

function open(action: Actions['expiry']) {
  const told: Parameters<Log>[] = [];
  return { ledger: openLedger({ ...levels.strict, expiry: action }, (...line) => told.push(line)), told };
}

describe('the ledger', () => {
  for (const action of ['enforce', 'log'] as const) {
    test(`writes down a check that passes under ${action}, and answers its evidence`, async () => {
      const { ledger, told } = open(action);
      assert.deepEqual(await ledger.check('expiry', () => passed), passed.evidence);
      assert.deepEqual(ledger.findings, [{ check: 'expiry', action, ...passed }]);
      assert.deepEqual(told, [['debug', 'check passed', { check: 'expiry', action }]]);
      assert.equal(ledger.stage, 'expiry');
    });

    test(`never takes a bug for a failed check under ${action}`, async () => {
      const { ledger } = open(action);
      const bug = new TypeError('bug');
      const judge = () => Promise.reject(bug);
      await assert.rejects(ledger.check('expiry', judge), (error) => error === bug);
      assert.deepEqual(ledger.findings, []);
    });
  }

  test('throws the failure of an enforced check, and tells of it', async () => {
    const { ledger, told } = open('enforce');
    await assert.rejects(
      ledger.check('expiry', () => failed),
      failed.error,
    );
    assert.deepEqual(ledger.findings, [{ check: 'expiry', action: 'enforce', ...failed }]);
    assert.deepEqual(told, [['info', 'check failed', { check: 'expiry', action: 'enforce', error: 'too late' }]]);
  });

  test('goes on after the failure of a logged check, answers no evidence, and warns', async () => {
    const { ledger, told } = open('log');
    assert.equal(await ledger.check('expiry', () => failed), undefined);
    assert.deepEqual(ledger.findings, [{ check: 'expiry', action: 'log', ...failed }]);
    assert.deepEqual(told, [['warn', 'check failed', { check: 'expiry', action: 'log', error: 'too late' }]]);
  });

  test('does not make a skipped check', async () => {
    const { ledger, told } = open('skip');
    assert.equal(await ledger.check('expiry', () => assert.fail('made')), undefined);
    assert.deepEqual(ledger.findings, [{ check: 'expiry', action: 'skip', result: 'skipped' }]);
    assert.deepEqual(told, [['debug', 'check skipped', { check: 'expiry', action: 'skip' }]]);
  });

  test('knows what it was at when something that no policy can leave out fails', async () => {
    const { ledger } = open('skip');
    await assert.rejects(
      ledger.always('artifact', () => Promise.reject(failed.error)),
      failed.error,
    );
    assert.deepEqual([ledger.stage, ledger.findings], ['artifact', []]);
  });
});
