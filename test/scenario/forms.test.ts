// What the builds put beside the two forms for Node.js: the terms of all that is in them, and the list of what is in the executable.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { objectionToSbom, type Sbom } from '../support/cyclonedx.ts';

const dist = join(import.meta.dirname, '../../dist');
const built = (form: string, path: string) => (existsSync(join(dist, path)) ? {} : { skip: `not built: npm run build:${form}` });

test('the Node.js executable', built('pkg', 'pkg/notation-ts-kms'), () => {
  const list: Sbom = JSON.parse(readFileSync(join(dist, 'pkg/notation-ts-kms.cdx.json'), 'utf8'));
  assert.equal(objectionToSbom(list), undefined);
  const digest = createHash('sha256')
    .update(readFileSync(join(dist, 'pkg/notation-ts-kms')))
    .digest('hex');
  assert.equal(list.metadata.component.hashes[0]?.content, digest);
  const [node, ...packages] = list.components;
  assert.deepEqual([node?.name, node?.version], ['node', process.versions.node]);
  const linked = node?.components?.map(({ name, version }) => [name, version]) ?? [];
  for (const name of ['openssl', 'v8', 'uv'] as const)
    assert.ok(
      linked.some((part) => part.join() === `${name},${process.versions[name]}`),
      name,
    );
  for (const name of ['@yao-pkg/pkg', '@azure/identity', 'yargs'])
    assert.ok(
      packages.some((component) => component.name === name),
      name,
    );
  const notice = readFileSync(join(dist, 'pkg/NOTICE'), 'utf8');
  for (const said of [/Node\.js is licensed for use as follows/, /OpenSSL, located at deps\/openssl/, /\n@yao-pkg\/pkg /, /\nyargs /])
    assert.match(notice, said);
  assert.doesNotMatch(notice, /JavaScriptCore/);
});

test('the npm form', built('npm', 'npm/NOTICE'), () => {
  const notice = readFileSync(join(dist, 'npm/NOTICE'), 'utf8');
  assert.match(notice, /\nyargs [\d.]+ \(MIT\)\n/);
  assert.doesNotMatch(notice, /JavaScriptCore|Node\.js is licensed/);
});
