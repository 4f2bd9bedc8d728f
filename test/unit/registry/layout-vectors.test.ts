// Layouts and manifests of other projects.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { openLayout } from '../../../src/registry/layout.ts';
import { checkSignatureDescriptor, parseReferrer } from '../../../src/registry/manifest.ts';
import { digestsOf } from '../../support/layout.ts';
import { openFolder, removeFolder } from '../../support/notation.ts';
import { casesOf, needsVectors, rowOf, thirdPartyFolder } from '../../support/third-party.ts';

const signatureType = 'application/vnd.cncf.notary.signature';

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

interface ReferrerInput {
  readonly referrer?: { readonly mediaType: string; readonly digest: string; readonly size: number };
  readonly content?: string | null;
}

describe('referrers', needsVectors, () => {
  for (const one of casesOf('registry').filter(({ files }) => files[0]?.path.endsWith('referrers_filter.json'))) {
    const { referrer, content } = rowOf<ReferrerInput>(one).input;
    // The others are about a registry that does not answer.
    if (referrer === undefined || (content === null && referrer.size <= 4 << 20)) continue;
    test(one.id, () => {
      // The table says the algorithm twice, which is no digest.
      const bytes = Buffer.from((content ?? '').replaceAll('sha256:sha256:', 'sha256:'));
      const find = () => {
        if (content === null) checkSignatureDescriptor(referrer);
        return parseReferrer(bytes, referrer.mediaType);
      };
      if (one.expected.verdict === 'invalid') assert.throws(find, (error) => error instanceof NotationError && error.code === 'MANIFEST');
      else assert.equal(find()?.artifactType === signatureType ? 1 : 0, one.expected['signatures']);
    });
  }
});
