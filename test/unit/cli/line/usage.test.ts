// What is wrong with a line is one sentence that says what was probably meant; and bare groups, help and --version are no errors.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { definedCommands } from '../../../../src/cli/commands.ts';
import { readLine } from '../../../../src/cli/line/reading.ts';
import { openContext, runTool } from '../../../support/tool.ts';

const wrong: readonly (readonly [line: string, error: string])[] = [
  ['sgin', 'unknown command "sgin"; did you mean sign? run notation-ts-kms --help for usage'],
  ['verfy x', 'unknown command "verfy"; did you mean verify? run notation-ts-kms --help for usage'],
  ['quux', 'unknown command "quux"; run notation-ts-kms --help for usage'],
  ['key delet x', 'unknown command "delet"; did you mean key delete? run notation-ts-kms key --help for usage'],
  ['cert lss', 'unknown command "lss"; did you mean certificate ls? run notation-ts-kms certificate --help for usage'],
  ['help key ad', 'unknown command "ad"; did you mean key add? run notation-ts-kms key --help for usage'],
  ['key ad --help', 'unknown command "ad"; did you mean key add? run notation-ts-kms key --help for usage'],
  ['completion ksh', 'unknown command "ksh"; did you mean completion zsh? run notation-ts-kms completion --help for usage'],
  [
    'sign --signatur-format jws x',
    'unknown option --signatur-format; did you mean --signature-format? run notation-ts-kms sign --help for usage',
  ],
  ['sign --Key=hunter2 x', 'unknown option --Key; did you mean --key? run notation-ts-kms sign --help for usage'],
  ['sign -x y', 'unknown option -x; run notation-ts-kms sign --help for usage'],
  ['--verbos', 'unknown option --verbos; run notation-ts-kms --help for usage'],
  ['sign --output jso x', '--output: expected text or json, found "jso"; did you mean json? run notation-ts-kms sign --help for usage'],
  [
    'key public --id k --format PEM',
    '--format: expected pem or der, found "PEM"; did you mean pem? run notation-ts-kms key public --help for usage',
  ],
  ['sign --concurrency many x', '--concurrency: expected a number, found "many"; run notation-ts-kms sign --help for usage'],
  ['sign --concurrency= x', '--concurrency: expected a number, found ""; run notation-ts-kms sign --help for usage'],
  [
    'sign --concurrency 1 --concurrency 2 x',
    '--concurrency: expected it once, found it several times; run notation-ts-kms sign --help for usage',
  ],
  ['sign --oci-layout=maybe x', '--oci-layout: expected true, false or nothing, found "maybe"; run notation-ts-kms sign --help for usage'],
  ['sign --id', '--id: expected a value, found none; run notation-ts-kms sign --help for usage'],
  ['sign --id --key k x', '--id: expected a value, found none; run notation-ts-kms sign --help for usage'],
  ['sign --id a --key b x', 'expected --key or --id, found both; run notation-ts-kms sign --help for usage'],
  ['sign --plugin ts-kms x', '--plugin needs --id, found none; run notation-ts-kms sign --help for usage'],
  ['key describe', 'expected --id, found none; run notation-ts-kms key describe --help for usage'],
  ['login', 'expected <server>, found none; run notation-ts-kms login --help for usage'],
  ['logout a b', 'unexpected argument "b"; run notation-ts-kms logout --help for usage'],
  [
    'cert delete --type ca --store s -- --all',
    'expected an argument that does not begin with -, found "--all"; did you mean ./--all? run notation-ts-kms certificate delete --help for usage',
  ],
  ['ls --output jsn x', 'unrecognized output format jsn; did you mean json? write text or json'],
  ['sign --id k --signature-format joss x', 'signature format "joss" not supported; did you mean jws? write jws or cose'],
  ['cert show --type tsaa --store s f', 'unsupported store type: tsaa; did you mean tsa? write ca, signingAuthority or tsa'],
];

for (const [line, error] of wrong) {
  test(`${line} is one line`, async () => {
    const { code, stdout, stderr } = await runTool(line.split(' '));
    assert.deepEqual([code, stdout.toString(), stderr], [1, '', `Error: ${error}\n`]);
  });
}

test('what is not printable in a wrong word is escaped', async () => {
  const { stderr } = await runTool(['si\u001b[31m\ngn']);
  assert.match(stderr, /^Error: unknown command "si\\u001b\[31m\\ngn"; [^\n]*\n$/);
  assert.doesNotMatch((await runTool(['sign', '--si\u001b[31m\n', 'x'])).stderr.trimEnd(), /\p{Cc}/u);
});

test('a command without its own work prints its help, and so does help', async () => {
  for (const line of ['', 'key', 'cert', 'certificate chain', 'policy', 'blob', 'blob policy', 'completion']) {
    const words = line === '' ? [] : line.split(' ');
    const bare = await runTool(words);
    assert.deepEqual([bare.code, bare.stderr], [0, ''], line);
    assert.match(bare.stdout.toString(), /^Commands:$/m);
    for (const asked of [
      [...words, '--help'],
      [...words, '-h'],
      ['help', ...words],
    ]) {
      assert.deepEqual((await runTool(asked)).stdout, bare.stdout, asked.join(' '));
    }
  }
  assert.equal(
    (await runTool(['help', 'cert', 'ls'])).stdout.toString(),
    (await runTool(['certificate', 'list', '--help'])).stdout.toString(),
  );
});

test('--version is version', async () => {
  assert.equal((await runTool(['--version'])).stdout.toString(), (await runTool(['version'])).stdout.toString());
});

describe('a line is read as Go reads it', () => {
  const root = definedCommands(openContext());
  const read = (line: string) => readLine(line.split(' '), root);

  test('an option takes the word after it, be it like an option or like a command', () => {
    assert.deepEqual(read('sign --expiry -1h x').given.get('expiry'), ['-1h']);
    assert.deepEqual(read('sign --key sign x').given.get('key'), ['sign']);
    assert.deepEqual(read('sign --id=--key x').given.get('id'), ['--key']);
    assert.deepEqual(read('sign -m a=b --user-metadata=c=d').given.get('user-metadata'), ['a=b', 'c=d']);
  });

  test('a flag takes only what is behind its =', () => {
    const { given, words } = read('sign --oci-layout false --force-referrers-tag=false');
    assert.deepEqual([given.get('oci-layout'), given.get('force-referrers-tag'), words], [['true'], ['false'], ['false']]);
    assert.deepEqual(read('sign --no-force-referrers-tag').given.get('force-referrers-tag'), ['false']);
  });

  test('a command is a word before any other', () => {
    assert.deepEqual(read('key list list').words, ['list']);
    assert.deepEqual(read('cert ls').command.path, ['certificate', 'list']);
    assert.deepEqual(read('key nonsense list').words, ['nonsense', 'list']);
    assert.deepEqual(read('sign -- --key k').words, ['--key', 'k']);
  });
});
