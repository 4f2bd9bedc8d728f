// The plugin as a process: what its streams, its environment and its working directory may do to it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder, writeKeyFiles } from '../support/key-files.ts';
import { answerOf, bareEnvironment, failureOf, start } from '../support/process.ts';
import { forms } from '../support/program.ts';

const limit = 64 * 1024 * 1024;

function describeKey(keyId: string, pluginConfig: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify({ contractVersion: '1.0', keyId, pluginConfig });
}

for (const { name, command } of forms) {
  describe(`${name} form`, () => {
    test('answers with stdin closed, as an empty request', () => {
      for (const [word, code] of [
        ['get-plugin-metadata', 0],
        ['describe-key', 1],
      ] as const) {
        const { status, stdout, stderr } = spawnSync('sh', ['-c', '"$@" <&-', 'sh', ...command, word], {
          env: bareEnvironment,
          encoding: 'utf8',
        });
        assert.equal(status, code, stderr);
        JSON.parse(code === 0 ? stdout : stderr);
        assert.equal(code === 0 ? stderr : stdout, '');
      }
    });

    test('says nothing on stderr when the reader of stdout is gone', async () => {
      for (const word of ['get-plugin-metadata', 'describe-key']) {
        const child = spawn('sh', ['-c', '"$@"; echo "ended $?" >&2', 'sh', ...command, word], {
          env: bareEnvironment,
          stdio: ['pipe', 'pipe', 'pipe'],
        });
        child.stdout.destroy();
        child.stdin.on('error', () => undefined).end('{}');
        const said = (await child.stderr.toArray()).join('');
        assert.doesNotMatch(said, /at .*\(|EPIPE/);
        assert.match(said, /ended \d+\n$/);
      }
    });

    test('refuses 64 MiB and one byte, and takes 64 MiB', async () => {
      const body = Buffer.alloc(limit + 1, ' ');
      body.write('{"contractVersion":"1.0","keyId":"nowhere"}');
      const over = failureOf(await start([...command, 'describe-key'], { input: body }));
      assert.equal(over.errorCode, 'VALIDATION_ERROR');
      assert.match(over.errorMessage, /at most 67108864 bytes/);
      const full = failureOf(await start([...command, 'describe-key'], { input: body.subarray(0, limit) }));
      assert.match(full.errorMessage, /nowhere/);
    });

    test('refuses a request that is not UTF-8', async () => {
      const error = failureOf(await start([...command, 'describe-key'], { input: Buffer.from('{"keyId":"\xff"}', 'latin1') }));
      assert.match(error.errorMessage, /UTF-8/);
    });

    test('a request in two writes is one request', async () => {
      const [program = '', ...words] = command;
      const child = spawn(program, [...words, 'describe-key'], { env: bareEnvironment, stdio: 'pipe' });
      child.stdin.write('{"contractVersion":"1.0",');
      setTimeout(() => child.stdin.end('"keyId":"nowhere"}'), 50);
      assert.match((await child.stderr.toArray()).join(''), /nowhere/);
    });

    test('works with a home that is missing, read-only, or unset', async (t) => {
      const folder = temporaryFolder(t);
      const keyId = await writeKeyFiles(folder, 'k');
      mkdirSync(join(folder, 'home'), { mode: 0o555 });
      for (const env of [{}, { HOME: join(folder, 'absent') }, { HOME: join(folder, 'home') }, { HOME: '/proc' }]) {
        assert.equal(answerOf(await start([...command, 'describe-key'], { input: describeKey(keyId), env }))['keySpec'], 'EC-256');
        assert.match(
          failureOf(await start([...command, 'describe-key'], { input: describeKey('name'), env })).errorMessage,
          /no key named "name"/,
        );
      }
    });

    test('needs no temporary folder', async (t) => {
      const folder = temporaryFolder(t);
      const keyId = await writeKeyFiles(folder, 'k');
      const env = { TMPDIR: '/proc', TMP: '/proc', TEMP: '/proc', BUN_TMPDIR: '/proc' };
      assert.equal(answerOf(await start([...command, 'describe-key'], { input: describeKey(keyId), env }))['keySpec'], 'EC-256');
    });

    test('obeys no file of the working directory', async (t) => {
      const folder = temporaryFolder(t);
      const keyId = await writeKeyFiles(folder, 'k');
      const trap = join(folder, 'sprung');
      writeFileSync(join(folder, 'trap.js'), `require('fs').writeFileSync(${JSON.stringify(trap)}, ''); console.error('sprung');`);
      writeFileSync(join(folder, 'bunfig.toml'), 'preload = ["./trap.js"]\n[run]\npreload = ["./trap.js"]\n');
      const log = join(folder, 'env.log');
      for (const file of ['.env', '.env.local', '.env.production', '.env.development']) {
        writeFileSync(join(folder, file), `NOTATION_TS_KMS_LOG=${log}\nNODE_OPTIONS=--require ./trap.js\n`);
      }
      writeFileSync(join(folder, 'tsconfig.json'), '{"compilerOptions":{"paths":{"*":["./trap.js"]}}}');
      writeFileSync(join(folder, 'package.json'), '{"type":"commonjs","imports":{"#*":"./trap.js"},"main":"./trap.js"}');
      answerOf(await start([...command, 'get-plugin-metadata'], { input: '{}', cwd: folder }));
      const described = await start([...command, 'describe-key'], { input: describeKey(keyId), cwd: folder });
      assert.equal(answerOf(described)['keySpec'], 'EC-256');
      assert.equal(existsSync(trap), false, 'the trap was run');
      assert.equal(existsSync(log), false, '.env was read');
    });

    test('a named pipe for a key is refused, not waited for', async (t) => {
      const folder = temporaryFolder(t);
      const pipe = join(folder, 'pipe.key');
      spawnSync('mkfifo', [pipe]);
      assert.match(
        failureOf(await start([...command, 'describe-key'], { input: describeKey(pipe) })).errorMessage,
        /expected a regular file/,
      );
    });

    test('logs to a file of mode 0600, and never what is secret', async (t) => {
      const folder = temporaryFolder(t);
      const keyId = await writeKeyFiles(folder, 'k');
      const log = join(folder, 'log');
      const env = { SECRET_PHRASE: 'hunter2-hunter2', NOTATION_TS_KMS_LOG: join(folder, 'other') };
      const config = { log_file: log, log_level: 'debug', passphrase_env: 'SECRET_PHRASE' };
      answerOf(await start([...command, 'describe-key'], { input: describeKey(keyId, config), env }));
      failureOf(await start([...command, 'describe-key'], { input: describeKey(join(folder, 'none.key'), config), env }));
      const lines = readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.deepEqual(
        lines.map(({ level, command: said }) => [level, said]),
        [
          ['info', 'describe-key'],
          ['error', 'describe-key'],
        ],
      );
      assert.equal(statSync(log).mode & 0o777, 0o600);
      assert.doesNotMatch(readFileSync(log, 'utf8'), /hunter2|PRIVATE KEY/);
      assert.equal(existsSync(env.NOTATION_TS_KMS_LOG), false, 'log_file comes first');
    });

    test('a log that cannot be written is an error', async (t) => {
      const keyId = await writeKeyFiles(temporaryFolder(t), 'k');
      const error = failureOf(await start([...command, 'describe-key'], { input: describeKey(keyId, { log_file: '/proc/no/log' }) }));
      assert.match(error.errorMessage, /log file \/proc\/no\/log cannot be written/);
    });
  });
}
