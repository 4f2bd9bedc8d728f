import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { equalBytes } from '../../../src/core/bytes.ts';
import { type ErrorCode, NotationError } from '../../../src/core/error.ts';
import { disk } from '../../../src/store/disk.ts';
import { readTimestampRoot } from '../../../src/timestamp/root.ts';
import { toPem } from '../../../src/x509/bundle.ts';
import { openFolder, removeFolder } from '../../support/notation.ts';
import { type Holder, mintChain, mintLeaf } from '../../support/pki.ts';

describe('readTimestampRoot', async () => {
  const folder = openFolder();
  after(() => removeFolder(folder));
  const [leaf, intermediate, root] = (await mintChain({ purpose: 'timestamping' })) as [Holder, Holder, Holder];
  const selfSigned = await mintLeaf('self-signed', undefined, {}, 'EC-256', 'timestamping');
  const pem = (...holders: readonly Holder[]) => toPem(holders.map(({ certificate }) => certificate.der));

  for (const [name, content] of [
    ['PEM', pem(root)],
    ['DER', root.certificate.der],
  ] as const)
    test(`reads ${name}`, async () => {
      const read = await readTimestampRoot(place(name, content), disk);
      assert.ok(equalBytes(read.der, root.certificate.der));
    });

  const refused: readonly (readonly [name: string, content: string, ErrorCode, RegExp])[] = [
    ['two certificates', pem(intermediate, root), 'CERTIFICATE', /expected a single self-signed root CA certificate, found 2 certificates/],
    ['an intermediate', pem(intermediate), 'CERTIFICATE', /found certificate "CN=intermediate 1,.*, which is not/],
    ['a leaf', pem(leaf), 'CERTIFICATE', /found certificate "CN=leaf,.*, which is not/],
    ['a self-signed leaf', pem(selfSigned), 'CERTIFICATE', /found certificate "CN=self-signed,.*, which is not/],
    ['no certificate', 'hello', 'CERTIFICATE', /^timestamp root .*: expected certificates, found none/],
    ['much', ' '.repeat((1 << 20) + 1), 'FILE', /^timestamp root /],
  ];
  for (const [name, content, code, words] of refused)
    test(`refuses ${name}`, async () => {
      await assert.rejects(readTimestampRoot(place(name, content), disk), isError(code, words));
    });

  test('refuses what is not there', async () => {
    await assert.rejects(
      readTimestampRoot(join(folder, 'absent'), disk),
      isError('FILE', /^timestamp root \S*absent cannot be read: it does not exist$/),
    );
  });

  function place(name: string, content: string | Uint8Array): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }
});

function isError(code: ErrorCode, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.match(error.message, words);
    assert.equal(error.code, code);
    return true;
  };
}
