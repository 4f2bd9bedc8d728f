import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Files } from '../../../src/core/ports.ts';
import { nodeTransport } from '../../../src/http/node.ts';
import { metadata } from '../../../src/plugin/metadata.ts';
import { type Invocation, serve } from '../../../src/plugin/serve.ts';
import { disk } from '../../../src/store/disk.ts';
import { temporaryFolder } from '../../support/key-files.ts';

const never: Files = { look: () => new Promise(() => undefined), read: () => new Promise(() => undefined) };

function invocation(change: Partial<Invocation> & { readonly request?: unknown }): Invocation {
  const input = Buffer.from(JSON.stringify(change.request ?? {}));
  const transport = async () => nodeTransport;
  return {
    command: 'describe-key',
    input,
    environment: {},
    platform: 'linux',
    files: disk,
    transport,
    now: () => new Date(),
    metadata,
    program: [],
    ...change,
  };
}

test('a key that never answers ends in TIMEOUT at the deadline', async () => {
  const request = { contractVersion: '1.0', keyId: './k.key', pluginConfig: { timeout: '20ms' } };
  const reply = await serve(invocation({ request, files: never }));
  assert.equal(reply.succeeded, false);
  const error = JSON.parse(reply.json);
  assert.equal(error.errorCode, 'TIMEOUT');
  assert.match(error.errorMessage, /no answer within 0\.02 s/);
});

test('the deadline does not outlive its command', async () => {
  const reply = await serve(invocation({ command: 'get-plugin-metadata', request: { pluginConfig: { timeout: '60m' } } }));
  assert.deepEqual(JSON.parse(reply.json), { ...metadata });
});

test('a bug in a backend is one error object', async () => {
  const broken: Files = {
    look: () => {
      throw new TypeError('x is not a function');
    },
    read: disk.read,
  };
  const reply = await serve(invocation({ request: { contractVersion: '1.0', keyId: 'name' }, files: broken }));
  assert.equal(JSON.parse(reply.json).errorCode, 'ERROR');
});

test('commands that no capability promises are refused', async () => {
  for (const command of ['no-such-command', '__proto__']) {
    const error = JSON.parse((await serve(invocation({ command, request: { contractVersion: '1.0' } }))).json);
    assert.equal(error.errorCode, 'VALIDATION_ERROR');
    assert.match(error.errorMessage, /does not offer this command/);
  }
});

test('an input that could not be read is told', async () => {
  const error = JSON.parse((await serve(invocation({ input: { problem: 'it cannot be read (EIO)' } }))).json);
  assert.match(error.errorMessage, /standard input: it cannot be read \(EIO\)/);
});

test('a request that is not understood is in the log that the environment names', async (t) => {
  const path = join(temporaryFolder(t), 'log');
  const environment = { NOTATION_TS_KMS_LOG: path };
  const refused = await serve(invocation({ request: { contractVersion: '2.0', keyId: 'k' }, environment }));
  assert.equal(JSON.parse(refused.json).errorCode, 'UNSUPPORTED_CONTRACT_VERSION');
  const { level, command, code } = JSON.parse(readFileSync(path, 'utf8'));
  assert.deepEqual([level, command, code], ['error', 'describe-key', 'CONTRACT_VERSION']);
  const unlogged = await serve(invocation({ request: {}, environment: { NOTATION_TS_KMS_LOG: '/proc/no/log' } }));
  assert.match(JSON.parse(unlogged.json).errorMessage, /^contractVersion/, 'the log does not hide the request');
});
