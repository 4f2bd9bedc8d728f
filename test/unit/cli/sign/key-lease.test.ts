import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { leaseSigner } from '../../../../src/cli/sign/key-lease.ts';
import type { Deadline, Files } from '../../../../src/core/ports.ts';
import { parseSettings } from '../../../../src/kms/config.ts';
import type { KeyContext } from '../../../../src/kms/provider.ts';
import { disk } from '../../../../src/store/disk.ts';
import { temporaryFolder, writeKeyFiles } from '../../../support/key-files.ts';

const patient = 60_000;

/** A world with these files and no network. */
function worldOf(files: Files, deadline: Deadline): KeyContext {
  return {
    settings: parseSettings(new Map()),
    environment: {},
    files,
    namedKeys: async () => undefined,
    log: () => undefined,
    http: { send: () => assert.fail('no network'), warm: () => undefined },
    deadline,
    now: () => new Date(),
    program: [],
  };
}

test('one key is opened for many signatures', async (t) => {
  const id = await writeKeyFiles(temporaryFolder(t), 'k');
  let opened = 0;
  const lease = leaseSigner(id, patient, (deadline) => {
    opened += 1;
    return worldOf(disk, deadline);
  });
  const signers = await Promise.all([lease(), lease(), lease()]);
  for (const signer of signers) assert.equal((await signer.sign(Buffer.from('message'))).bytes.length, 64);
  assert.equal(opened, 1);
});

test('a key that could not be opened is tried anew', async (t) => {
  const folder = temporaryFolder(t);
  const id = await writeKeyFiles(folder, 'k');
  let fails = true;
  const files: Files = { ...disk, read: async (...words) => (fails ? Promise.reject(new Error('once')) : disk.read(...words)) };
  const lease = leaseSigner(id, patient, (deadline) => worldOf(files, deadline));
  await assert.rejects(lease());
  fails = false;
  assert.equal((await lease()).algorithm.keySpec, 'EC-256');
  assert.ok(readFileSync(id).length > 0);
});

test('a key that never opens ends with its deadline', async () => {
  const never: Files = { look: () => new Promise(() => undefined), read: () => new Promise(() => undefined) };
  const lease = leaseSigner('/never.key', 30, (deadline) => worldOf(never, deadline));
  await assert.rejects(lease(), { code: 'TIMEOUT', message: 'no answer within 0.03 s' });
});
