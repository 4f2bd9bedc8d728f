// notation's commands for its list of keys, and ours.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openFolder, removeFolder } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { type Home, runStory, type Story } from './twins.ts';

const peers = needs('notation');
const usage = { reason: 'a usage error of another command-line library', stderr: /^Error: .*--help for usage\n$/ };
const strict = { reason: 'a word that would be ignored is an error', code: 1, stdout: '', stderr: /^Error: / };

const add = (...words: readonly string[]) => ({ words: ['key', 'add', '--plugin', 'foo', ...words] });

/** A list with every kind of entry, and what a later version may write. */
const listed = {
  default: 'pair',
  keys: [
    { name: 'pair', keyPath: '/keys/pair.key', certPath: '/keys/pair.crt' },
    { name: 'plugin', id: 'https://vault.example.com/keys/é<>&', pluginName: 'foo', pluginConfig: { z: '1', a: '2' } },
    { name: 'half', keyPath: '/keys/half.key', certPath: '' },
    { name: 'both', keyPath: 'k', certPath: 'c', id: 'i', pluginName: 'n' },
    { name: 'with space and ü', id: 'i', pluginName: 'n' },
  ],
};

function write(content: unknown) {
  return ({ config }: Home) => {
    mkdirSync(config, { recursive: true, mode: 0o700 });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(config, 'signingkeys.json'), text, { mode: 0o600 });
  };
}

function instead(make: (path: string, home: Home) => void) {
  return (home: Home) => {
    const path = join(home.config, 'signingkeys.json');
    mkdirSync(dirname(path), { recursive: true });
    make(path, home);
  };
}

const ls = { words: ['key', 'ls'] };
const notJson = {
  reason: 'the reader says where the file is',
  stderr: /^Error: malformed signingkeys\.json: .*; put ~\/config\/notation\/signingkeys\.json right, or move it away\n$/,
};
const everyCommand = [ls, add('--id', 'i', 'n'), { words: ['key', 'set', '--default', 'a'] }, { words: ['key', 'delete', 'a'] }];

const stories: readonly Story[] = [
  { name: 'an empty list', prepare: ({ config }) => mkdirSync(config, { recursive: true }), steps: [ls, { words: ['key', 'list'] }] },
  {
    name: 'what cannot be done makes no folder',
    prepare: ({ config }) => mkdirSync(dirname(config), { recursive: true }),
    steps: [{ words: ['key', 'delete', 'absent'] }, { words: ['key', 'set', 'absent', '--default'] }, ls],
  },
  {
    name: 'adding',
    steps: [
      add('--id', 'x', 'a'),
      add('--id', 'x', 'a'),
      add('--id', 'y', '--default', 'b'),
      add('--id', 'y', '--plugin-config', 'a=b', '--plugin-config', 'c=d=e', '--plugin-config', 'a=z', 'c'),
      add('--id', 'é<>&', 'ü "x"'),
      add('--id=z', '-v', '007'),
      add('--id', 'z', '-d', 'g'),
      { words: ['key', 'add', 'last', '--id', 'z', '--plugin=foo', '--default'] },
      ls,
    ],
  },
  {
    name: 'characters that a terminal obeys',
    prepare: ({ config }) => mkdirSync(config, { recursive: true }),
    steps: [
      add('--id', '\u2028\u001b[31m\t', 'a'),
      { ...ls, ours: { reason: 'they are shown, not obeyed', stdout: /^a +\\u2028\\u001b\[31m\\u0009 +foo +$/m } },
    ],
  },
  {
    name: 'adding what cannot be',
    prepare: write(listed),
    steps: [
      { words: ['key', 'add'] },
      { words: ['key', 'add', 'a'] },
      add(),
      add('a'),
      add('--id', '', 'a'),
      add('--id', 'x', ''),
      add('--id', 'x', 'a', 'b'),
      add('--id', 'x', 'plugin'),
      add('--id', 'x', '--plugin-config', 'secret', 'a'),
      add('--id', 'x', '--plugin-config', '=secret', 'a'),
      add('--id', 'x', '--plugin-config', 'secret=', 'a'),
      { words: ['key', 'add', '--plugin', '', '--id', 'x', 'a'] },
      { words: ['key', 'add', '--plugin', 'absent', '--id', 'x', 'a'] },
      { words: ['key', 'add', '--plugin', 'folder', '--id', 'x', 'a'] },
      {
        words: ['key', 'add', '--plugin', '../plugins/foo', '--id', 'x', 'a'],
        ours: { reason: 'no path is a name', stderr: /^Error: plugin "\.\.\/plugins\/foo": expected a name, found a path\n$/ },
      },
      { ...add('--nonsense'), ours: usage },
      { words: ['key', 'add', '--plugin'], ours: usage },
      {
        ...add('--id', 'x', '--id', 'y', 'a'),
        ours: { reason: 'an option twice is an error', code: 1, stdout: '', stderr: /^Error: --id: expected it once/ },
      },
    ],
    left: { reason: 'notation took the id that came last', ours: assertUnchanged },
  },
  {
    name: 'this program is a plugin without being installed',
    prepare: ({ config }) => mkdirSync(config, { recursive: true }),
    steps: [
      {
        words: ['key', 'add', '--plugin', 'ts-kms', '--id', 'awskms:///alias/release', 'release'],
        ours: { reason: 'it signs by itself', code: 0, stdout: 'release\n', stderr: '' },
      },
    ],
    left: { reason: 'notation did not add it', ours: (files) => assertHas(files, '"id": "awskms:///alias/release"') },
  },
  {
    name: 'the default',
    prepare: write(listed),
    steps: [
      { words: ['key', 'update'] },
      { words: ['key', 'update', 'absent'] },
      { words: ['key', 'update', 'absent', '--default'] },
      { words: ['key', 'update', '', '--default'] },
      { words: ['key', 'update', 'plugin'] },
      { words: ['key', 'update', '--default', 'plugin'] },
      ls,
      { words: ['key', 'set', 'half', '--default'] },
      { words: ['key', 'set', '-d', '-v', 'half', '--default'] },
      { words: ['key', 'set', 'both', '--default=false'] },
      ls,
    ],
  },
  {
    name: 'deleting',
    prepare: write(listed),
    steps: [
      { words: ['key', 'delete'] },
      { words: ['key', 'delete', 'absent'] },
      { words: ['key', 'delete', 'half', 'absent'] },
      { words: ['key', 'delete', 'half', 'half'] },
      { words: ['key', 'delete', ''] },
      { words: ['key', 'delete', 'half'] },
      ls,
      { words: ['key', 'delete', 'plugin', 'pair', 'with space and ü'] },
      ls,
      { words: ['key', 'set', 'both', '--default'] },
      { words: ['key', 'delete', 'both'] },
      ls,
    ],
  },
  {
    name: 'words too many',
    prepare: write(listed),
    steps: [
      { words: ['key', 'list', 'extra'], ours: strict },
      { words: ['key', 'set', 'pair', 'extra', '--default'], ours: strict },
    ],
    left: { reason: 'notation set the first', ours: assertUnchanged },
  },
  ...[
    '',
    '{',
    '[]',
    '{"keys":{}}',
    '{"keys":[{"name":1}]}',
    '{"default":1,"keys":[]}',
    '{"keys":[{"name":"a","pluginConfig":{"b":1}}]}',
  ].map((text) => ({
    name: `a list that is ${text || 'empty'}`,
    prepare: write(text),
    steps: everyCommand.map((step) => ({ ...step, ours: notJson })),
  })),
  ...[
    '{"keys":[{}]}',
    '{"keys":[{"name":""}]}',
    '{"keys":[{"name":"a"},{"name":"b"},{"name":"a"}]}',
    '{"default":"","keys":[]}',
    '{"default":"absent","keys":[{"name":"a"}]}',
  ].map((text) => ({ name: `a list that is ${text}`, prepare: write(text), steps: everyCommand })),
  ...['null', '{}', '{"default":null,"keys":null}', ' {"keys":[]}\n'].map((text) => ({
    name: `a list that is ${text}`,
    prepare: write(text),
    steps: [ls, add('--id', 'i', 'n'), ls],
  })),
  {
    name: 'a list in the form of a folder',
    prepare: instead((path) => mkdirSync(path)),
    steps: everyCommand,
  },
  {
    name: 'a list behind a link',
    prepare: instead((path, { folder }) => {
      writeFileSync(join(folder, 'elsewhere.json'), '{"keys":[{"name":"a"}]}');
      symlinkSync('../../elsewhere.json', path);
    }),
    steps: everyCommand,
  },
  {
    name: 'a file in place of the folder',
    prepare: ({ config }) => {
      mkdirSync(dirname(config), { recursive: true });
      writeFileSync(config, '');
    },
    steps: [
      { ...ls, ours: { reason: 'what is no folder has no list in it', code: 0, stdout: /^NAME/, stderr: '' } },
      {
        ...add('--id', 'i', 'n'),
        ours: { reason: 'says what is in the way', stderr: /^Error: .*cannot be written: something else is in its place\n$/ },
      },
      { words: ['key', 'delete', 'a'], ours: { reason: 'there is no list, and so no key', stderr: /^Error: signing key a not found/ } },
    ],
  },
];

function assertUnchanged(files: readonly string[]): void {
  assert.ok(files.includes(Buffer.from(`600 notation/signingkeys.json: ${JSON.stringify(listed)}`).toString('latin1')), files.join('\n'));
}

function assertHas(files: readonly string[], text: string): void {
  assert.ok(files.join('\n').includes(text), files.join('\n'));
}

describe('the key list, notation and ours', () => {
  let folder: string;
  before(() => {
    folder = openFolder();
    for (const path of ['plugins/foo/notation-foo', 'plugins/folder/notation-folder/file']) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
  });
  after(() => removeFolder(folder));

  for (const [index, story] of stories.entries()) {
    test(story.name, peers, async () => {
      const homes = join(folder, String(index));
      await runStory(story, homes, folder);
      rmSync(homes, { recursive: true });
    });
  }
});
