import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsVectors, thirdPartyFolder } from '../support/third-party.ts';
import { groups } from './groups.ts';

test('every group of the manifest is judged, and so are all its 842 cases; and the golden example', needsVectors, () => {
  const manifest = JSON.parse(readFileSync(join(thirdPartyFolder, 'MANIFEST.json'), 'utf8')) as {
    readonly cases: readonly { readonly group: string }[];
  };
  assert.equal(manifest.cases.length, 842);
  const there = new Set(manifest.cases.map(({ group }) => group));
  assert.deepEqual([...there, 'seed'].toSorted(), groups.map(({ name }) => name).toSorted());
});
