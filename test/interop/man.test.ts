// The manual page, read by mandoc.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { executableUnderTest, runProgram } from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';

const built = join(import.meta.dirname, '../../dist/man/notation-ts-kms.1');

test('mandoc has nothing to say against the page', needs('mandoc'), async () => {
  const page = readFileSync(built, 'utf8');
  const lint = (text: string) => runProgram(openPeer('mandoc'), ['-T', 'lint', '-W', 'warning'], {}, text);
  const { code, stdout, stderr } = await lint(page);
  assert.deepEqual([code, stdout, stderr], [0, '', '']);
  assert.notEqual((await lint(page.replace('.SH SYNOPSIS', '.SYNOPSIS'))).code, 0, 'it would say so');
});

test('what mandoc shows is what is typed', needs('mandoc'), async () => {
  const { stdout } = await runProgram(openPeer('mandoc'), ['-T', 'utf8', '-O', 'width=200'], {}, readFileSync(built, 'utf8'));
  const text = stdout.replace(/.[\b]/g, '');
  assert.match(text, /^NAME\n {7}notation-ts-kms - sign and verify with keys/m);
  assert.match(text, /^ {7}-k, --key <text>\n {10,}Name of a key in notation's key list/m);
  assert.match(
    text,
    /^ +notation-ts-kms key csr --id \.\/release\.key --subject "CN=release, O=Example, ST=WA, C=US" --out release\.csr$/m,
  );
});

test('the page that is built is the one that the program prints', async () => {
  const page = readFileSync(built, 'utf8');
  const { stdout } = await runProgram(executableUnderTest(), ['man'], { SOURCE_DATE_EPOCH: '0' });
  assert.equal(stdout, page.replace(/(?<=^\.TH \S+ 1 )\S+/, '1970-01-01'));
});
