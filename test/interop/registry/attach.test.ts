// Our registry client against real registries, and oras as the other reader.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openFolder, oras, pushArtifact, removeFolder } from '../../support/notation.ts';
import { needs } from '../../support/peers.ts';
import { type Registry, registryKinds, startRegistry } from '../../support/registry.ts';
import { envelopesOf, openClient, openReference } from '../../support/repository.ts';

const signature = (text: string) => ({
  mediaType: 'application/jose+json' as const,
  envelope: Buffer.from(text),
  annotations: { 'io.cncf.notary.x509chain.thumbprint#S256': '["00"]' },
});

for (const kind of registryKinds) {
  describe(`signatures in ${kind}`, needs(kind, 'oras'), () => {
    const folder = openFolder();
    let registry: Registry;
    let artifacts = 0;
    before(async () => {
      registry = await startRegistry(kind);
    });
    after(async () => {
      await registry?.stop();
      removeFolder(folder);
    });
    const push = () => {
      artifacts += 1;
      return pushArtifact(`${registry.host}/app`, `artifact ${artifacts}`, folder);
    };

    for (const forceReferrersTag of [true, false]) {
      test(`what is attached is listed and fetched, also by oras (force-referrers-tag ${forceReferrersTag})`, async () => {
        const text = await push();
        const { repository, reference } = openReference(openClient({ forceReferrersTag }), text);
        const subject = await repository.resolve(reference.tagOrDigest);
        const first = await repository.attach(subject, signature('first'));
        const second = await repository.attach(subject, signature('second'));
        assert.deepEqual(await envelopesOf(repository, reference.tagOrDigest), ['first', 'second']);
        const { stdout } = await oras(['discover', '--plain-http', '--format', 'json', text], folder);
        const { referrers } = JSON.parse(stdout) as { readonly referrers: readonly { readonly digest: string }[] };
        assert.deepEqual(referrers.map(({ digest }) => digest).sort(), [first.digest, second.digest].sort());
        const { stdout: manifest } = await oras(['manifest', 'fetch', '--plain-http', `${registry.host}/app@${first.digest}`], folder);
        const { layers } = JSON.parse(manifest) as { readonly layers: readonly { readonly digest: string }[] };
        const blob = ['blob', 'fetch', '--plain-http', '--output', '-', `${registry.host}/app@${layers[0]?.digest}`];
        assert.equal((await oras(blob, folder)).stdout, 'first');
      });
    }

    test('the second signature of an artifact takes the fewest requests', async () => {
      const client = openClient();
      const { repository, reference } = openReference(client, await push());
      const subject = await repository.resolve(reference.tagOrDigest);
      await repository.attach(subject, signature('a'));
      client.sent.length = 0;
      await repository.attach(subject, signature('b'));
      const steps = client.sent.map((line) => line.replace(/\/v2\/app\/(\w+)\/\S* (\d+)$/, '$1 $2'));
      const upload = registry.hasReferrersApi ? ['POST blobs 201'] : ['POST blobs 202', 'PUT blobs 201'];
      const index = ['PUT manifests 201', 'GET manifests 200', 'PUT manifests 201', 'DELETE manifests 202', 'HEAD manifests 200'];
      assert.deepEqual(steps, [...upload, ...index]);
    });

    test('a tag and an artifact that are not there', async () => {
      const { repository } = openReference(openClient(), await push());
      const digest = `sha256:${'0'.repeat(64)}`;
      await assert.rejects(repository.resolve('none'), { code: 'NOT_FOUND', message: `${registry.host}/app:none: not found` });
      await assert.rejects(repository.resolve(digest), { code: 'NOT_FOUND', message: `${registry.host}/app@${digest}: not found` });
    });
  });
}
