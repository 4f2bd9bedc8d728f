import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstLineOf } from '../../../src/kms/secret-option.ts';
import { disk } from '../../../src/store/disk.ts';
import { temporaryFolder } from '../../support/key-files.ts';

for (const [name, text, secret] of [
  ['ends without a line break', 'word', 'word'],
  ['ends its line as Unix does', 'word\n', 'word'],
  ['ends its line as Windows does', 'word\r\n', 'word'],
  ['has more lines', 'word\r\nmore\n', 'word'],
  ['holds spaces, which are the secret’s own', ' two words \n', ' two words '],
  ['holds letters beyond ASCII', 'wörd\n', 'wörd'],
  ['is empty', '', ''],
] as const) {
  test(`a secret whose file ${name}`, async (t) => {
    const path = join(temporaryFolder(t), 'secret');
    writeFileSync(path, text);
    assert.equal(await firstLineOf(path, 'passphrase', disk), secret);
  });
}

test('a file too large for a secret is refused unread', async (t) => {
  const path = join(temporaryFolder(t), 'secret');
  writeFileSync(path, 'x'.repeat(4097));
  await assert.rejects(firstLineOf(path, 'PIN', disk), { code: 'FILE', message: /PIN/ });
});
