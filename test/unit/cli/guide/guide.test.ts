// Help and the manual page say of every command what is registered.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { definedCommands } from '../../../../src/cli/commands.ts';
import { sourceOfArgument, sourceOfOption } from '../../../../src/cli/completion/sources.ts';
import { helpText } from '../../../../src/cli/guide/help-text.ts';
import { manPage } from '../../../../src/cli/guide/man-page.ts';
import { pageOf } from '../../../../src/cli/guide/page.ts';
import { type CommandDefinition, definitionOf } from '../../../../src/cli/line/definition.ts';
import { openContext, runTool } from '../../../support/tool.ts';

const root = definedCommands(openContext());
const man = manPage(root, '1.2.3', new Date('2026-01-02T03:04:05Z'));

function all(command: CommandDefinition): readonly CommandDefinition[] {
  return [command, ...command.commands.flatMap(all)];
}

/** Whether there is more than one word in the last column of a line. */
function isBreakable(line: string): boolean {
  return line.trim().split(/ {2,}/).at(-1)?.includes(' ') === true;
}

for (const command of all(root)) {
  describe(command.path.join(' ') || 'the program', () => {
    test('everything of it is explained', () => {
      assert.match(command.purpose, /^\S.*[^.]$/);
      for (const { name, describe } of [...command.arguments, ...command.options]) assert.notEqual(describe, '', name);
      if (command.runs) assert.ok(command.examples.length > 0, 'it has examples');
      else assert.ok(command.commands.length > 0, 'it has commands');
    });

    test('completion knows where its values come from', () => {
      for (const { name, kind, values } of command.options)
        assert.ok(kind !== 'text' || values.length > 0 || sourceOfOption(name), `--${name}`);
      for (const { name, values } of command.arguments) assert.ok(values.length > 0 || sourceOfArgument(command.path, name), name);
    });

    test('help has all of it, however wide the terminal is', () => {
      for (const columns of [10, 40, 80, 200]) {
        const text = helpText(pageOf(command), columns);
        for (const { name } of command.commands) assert.match(text, new RegExp(`^  ${name}\\b`, 'm'));
        for (const { name, hidden } of command.options) assert.equal(text.includes(`--${name}`), !hidden, name);
        for (const { line } of command.examples) assert.ok(text.includes(`\n  ${line}\n`), line);
        for (const { name, many } of command.arguments) assert.ok(text.includes(`<${name}>${many ? '...' : ''}`), name);
        const typed = command.examples.map(({ line }) => `  ${line}`);
        const long = text.split('\n').filter((line) => isBreakable(line) && line.length > Math.max(columns, 40) && !typed.includes(line));
        assert.deepEqual(long, []);
        assert.doesNotMatch(text, /\p{Cc}(?<!\n)|undefined|\[object| +$/mu);
      }
    });

    test('the manual page has all of it', () => {
      if (!command.runs) return;
      assert.ok(man.includes(`\n.SS ${command.path.join(' ').replaceAll('-', '\\-')}\n`));
      for (const { name, hidden } of command.options) assert.equal(man.includes(`\\-\\-${name.replaceAll('-', '\\-')}`), !hidden, name);
      for (const { line } of command.examples)
        assert.ok(man.includes(line.replaceAll('-', '\\-').replaceAll('"', '\\(dq').replaceAll('…', '...')), line);
    });
  });
}

test('help is as wide as the terminal', async () => {
  const { stdout } = await runTool(['sign', '--help']);
  const lines = stdout.toString().split('\n');
  assert.ok(Math.max(...lines.filter((line) => !line.includes('notation-ts-kms sign')).map((line) => line.length)) <= 80);
  assert.ok(lines.some((line) => line.length > 70));
});

test('options are under the headings of their groups, and choices, defaults and duties are told', () => {
  const text = helpText(pageOf(root.commands.find(({ name }) => name === 'sign') ?? root), 200);
  assert.match(text, /\nKey:\n {2}-k, --key <text>[\s\S]*\nSignature:\n {6}--signature-format jws\|cose /);
  assert.match(text, /--concurrency <number> .*\(default: 16\)/);
  const describe = root.commands.find(({ name }) => name === 'key')?.commands.find(({ name }) => name === 'describe');
  assert.match(
    helpText(pageOf(describe ?? root), 200),
    /notation-ts-kms key describe --id <text> \[options\]\n[\s\S]*--id <text> .*\(required\)/,
  );
});

test('the manual page bears the day it is told, and nothing in it is a request of roff that is not one', async () => {
  assert.match(man, /^\.TH NOTATION\\-TS\\-KMS 1 2026-01-02 "notation\\-ts\\-kms 1\.2\.3"$/m);
  const { stdout } = await runTool(['man'], { environment: { SOURCE_DATE_EPOCH: '0' } });
  assert.match(stdout.toString(), /^\.TH NOTATION\\-TS\\-KMS 1 1970-01-01 /m);
  const hostile = definitionOf((parser) =>
    parser.command(
      'x [y]',
      '.so /etc/passwd',
      (it) =>
        it
          .option('z', { type: 'string', describe: '\'sp \\n(.x -- "q"' })
          .positional('y', { type: 'string', describe: '.ex' })
          .example('$0 x \\fB.', '.de'),
      () => undefined,
    ),
  );
  const requests = manPage(hostile, '1', new Date(0))
    .split('\n')
    .filter((line) => /^[.']/.test(line));
  assert.deepEqual(
    requests.filter((line) => !/^\.(TH|SH|SS|PP|TP|B|I|BR|RI|RS|RE|EX|EE|nh|ad)\b/.test(line)),
    [],
  );
  assert.match(manPage(hostile, '1', new Date(0)), /\\&'sp \\en\(\.x \\-\\- \\\(dqq\\\(dq/);
});
