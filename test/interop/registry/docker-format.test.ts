// Images as docker's tools push them: schema 2 manifests and manifest lists; and OCI indexes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sha256 } from '../../support/digest.ts';
import { openFolder, oras, removeFolder } from '../../support/notation.ts';
import { needs } from '../../support/peers.ts';
import { type Registry, registryKinds, startRegistry } from '../../support/registry.ts';
import { envelopesOf, openClient, openReference } from '../../support/repository.ts';

const schema2 = 'application/vnd.docker.distribution.manifest.v2+json';
const list = 'application/vnd.docker.distribution.manifest.list.v2+json';
const index = 'application/vnd.oci.image.index.v1+json';

for (const kind of registryKinds) {
  describe(`images in ${kind}`, needs(kind, 'oras'), () => {
    const folder = openFolder();
    let registry: Registry;
    before(async () => {
      registry = await startRegistry(kind);
    });
    after(async () => {
      await registry?.stop();
      removeFolder(folder);
    });

    async function push(path: string, body: string, mediaType: string): Promise<void> {
      const response = await fetch(`http://${registry.host}/v2/app/${path}`, {
        method: path.includes('uploads') ? 'POST' : 'PUT',
        body,
        headers: { 'content-type': mediaType },
      });
      if (response.status === 202) {
        const place = new URL(response.headers.get('location') ?? '', `http://${registry.host}`);
        place.searchParams.set('digest', sha256(body));
        assert.equal((await fetch(place, { method: 'PUT', body, headers: { 'content-type': mediaType } })).status, 201);
      } else assert.equal(response.status, 201, await response.text());
    }

    test('a schema 2 manifest, a manifest list and an index are resolved as they are, and take signatures', async () => {
      const config = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } });
      await push('blobs/uploads/', config, 'application/octet-stream');
      const image = JSON.stringify({
        schemaVersion: 2,
        mediaType: schema2,
        config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: sha256(config) },
        layers: [],
      });
      await push('manifests/image', image, schema2);
      const entry = { mediaType: schema2, size: image.length, digest: sha256(image), platform: { architecture: 'amd64', os: 'linux' } };
      const many = (mediaType: string) => JSON.stringify({ schemaVersion: 2, mediaType, manifests: [entry] });
      await push('manifests/list', many(list), list);
      await push('manifests/index', many(index), index);
      for (const [tag, content, mediaType] of [
        ['image', image, schema2] as const,
        ['list', many(list), list] as const,
        ['index', many(index), index] as const,
      ]) {
        const { repository } = openReference(openClient(), `${registry.host}/app:${tag}`);
        const subject = await repository.resolve(tag);
        assert.deepEqual(subject, { mediaType, digest: sha256(content), size: content.length });
        assert.deepEqual(await repository.resolve(subject.digest), subject);
        const { digest } = await repository.attach(subject, {
          mediaType: 'application/jose+json',
          envelope: Buffer.from(tag),
          annotations: {},
        });
        assert.deepEqual(await envelopesOf(repository, tag), [tag]);
        const { stdout } = await oras(['discover', '--plain-http', '--format', 'json', `${registry.host}/app:${tag}`], folder);
        assert.deepEqual(
          (JSON.parse(stdout) as { referrers: { digest: string }[] }).referrers.map((found) => found.digest),
          [digest],
        );
      }
    });
  });
}
