import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { checkLayers } from '../../../scripts/check-layers.ts';
import { temporaryFolder } from '../../support/key-files.ts';

const planted: readonly (readonly [name: string, files: Readonly<Record<string, string>>, problem: RegExp])[] = [
  ['an upward import', { 'core/a.ts': "import { b } from '../kms/b.ts';" }, /core\/a\.ts imports kms\/b\.ts: upwards/],
  ['a sideways import', { 'kms/a.ts': "import type { b } from '../store/b.ts';" }, /kms\/a\.ts imports store\/b\.ts: sideways/],
  ['a dynamic import', { 'core/a.ts': "const b = await import('../cli/b.ts');" }, /upwards/],
  ['a side-effect import', { 'x509/a.ts': "import '../protocol/b.ts';" }, /upwards/],
  ['a re-export', { 'core/a.ts': "export { b } from '../x509/b.ts';" }, /upwards/],
  ['an import over several lines', { 'core/a.ts': "import {\n  b,\n} from '../x509/b.ts';" }, /upwards/],
  [
    'a cycle',
    { 'core/a.ts': "import './b.ts';", 'core/b.ts': "import './a.ts';" },
    /import cycle: core\/a\.ts → core\/b\.ts → core\/a\.ts/,
  ],
  ['a cloud SDK elsewhere', { 'kms/index.ts': "import { KMSClient } from '@aws-sdk/client-kms';" }, /only kms\/aws may/],
  ["a cloud SDK in another backend's file", { 'kms/aws/place.ts': "import '@azure/identity';" }, /only kms\/azure may/],
  ['a cloud SDK in a file whose name only begins alike', { 'kms/azurite.ts': "import '@azure/identity';" }, /only kms\/azure may/],
  ['a cloud SDK in a file of that name in another folder', { 'cli/azure-key.ts': "import '@azure/identity';" }, /only kms\/azure may/],
  ['a folder in no layer', { 'utils/a.ts': "import { b } from '../core/b.ts';" }, /in no layer/],
  ['an import from outside', { 'core/a.ts': "import { b } from '../../test/b.ts';" }, /outside src/],
];

for (const [name, files, problem] of planted) {
  test(`reports ${name}`, (t) => {
    const root = temporaryFolder(t);
    for (const [path, source] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), source);
    }
    const problems = checkLayers(root);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', problem);
  });
}

test('allows imports downwards, within a folder, and an SDK at home', (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, 'kms', 'azure'), { recursive: true });
  writeFileSync(join(root, 'kms', 'aws.ts'), "import '@aws-sdk/client-kms';\nimport '../core/error.ts';\nimport './ecdsa.ts';\n");
  writeFileSync(join(root, 'kms', 'azure', 'error.ts'), "import '@azure/identity';\n");
  assert.deepEqual(checkLayers(root), []);
});
