// Layouts of other projects, written to.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { openLayout } from '../../../src/registry/layout.ts';
import { digestsOf } from '../../support/layout.ts';
import { openFolder, removeFolder } from '../../support/notation.ts';
import { casesOf, needsVectors, thirdPartyFolder } from '../../support/third-party.ts';

describe('layouts', needsVectors, () => {
  const folder = openFolder();
  after(() => removeFolder(folder));
  const layouts = casesOf('oci-layouts').flatMap(({ files }) =>
    files.filter(({ role }) => role.includes('layout')).map(({ path }) => path),
  );
  const names = [...new Set(layouts)].filter((path) => path.includes('/layouts/'));

  test('there are some', () => assert.ok(names.length > 4, `${names}`));

  for (const name of names) {
    test(`${basename(name)}: what is signed is found, and a further signature besides`, async () => {
      const layout = join(folder, basename(name));
      cpSync(join(thirdPartyFolder, name), layout, { recursive: true });
      const repository = await openLayout(layout);
      const subject = await repository.resolve(name.includes('notation-go') ? 'v2' : 'v1');
      const before = await digestsOf(repository, subject);
      assert.equal(before.length, name.includes('signature') || name.includes('with-expired-cert') ? 1 : 0);
      const signature = { mediaType: 'application/cose', envelope: Buffer.from('x'), annotations: {} } as const;
      const { digest } = await repository.attach(subject, signature);
      assert.deepEqual((await digestsOf(await openLayout(layout), subject)).toSorted(), [...before, digest].toSorted());
    });
  }
});
