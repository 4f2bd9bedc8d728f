// notation has the plugin make whole envelopes: mode=envelope.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { needs } from '../support/peers.ts';
import { inspectOne } from './inspection.ts';
import { type KeyPair, keyTypes, makeKey } from './pki.ts';
import { assertSigned, assertVerifies, openSession, pluginConfig, type Session } from './session.ts';

const peers = needs('notation', 'oras', 'ocireg');
const day = 24 * 60 * 60 * 1000;

describe('envelopes that the plugin makes', () => {
  let session: Session;
  const pairs = new Map<string, KeyPair>();

  before(async () => {
    if (peers.skip !== undefined) return;
    session = await openSession();
    for (const type of keyTypes) pairs.set(type.name, makeKey(session.authority, type));
  });
  after(() => session?.close());

  for (const type of keyTypes) {
    for (const format of ['jws', 'cose']) {
      test(`${type.name} ${format}`, peers, async () => {
        const notation = session.home();
        const reference = await session.artifact();
        const words = ['sign', '--plugin', 'ts-kms', '--id', pairs.get(type.name)?.key ?? '', '--signature-format', format];
        assertSigned(await notation.run([...words, ...pluginConfig({ mode: 'envelope' }), reference]), reference);
        await assertVerifies(notation, reference);
        const signature = await inspectOne(notation, reference);
        assert.equal(signature.mediaType, format === 'jws' ? 'application/jose+json' : 'application/cose');
        assert.equal(signature.signatureAlgorithm, type.algorithm);
        assert.match(signature.unsignedAttributes.signingAgent, /^notation-ts-kms\/\d+\.\d+\.\d+/);
      });
    }
  }

  for (const format of ['jws', 'cose']) {
    test(`expiry and user metadata, ${format}`, peers, async () => {
      const notation = session.home();
      const reference = await session.artifact();
      const words = [
        'sign',
        '--plugin',
        'ts-kms',
        '--id',
        session.ec.key,
        '--signature-format',
        format,
        ...pluginConfig({ mode: 'envelope' }),
      ];
      assertSigned(await notation.run([...words, '-e', '24h', '-m', 'text=grüße, = <&>', '-m', 'io.x=y', reference]), reference);
      assert.equal((await notation.run(['verify', '-m', 'io.x=y', reference])).code, 0);
      const { signedAttributes, userDefinedAttributes } = await inspectOne(notation, reference);
      assert.deepEqual(userDefinedAttributes, { 'io.x': 'y', text: 'grüße, = <&>' });
      assert.equal(Date.parse(signedAttributes['expiry'] ?? '') - Date.parse(signedAttributes['signingTime'] ?? ''), day);
    });
  }

  test('notation starts two processes, not three', peers, async () => {
    const log = join(session.folder, 'processes.log');
    const words = ['sign', '--plugin', 'ts-kms', '--id', session.ec.key, ...pluginConfig({ mode: 'envelope', log_file: log })];
    const reference = await session.artifact();
    assertSigned(await session.home().run([...words, reference]), reference);
    const lines = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly command: string });
    assert.deepEqual(
      lines.map(({ command }) => command),
      ['get-plugin-metadata', 'generate-envelope'],
    );
  });

  test('an error comes through notation in one line', peers, async () => {
    const words = ['sign', '--plugin', 'ts-kms', '--id', join(session.folder, 'absent.key'), ...pluginConfig({ mode: 'envelope' })];
    const { code, stdout, stderr } = await session.home().run([...words, await session.artifact()]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^Error: .*absent\.key.*does not exist/);
  });
});
