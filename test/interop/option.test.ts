// notation's own options around our plugin, and the plugin's options through notation.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Notation } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { inspectOne } from './inspection.ts';
import { encryptKey, fingerprintOf, type KeyPair } from './pki.ts';
import { assertSigned, assertVerifies, openSession, pluginConfig, type Session } from './session.ts';

const day = 24 * 60 * 60 * 1000;
const passphrase = 'correct horse battery staple';

const peers = needs('notation', 'oras', 'ocireg');

describe('options of notation and of the plugin', () => {
  let session: Session;
  let encrypted: KeyPair;

  before(async () => {
    if (peers.skip !== undefined) return;
    session = await openSession();
    encrypted = encryptKey(session.authority, session.ec, 'encrypted', passphrase);
  });
  after(() => session?.close());

  test('notation plugin ls shows it, without an error', peers, async () => {
    const { code, stdout } = await session.home().run(['plugin', 'ls']);
    assert.equal(code, 0);
    const row = stdout.split('\n').find((line) => line.startsWith('ts-kms '));
    assert.ok(row !== undefined, stdout);
    assert.match(row, /\[SIGNATURE_GENERATOR\.RAW.*\] +<nil> *$/);
    assert.ok(row.includes(` ${session.plugin.version} `), row);
  });

  for (const format of ['jws', 'cose']) {
    test(`--expiry and --user-metadata, ${format}`, peers, async () => {
      const notation = session.home();
      const reference = await session.artifact();
      const more = ['--signature-format', format, '--expiry', '24h', '-m', 'io.x=y', '-m', 'text=grüße, = <&>'];
      assertSigned(await notation.run(['sign', ...sign(session.rsa), ...more, reference]), reference);

      const { stdout } = await notation.run(['verify', reference]);
      assert.match(stdout, /^io\.x +y/m);
      assert.equal((await notation.run(['verify', '-m', 'io.x=y', reference])).code, 0);
      assert.equal((await notation.run(['verify', '-m', 'io.x=z', reference])).code, 1);
      const { signedAttributes, userDefinedAttributes } = await inspectOne(notation, reference);
      assert.deepEqual(userDefinedAttributes, { 'io.x': 'y', text: 'grüße, = <&>' });
      assert.equal(Date.parse(signedAttributes['expiry'] ?? '') - Date.parse(signedAttributes['signingTime'] ?? ''), day);
    });
  }

  test('a key of the list, by name and by default', peers, async () => {
    const notation = session.home();
    await addKey(notation, 'rsa', session.rsa, {}, ['--default']);
    await addKey(notation, 'ec', session.ec, { cert_chain: session.ec.chain });
    const { stdout } = await notation.run(['key', 'ls']);
    assert.match(stdout, new RegExp(`^\\* rsa .*${session.plugin.name}`, 'm'));
    await assertSignsAs(notation, [], session.rsa);
    await assertSignsAs(notation, ['--key', 'ec'], session.ec);
  });

  test("--plugin-config overrides the key's own options", peers, async () => {
    const notation = session.home();
    const bare = bareKey(session.ec, 'overridden');
    await addKey(notation, 'broken', bare, { cert_chain: join(session.folder, 'absent.crt') });
    const reference = await session.artifact();
    assert.equal((await notation.run(['sign', '--key', 'broken', reference])).code, 1);
    await assertSignsAs(notation, ['--key', 'broken', ...pluginConfig({ cert_chain: session.ec.chain })], session.ec);
  });

  test('the whole chain in cert_chain, in any order', peers, async () => {
    const reversed = join(session.folder, 'reversed.crt');
    writeFileSync(reversed, readFileSync(session.authority.certificate, 'utf8') + readFileSync(session.ec.leaf, 'utf8'));
    await assertSignsAs(session.home(), [...sign(bareKey(session.ec, 'bare')), ...pluginConfig({ cert_chain: reversed })], session.ec);
  });

  test('the leaf beside the key, the rest in ca_certs', peers, async () => {
    const pair = bareKey(session.ec, 'leaf-only');
    copyFileSync(session.ec.leaf, pair.chain);
    await assertSignsAs(session.home(), [...sign(pair), ...pluginConfig({ ca_certs: session.authority.certificate })], session.ec);
  });

  test('an encrypted key, its passphrase in a variable', peers, async () => {
    const options = pluginConfig({ passphrase_env: 'INTEROP_PASSPHRASE' });
    await assertSignsAs(session.home(), [...sign(encrypted), ...options], session.ec, { INTEROP_PASSPHRASE: passphrase });
  });

  test('an encrypted key, its passphrase in a file', peers, async () => {
    const path = join(session.folder, 'passphrase.txt');
    writeFileSync(path, `${passphrase}\n`, { mode: 0o600 });
    await assertSignsAs(session.home(), [...sign(encrypted), ...pluginConfig({ passphrase_file: path })], session.ec);
  });

  test('timeout, log_file and log_level: a log that only its owner reads, and that keeps the secret', peers, async () => {
    const path = join(session.folder, 'plugin.log');
    const options = pluginConfig({ timeout: '20s', log_file: path, log_level: 'debug', passphrase_env: 'INTEROP_PASSPHRASE' });
    await assertSignsAs(session.home(), [...sign(encrypted), ...options], session.ec, { INTEROP_PASSPHRASE: passphrase });
    const log = readFileSync(path, 'utf8');
    assert.match(log, /generate-signature/);
    assert.ok(!log.includes(passphrase), log);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test('a key id that is a file: URL', peers, async () => {
    await assertSignsAs(session.home(), ['--plugin', session.plugin.name, '--id', pathToFileURL(session.rsa.key).href], session.rsa);
  });

  test('a key id that is a path with spaces', peers, async () => {
    const folder = join(session.folder, 'with a space');
    mkdirSync(folder);
    copyFileSync(session.ec.key, join(folder, 'my key.key'));
    copyFileSync(session.ec.chain, join(folder, 'my key.crt'));
    await assertSignsAs(session.home(), ['--plugin', session.plugin.name, '--id', join(folder, 'my key.key')], session.ec);
  });

  test('NOTATION_USERNAME and NOTATION_PASSWORD do not matter', peers, async () => {
    await assertSignsAs(session.home(), sign(session.rsa), session.rsa, { NOTATION_USERNAME: 'someone', NOTATION_PASSWORD: 'hunter2' });
  });

  function sign(pair: KeyPair): readonly string[] {
    return ['--plugin', session.plugin.name, '--id', pair.key];
  }

  /** The same key where no certificate lies beside it. */
  function bareKey(pair: KeyPair, name: string): KeyPair {
    const key = join(session.folder, `${name}.key`);
    copyFileSync(pair.key, key);
    return { key, leaf: pair.leaf, chain: join(session.folder, `${name}.crt`) };
  }

  async function addKey(
    notation: Notation,
    name: string,
    pair: KeyPair,
    options: Readonly<Record<string, string>> = {},
    more: readonly string[] = [],
  ): Promise<void> {
    const { code, stderr } = await notation.run(['key', 'add', ...sign(pair), ...pluginConfig(options), ...more, name]);
    assert.equal(code, 0, stderr);
  }

  /** `notation sign` with these options makes a signature by the pair's certificate, and it verifies. */
  async function assertSignsAs(
    notation: Notation,
    arguments_: readonly string[],
    pair: KeyPair,
    environment: NodeJS.ProcessEnv = {},
  ): Promise<void> {
    const reference = await session.artifact();
    assertSigned(await notation.run(['sign', ...arguments_, reference], environment), reference);
    await assertVerifies(notation, reference);
    const { certificates } = await inspectOne(notation, reference);
    assert.equal(certificates[0]?.SHA256Fingerprint, fingerprintOf(pair.leaf));
  }
});
