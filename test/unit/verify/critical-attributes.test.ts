import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExtendedAttribute } from '../../../src/core/model.ts';
import { checkCriticalAttributes } from '../../../src/verify/critical-attributes.ts';
import { during } from '../../support/pki.ts';

const check = (...extended: readonly ExtendedAttribute[]) =>
  checkCriticalAttributes({ scheme: 'notary.x509', signingTime: { at: during }, extended }, undefined);

test('what is not critical may be anything', () => {
  check({ key: 'acme.note', critical: false, value: {} }, { key: 99, critical: false, value: null });
});

test('what is critical is refused, by its name', () => {
  const sentence = /found "acme.rule", 99 \(signature specification § Signed Attributes\)$/;
  const attributes = [
    { key: 'acme.rule', critical: true, value: 1 },
    { key: 'acme.note', critical: false, value: 1 },
    { key: 99, critical: true, value: 1 },
  ] as const;
  assert.throws(() => check(...attributes), { code: 'UNVERIFIED', message: sentence });
});
