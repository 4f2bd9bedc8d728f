// There is no PowerShell where the tests run: its script is only read, by a grammar of PowerShell that nobody here wrote.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Language, Parser } from 'web-tree-sitter';
import { scripts } from '../../../../src/cli/completion/scripts.ts';
import { runTool } from '../../../support/tool.ts';

const require = createRequire(import.meta.url);

async function readsAsPowerShell(script: string): Promise<boolean> {
  await Parser.init();
  const parser = new Parser();
  const grammar = require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm');
  parser.setLanguage(await Language.load(readFileSync(grammar)));
  return parser.parse(script)?.rootNode.hasError === false;
}

test('the script for PowerShell is PowerShell', async () => {
  const { code, stdout } = await runTool(['completion', 'powershell']);
  assert.deepEqual([code, stdout.toString()], [0, scripts.powershell]);
  assert.ok(await readsAsPowerShell(stdout.toString()));
  assert.ok(!(await readsAsPowerShell(stdout.toString().replace('foreach (', 'foreach '))), 'and the grammar knows when one is not');
});

test('no script has what is typed read as a command', () => {
  for (const script of Object.values(scripts)) assert.doesNotMatch(script, /\beval\b|(?<!Out-String \| )Invoke-Expression|\biex\b/i);
});
