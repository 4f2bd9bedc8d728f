import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseLog, openLog, redact } from '../../../src/store/log.ts';
import { temporaryFolder } from '../../support/key-files.ts';

const secrets: readonly (readonly [string, string])[] = [
  ['pkcs11:token=t;pin-value=1234&x=1', 'pkcs11:token=[redacted];pin-value=[redacted]&x=1'],
  ['authorization: Bearer abc.def-1', 'authorization: Bearer [redacted]'],
  ['a -----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY----- b', 'a [redacted private key] b'],
  ['cut -----BEGIN EC PRIVATE KEY-----\\nMIIB', 'cut [redacted private key]'],
];

for (const [line, expected] of secrets) {
  test(`redacts ${line.slice(0, 30)}`, () => assert.equal(redact(line), expected));
}

test('a line is one JSON object whatever the message, and only from its level up', (t) => {
  const path = join(temporaryFolder(t), 'log');
  const log = openLog(path, 'warn', () => new Date(0), { command: 'c' });
  log('info', 'not this');
  log('error', 'two\nlines', { code: 'X' });
  assert.equal(
    readFileSync(path, 'utf8'),
    `${JSON.stringify({ time: '1970-01-01T00:00:00.000Z', level: 'error', message: 'two\nlines', command: 'c', code: 'X' })}\n`,
  );
});

test('the option names the log, and without it the environment; with neither nothing is kept', (t) => {
  const folder = temporaryFolder(t);
  const [option, variable] = [join(folder, 'option'), join(folder, 'variable')];
  const host = { environment: { NOTATION_TS_KMS_LOG: variable }, now: () => new Date(0) };
  chooseLog(option, 'info', host, {})('info', 'said');
  assert.match(readFileSync(option, 'utf8'), /said/);
  assert.equal(existsSync(variable), false);
  chooseLog(undefined, 'info', host, {})('info', 'said');
  assert.match(readFileSync(variable, 'utf8'), /said/);
  chooseLog(undefined, 'info', { ...host, environment: {} }, {})('error', 'lost');
});
