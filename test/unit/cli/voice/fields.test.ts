import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableJson } from '../../../../src/cli/voice/fields.ts';
import { drawTree } from '../../../../src/cli/voice/tree.ts';

test('what a terminal obeys, and what turns the direction of reading, is shown as an escape', () => {
  assert.equal(printable('a\u001b[2Jb\r\n\tc\u0000\u007f\u009b'), 'a\\u001b[2Jb\\u000d\\u000a\\u0009c\\u0000\\u007f\\u009b');
  assert.equal(
    printable('x\u202eexe.\u2066y\u200f\u2028\u2029\u061c\u200b\ufeff'),
    'x\\u202eexe.\\u2066y\\u200f\\u2028\\u2029\\u061c\\u200b\\ufeff',
  );
  assert.equal(printable('\ud800x'), '\\ud800x');
  assert.equal(printable('é 漢字 👩‍🚀 "\\'), 'é 漢字 👩‍🚀 "\\');
});

test('JSON is as Go writes it, and means what it meant', () => {
  const value = { 'a<b>&': ['\u202e\u009b\n\u2028', 1, null, {}, []], b: { c: '"' } };
  const text = printableJson(value, 4);
  assert.deepEqual(JSON.parse(text), value);
  assert.ok(!/[\u0080-\u009f\u2028-\u202e<>&]/.test(text));
  assert.ok(text.startsWith('{\n    "a\\u003cb\\u003e\\u0026": [\n        "\\u202e\\u009b\\n\\u2028",\n        1,'), text);
  assert.ok(text.endsWith('}\n'));
});

test('a tree is drawn as notation draws it', () => {
  const tree = {
    text: 'root',
    children: [
      { text: 'a', children: [{ text: 'b' }, { text: 'c', children: [{ text: 'd' }] }] },
      { text: 'e', children: [{ text: 'f' }] },
    ],
  };
  const lines = ['root', '├── a', '│   ├── b', '│   └── c', '│       └── d', '└── e', '    └── f', ''];
  assert.equal(drawTree(tree), lines.join('\n'));
});
