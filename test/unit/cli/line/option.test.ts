// Two readers of one command line: what the plain one reads, yargs reads the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import yargs from 'yargs';
import { addOptions, type OptionTable } from '../../../../src/cli/line/option.ts';
import { readPlainly } from '../../../../src/cli/line/plain-line.ts';
import { signTable } from '../../../../src/cli/sign/sign-options.ts';

const table: OptionTable = signTable;

async function readByYargs(words: readonly string[]): Promise<{ readonly words: unknown; readonly values: Record<string, unknown> }> {
  const parser = addOptions(yargs([...words]), table)
    .command('$0 [references..]', '', (it) => it.positional('references', { type: 'string', array: true }))
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message);
    });
  const { references = [], ...rest } = await parser.parseAsync();
  return { words: references, values: Object.fromEntries(table.rows.map(({ name }) => [name, rest[name]])) };
}

const plain: readonly (readonly string[])[] = [
  ['a/b:c'],
  [],
  ['--id', 'k', 'a/b:c'],
  ['--id=k', 'a/b:c', 'd/e:f'],
  ['a/b:c', '--key', 'k'],
  ['-k', 'k', '-e', '24h', '-o', 'json'],
  ['-m', 'a=b', '-m', 'c=d=e', '--user-metadata', 'x=y'],
  ['--plugin-config', 'a=b', '--plugin-config', 'c=d', '--id', 'x', '--plugin', 'ts-kms'],
  ['--oci-layout', 'p:t'],
  ['--insecure-registry', '--oci-layout', 'p:t'],
  ['--concurrency', '4', '--from-file', 'list'],
  ['--from-file', 'list', '--concurrency=8'],
  ['--timestamp-url', 'http://t', '--timestamp-root-cert', 'r.crt', 'a/b:c'],
  ['--force-referrers-tag=false', 'a/b:c'],
  ['--oci-layout=true', '--insecure-registry=false', 'p:t'],
  ['-u', 'user', '-p', 'pass=word', 'a/b:c'],
];

for (const words of plain) {
  test(`${JSON.stringify(words)} is read the same by both`, async () => {
    const read = readPlainly(words, table);
    assert.ok(read);
    const theirs = await readByYargs(words);
    assert.deepEqual({ words: [...read.words], values: { ...read.values } }, theirs);
  });
}

const notPlain: readonly (readonly string[])[] = [
  ['--help'],
  ['-h'],
  ['--nonsense', 'a/b:c'],
  ['--id'],
  ['--id', 'a', '--id', 'b'],
  ['--id', 'a', '--key', 'b'],
  ['--key', 'a', '--plugin', 'b'],
  ['--plugin', 'ts-kms', 'a/b:c'],
  ['--timestamp-url', 'http://t', 'a/b:c'],
  ['--output', 'xml'],
  ['--concurrency', 'many'],
  ['--concurrency', '-1'],
  ['--', 'a/b:c'],
  ['-', 'a/b:c'],
  ['-mx=y', 'a/b:c'],
  ['--Id', 'x'],
  ['--oci-layout=maybe', 'x'],
  ['--id='],
  ['--expiry', '-1h', 'a/b:c'],
  ['--no-force-referrers-tag', 'a/b:c'],
  ['--id', '', 'a/b:c'],
];

for (const words of notPlain) {
  test(`${JSON.stringify(words)} is left to yargs`, () => assert.equal(readPlainly(words, table), undefined));
}
