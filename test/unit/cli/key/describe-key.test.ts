import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../../support/key-files.ts';
import { makeBareKey } from '../../../support/openssl.ts';
import { runTool } from '../../../support/tool.ts';

describe('key describe', () => {
  test('prints a table for a key that signs', async (t) => {
    const path = keyIn(temporaryFolder(t), 'RSA-3072');
    const { code, stdout, stderr } = await runTool(['key', 'describe', '--id', path]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(
      stdout.toString(),
      [
        `Key:        ${path}`,
        'Key spec:   RSA-3072',
        'State:      enabled',
        'Algorithms: RSASSA-PSS-SHA-384',
        'Format:     PEM, PKCS#8',
        'Encrypted:  no',
        'File mode:  0600',
        'Notation:   signs with RSASSA-PSS-SHA-384',
        '',
      ].join('\n'),
    );
  });

  for (const spec of ['Ed25519', 'RSA-1024']) {
    test(`says why notation cannot sign with ${spec}`, async (t) => {
      const { code, stdout } = await runTool(['key', 'describe', '--id', keyIn(temporaryFolder(t), spec)]);
      assert.equal(code, 0);
      assert.match(
        stdout.toString(),
        new RegExp(`Key spec: +${spec}\\n[\\s\\S]*Notation: +cannot sign with it: expected a key of .*, found ${spec}\\n$`),
      );
    });
  }

  test('-o json says the same to machines', async (t) => {
    const folder = temporaryFolder(t);
    const path = keyIn(folder, 'EC-384');
    const said = JSON.parse((await runTool(['key', 'describe', '--id', path, '-o', 'json'])).stdout.toString());
    assert.deepEqual(said, {
      id: path,
      spec: 'EC-384',
      state: 'enabled',
      algorithms: ['ECDSA-SHA-384'],
      facts: { format: 'PEM, PKCS#8', encrypted: 'no', 'file mode': '0600' },
      usable: true,
      keySpec: 'EC-384',
      signingAlgorithm: 'ECDSA-SHA-384',
      hashAlgorithm: 'SHA-384',
    });
    const other = JSON.parse((await runTool(['key', 'describe', '--id', keyIn(folder, 'Ed25519'), '--output', 'json'])).stdout.toString());
    assert.deepEqual([other.usable, other.keySpec], [false, undefined]);
    assert.match(other.reason, /found Ed25519/);
  });

  test('warns of a key that others may read', async (t) => {
    const path = keyIn(temporaryFolder(t), 'EC-256');
    chmodSync(path, 0o644);
    assert.match(
      (await runTool(['key', 'describe', '--id', path])).stdout.toString(),
      /File mode: +0644, readable by others: chmod 600 it\n/,
    );
  });
});

function keyIn(folder: string, spec: string): string {
  makeBareKey(folder, `${spec}.key`, spec);
  return join(folder, `${spec}.key`);
}
