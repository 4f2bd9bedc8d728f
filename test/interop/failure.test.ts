// What a user of notation sees when signing cannot be: one line on stderr with our sentence, and nothing pushed.
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { needs } from '../support/peers.ts';
import { ec256, encryptKey, makeExpiredKey, makeKey } from './pki.ts';
import { openSession, pluginConfig, type Session } from './session.ts';

interface Failure {
  readonly name: string;
  /** Key file, in the authority's folder. */
  readonly key: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly environment?: NodeJS.ProcessEnv;
  /** All of these are in what notation says. */
  readonly says: readonly RegExp[];
  /** None of these is. */
  readonly hides?: readonly string[];
}

const failures: readonly Failure[] = [
  {
    name: 'a wrong passphrase',
    key: 'encrypted.key',
    options: { passphrase_env: 'INTEROP_PASSPHRASE' },
    environment: { INTEROP_PASSPHRASE: 'wrong-secret' },
    says: [/encrypted\.key/, /passphrase/],
    hides: ['wrong-secret'],
  },
  {
    name: 'no passphrase',
    key: 'encrypted.key',
    says: [/encrypted\.key/, /passphrase_env/],
  },
  {
    name: 'a passphrase in place of a variable name',
    key: 'encrypted.key',
    options: { passphrase_env: 'right secret' },
    says: [/passphrase_env/, /variable/],
    hides: ['right secret'],
  },
  { name: 'no chain', key: 'no-chain.key', says: [/certificate chain/, /cert_chain/] },
  { name: 'a chain file that is not there', key: 'ec-256.key', options: { cert_chain: 'absent.crt' }, says: [/absent\.crt/] },
  { name: 'an expired leaf', key: 'expired.key', says: [/expired/, /2020-02-01/] },
  { name: 'a certificate of another key', key: 'mismatch.key', says: [/certificate for the key/, /CN=other/] },
  {
    name: 'an unknown option, with the one that was meant',
    key: 'ec-256.key',
    options: { cert_chian: 'chain.crt' },
    says: [/cert_chian/, /cert_chain/],
  },
  { name: 'an option with a bad value', key: 'ec-256.key', options: { timeout: 'soon' }, says: [/timeout/, /30s/] },
  { name: 'a key file that is not there', key: 'nowhere.key', says: [/nowhere\.key/] },
];

const peers = needs('notation', 'oras', 'ocireg');

describe('what notation says when our plugin cannot sign', () => {
  let session: Session;

  before(async () => {
    if (peers.skip !== undefined) return;
    session = await openSession();
    const { authority, ec } = session;
    encryptKey(authority, ec, 'encrypted', 'right secret');
    makeExpiredKey(authority, 'expired');
    const other = makeKey(authority, ec256, 'other');
    copyFileSync(ec.key, join(authority.folder, 'no-chain.key'));
    copyFileSync(ec.key, join(authority.folder, 'mismatch.key'));
    copyFileSync(other.chain, join(authority.folder, 'mismatch.crt'));
  });
  after(() => session?.close());

  for (const { name, key, options = {}, environment = {}, says, hides = [] } of failures) {
    test(name, peers, async () => {
      const notation = session.home();
      const reference = await session.artifact();
      const id = join(session.authority.folder, key);
      const { code, stdout, stderr } = await notation.run(
        ['sign', '--plugin', session.plugin.name, '--id', id, ...pluginConfig(options), reference],
        environment,
      );
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /^Error: .+\n$/, 'one line');
      for (const pattern of says) assert.match(stderr, pattern);
      for (const secret of hides) assert.ok(!stderr.includes(secret), stderr);
      const listed = await notation.run(['list', reference]);
      assert.match(listed.stdout, /has no associated signature/);
    });
  }

  test('a key name that is in no list', peers, async () => {
    const reference = await session.artifact();
    const { code, stderr } = await session.home().run(['sign', '--plugin', session.plugin.name, '--id', 'nobody', reference]);
    assert.equal(code, 1);
    assert.match(stderr, /^Error: .*"nobody".*\n$/);
  });
});
