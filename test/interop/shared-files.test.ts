// Keys and trust stores that one program wrote and the other uses, and many writers of one list.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { executableUnderTest, type Notation, type Result, runProgram } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { assertSigned, assertVerifies, openSession, type Session } from './session.ts';

const peers = needs('notation', 'oras', 'ocireg');

describe('files of both', () => {
  let session: Session;
  before(async () => {
    if (peers.skip === undefined) session = await openSession();
  });
  after(() => session?.close());

  test('notation signs with keys that we list, and trusts what we add, until we take it away', peers, async () => {
    const notation = session.home();
    const policy = join(notation.config, 'trustpolicy.json');
    writeFileSync(policy, readFileSync(policy, 'utf8').replace('ca:interop', 'ca:made_by_us'));
    assertDone(await ours(notation, ['key', 'add', '--plugin', 'ts-kms', '--id', session.ec.key, '--default', 'release']));
    assertDone(await ours(notation, ['cert', 'add', '--type', 'ca', '--store', 'made_by_us', session.authority.certificate]));
    const reference = await session.artifact();
    assertSigned(await notation.run(['sign', reference]), reference);
    await assertVerifies(notation, reference);
    assertDone(await ours(notation, ['cert', 'delete', '--type', 'ca', '--store', 'made_by_us', '--all', '-y']));
    assert.match((await notation.run(['verify', reference])).stderr, /trust store "made_by_us" of type "ca" does not exist/);
    assertDone(await ours(notation, ['key', 'delete', 'release']));
    assert.match((await notation.run(['sign', reference])).stderr, /default signing key not set/);
  });

  test('what notation wrote is what we show, change and clean up', peers, async () => {
    const notation = session.home();
    for (const words of [
      ['cert', 'generate-test', '--default', 'theirs'],
      ['key', 'add', '--plugin', 'ts-kms', '--id', 'x', '--plugin-config', 'a=b', 'other'],
    ]) {
      assertDone(await notation.run(words));
    }
    for (const words of [
      ['key', 'ls'],
      ['cert', 'ls'],
      ['cert', 'show', '-t', 'ca', '-s', 'theirs', 'theirs.crt'],
    ]) {
      assert.equal((await ours(notation, words)).stdout, (await notation.run(words)).stdout, words.join(' '));
    }
    const { stdout } = await ours(notation, ['cert', 'cleanup-test', 'theirs'], 'y\n');
    assert.match(stdout, /^The test key theirs [\s\S]*\[y\/N\] Successfully deleted theirs\.crt from trust store theirs of type ca\n/);
    assert.match(stdout, /Successfully removed key theirs from the key list\n[\s\S]*Cleanup completed successfully\n$/);
    assert.doesNotMatch((await notation.run(['key', 'ls'])).stdout, /theirs/);
    assert.match((await notation.run(['key', 'ls'])).stdout, /^other /m);
    assert.doesNotMatch((await notation.run(['cert', 'ls'])).stdout, /theirs/);
    assert.deepEqual(readdirSync(join(notation.config, 'localkeys')), []);
    const again = await ours(notation, ['cert', 'cleanup-test', '--yes', 'theirs']);
    assert.equal(again.code, 0);
    assert.equal(again.stdout.match(/does not exist/g)?.length, 4, again.stdout);
  });

  test('many writers at once lose nothing', peers, async () => {
    const notation = session.home();
    const names = Array.from({ length: 12 }, (_, index) => `key-${index}`);
    const ends = await Promise.all(names.map((name) => ours(notation, ['key', 'add', '--plugin', 'ts-kms', '--id', 'x', name])));
    for (const end of ends) assertDone(end);
    const { stdout } = await notation.run(['key', 'ls']);
    for (const name of names) assert.match(stdout, new RegExp(`^${name} `, 'm'));
    const taken = await Promise.all([1, 2, 3].map(() => ours(notation, ['key', 'add', '--plugin', 'ts-kms', '--id', 'x', 'one'])));
    assert.deepEqual(taken.map(({ code }) => code).sort(), [0, 1, 1]);
    assert.deepEqual(readdirSync(notation.config).sort(), ['signingkeys.json', 'trustpolicy.blob.json', 'trustpolicy.json', 'truststore']);
  });

  test('writers that are killed at any moment leave a list and stores that are whole', peers, async () => {
    const notation = session.home();
    for (let round = 0; round < 12; round += 1) {
      const certificate = join(notation.folder, `${round}.crt`);
      writeFileSync(certificate, readFileSync(session.authority.certificate));
      const killed = [
        ['key', 'add', '--plugin', 'ts-kms', '--id', 'x', `killed-${round}`],
        ['cert', 'add', '-t', 'ca', '-s', 'killed', certificate],
      ].map((words) => killAfter(notation, words, 20 + round * 10));
      await Promise.all(killed);
      for (const words of [
        ['key', 'ls'],
        ['cert', 'ls'],
      ]) {
        assertDone(await notation.run(words));
      }
    }
    assertDone(await ours(notation, ['key', 'add', '--plugin', 'ts-kms', '--id', 'x', 'after']));
    assertDone(await ours(notation, ['cert', 'add', '-t', 'ca', '-s', 'killed', session.authority.certificate]));
  });
});

function ours(notation: Notation, words: readonly string[], input = ''): Promise<Result> {
  return runProgram(executableUnderTest(), words, { XDG_CONFIG_HOME: join(notation.folder, 'config') }, input);
}

function assertDone({ code, stderr }: Result): void {
  assert.deepEqual([code, stderr], [0, '']);
}

async function killAfter(notation: Notation, words: readonly string[], milliseconds: number): Promise<void> {
  const env = { PATH: process.env['PATH'], XDG_CONFIG_HOME: join(notation.folder, 'config') };
  const child = spawn(executableUnderTest(), words, { env, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
}
