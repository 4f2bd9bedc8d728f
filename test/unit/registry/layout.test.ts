import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Descriptor } from '../../../src/core/model.ts';
import type { NewSignature } from '../../../src/core/ports.ts';
import { openLayout } from '../../../src/registry/layout.ts';
import {
  digestsOf,
  imageIndex,
  imageManifest,
  indexOf,
  makeImage,
  makeLayout,
  putDocument,
  tagged,
  writeIndex,
} from '../../support/layout.ts';
import { openFolder, removeFolder } from '../../support/notation.ts';

const folder = openFolder();
after(() => removeFolder(folder));
let count = 0;
const fresh = () => makeImage(join(folder, `layout-${count++}`));

const signatureType = 'application/vnd.cncf.notary.signature';
const zero = `sha256:${'0'.repeat(64)}`;
const envelope = Buffer.from('an envelope');
const signature: NewSignature = { mediaType: 'application/jose+json', envelope, annotations: { b: '2', a: '1' } };

/** A signature manifest of `subject` in the config form unless changed. */
function manifestOf(subject: Descriptor, change: object = {}): object {
  const config = { mediaType: signatureType, digest: zero, size: 2 };
  const layers = [{ mediaType: 'application/cose', digest: zero, size: 1 }];
  return { schemaVersion: 2, mediaType: imageManifest, config, layers, subject, ...change };
}

describe('resolving', () => {
  test('finds a tag and a digest, without annotations', async () => {
    const { layout, image } = fresh();
    const repository = await openLayout(layout);
    assert.deepEqual(await repository.resolve('v1'), image);
    assert.deepEqual(await repository.resolve(image.digest), image);
  });

  test('finds a platform of an image index by its digest, as what it is', async () => {
    const { layout, image } = fresh();
    for (const mediaType of [imageIndex, 'application/vnd.docker.distribution.manifest.list.v2+json']) {
      const index = putDocument(layout, mediaType, { schemaVersion: 2, mediaType, manifests: [image] });
      writeIndex(layout, [tagged(index, 'all')]);
      assert.deepEqual(await (await openLayout(layout)).resolve(image.digest), image);
      assert.deepEqual(await (await openLayout(layout)).resolve('all'), index);
    }
  });

  test('takes the last of two equal tags, as other readers do', async () => {
    const { layout, image } = fresh();
    const other = putDocument(layout, imageManifest, { other: true });
    writeIndex(layout, [tagged(image, 'v1'), tagged(other, 'v1')]);
    assert.deepEqual(await (await openLayout(layout)).resolve('v1'), other);
  });

  for (const name of ['v2', zero, 'sha256:../../../../etc/passwd', '']) {
    test(`finds nothing of the name ${JSON.stringify(name)}`, async () => {
      await assert.rejects((await openLayout(fresh().layout)).resolve(name), { code: 'NOT_FOUND' });
    });
  }
});

describe('finding signatures', () => {
  test('in every form, of this subject alone, in the order of the index', async () => {
    const { layout, image } = fresh();
    const other = putDocument(layout, imageManifest, { other: true });
    const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: zero, size: 2 };
    const artifact = 'application/vnd.oci.artifact.manifest.v1+json';
    const found = [
      putDocument(layout, imageManifest, manifestOf(image)),
      putDocument(layout, imageManifest, manifestOf(image, { artifactType: signatureType, config: empty })),
      putDocument(layout, artifact, { mediaType: artifact, artifactType: signatureType, blobs: [], subject: image }),
    ];
    const passed = [
      putDocument(layout, imageManifest, manifestOf(other)),
      putDocument(layout, imageManifest, manifestOf({ ...image, size: image.size + 1 })),
      putDocument(layout, imageManifest, manifestOf({ ...image, mediaType: 'text/plain' })),
      putDocument(layout, imageManifest, manifestOf(image, { artifactType: 'text/plain', config: empty })),
      putDocument(layout, imageManifest, manifestOf(image, { subject: undefined })),
      putDocument(layout, 'text/plain', manifestOf(image)),
      { mediaType: imageManifest, digest: zero, size: 5 },
    ];
    writeIndex(layout, [tagged(image, 'v1'), ...passed, ...found]);
    assert.deepEqual(
      await digestsOf(await openLayout(layout), image),
      found.map(({ digest }) => digest),
    );
  });

  test('under the referrers tag too, and each once', async () => {
    const { layout, image } = fresh();
    const [one, two] = [manifestOf(image), manifestOf(image, { annotations: { a: 'b' } })].map((manifest) =>
      putDocument(layout, imageManifest, manifest),
    );
    const referrers = putDocument(layout, imageIndex, { schemaVersion: 2, mediaType: imageIndex, manifests: [one, two] });
    writeIndex(layout, [tagged(image, 'v1'), two, tagged(referrers, image.digest.replace(':', '-'))]);
    assert.deepEqual(await digestsOf(await openLayout(layout), image), [two?.digest, one?.digest]);
  });

  test('gives the envelope that the manifest names, as the media type it says', async () => {
    const { layout, image } = fresh();
    const layer = putDocument(layout, 'application/vnd.strange', 'x');
    const manifest = putDocument(layout, imageManifest, manifestOf(image, { layers: [layer] }));
    const stored = await (await openLayout(layout)).fetch(manifest);
    assert.deepEqual([stored.mediaType, Buffer.from(stored.envelope).toString()], ['application/vnd.strange', '"x"']);
  });

  test('refuses blobs that are not what the descriptor says', async () => {
    const { layout, image } = fresh();
    const manifest = putDocument(layout, imageManifest, manifestOf(image));
    const repository = await openLayout(layout);
    await assert.rejects(repository.fetch({ ...manifest, size: manifest.size + 1 }), { code: 'MANIFEST', message: /expected \d+ bytes/ });
    await assert.rejects(repository.fetch({ ...manifest, size: (4 << 20) + 1 }), { code: 'MANIFEST', message: /at most 4194304/ });
    await assert.rejects(repository.fetch(manifest), { code: 'NOT_FOUND', message: /expected the blob sha256:0+,/ });
    writeFileSync(fileOf(layout, manifest.digest), 'x'.repeat(manifest.size));
    await assert.rejects(repository.fetch(manifest), { code: 'MANIFEST', message: /bytes of that digest/ });
    for (const digest of ['sha256:../../x', 'sha256:', '../x:00', 'md5:00', `sha256:${'A'.repeat(64)}`])
      await assert.rejects(repository.fetch({ ...manifest, digest }), { code: 'MANIFEST' });
  });
});

describe('attaching', () => {
  test('adds the manifest to the index as notation does, and leaves what is there', async () => {
    const { layout, image } = fresh();
    const stranger = '{"size":5,"x":[null,{"z":1,"a":2}],"digest":"DIGEST","mediaType":"text/plain","platform":{"os":"?"}}'.replace(
      'DIGEST',
      zero,
    );
    writeFileSync(join(layout, 'index.json'), `{"y":1,"schemaVersion":2,"manifests":[${stranger},${JSON.stringify(tagged(image, 'v1'))}]}`);
    const before = indexOf(layout);
    const repository = await openLayout(layout);
    const manifest = await repository.attach(image, signature);
    const entry = `{"mediaType":"${imageManifest}","digest":"${manifest.digest}","size":${manifest.size},"annotations":{"a":"1","b":"2"}}`;
    assert.equal(indexOf(layout), before.replace(/\]\}$/, `,${entry}]}`));
    assert.deepEqual(await digestsOf(repository, image), [manifest.digest]);
    assert.deepEqual(await repository.fetch(manifest), { mediaType: signature.mediaType, envelope: new Uint8Array(envelope) });
    assert.ok(existsSync(fileOf(layout, 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')));
    assert.deepEqual(readdirSync(layout).sort(), ['blobs', 'index.json', 'ingest', 'oci-layout']);
    assert.deepEqual(readdirSync(join(layout, 'ingest')), []);
  });

  test('the same signature twice is one', async () => {
    const { layout, image } = fresh();
    const repository = await openLayout(layout);
    const [one, two] = [await repository.attach(image, signature), await (await openLayout(layout)).attach(image, signature)];
    assert.deepEqual([one.digest, await digestsOf(repository, image)], [two.digest, [one.digest]]);
  });

  test('many at once are all there', async () => {
    const { layout, image } = fresh();
    const repository = await openLayout(layout);
    const all = Array.from({ length: 50 }, (_, index) =>
      repository.attach(image, { ...signature, envelope: Buffer.from(`envelope ${index}`) }),
    );
    const digests = (await Promise.all(all)).map(({ digest }) => digest);
    assert.deepEqual((await digestsOf(await openLayout(layout), image)).toSorted(), digests.toSorted());
  });

  test('writes a half-written blob anew, and keeps the permissions of the index', async () => {
    const { layout, image } = fresh();
    const manifest = await (await openLayout(layout)).attach(image, signature);
    for (const cut of [manifest.digest, 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a']) {
      chmodSync(fileOf(layout, cut), 0o644);
      truncateSync(fileOf(layout, cut), 1);
    }
    writeIndex(layout, [tagged(image, 'v1')]);
    chmodSync(join(layout, 'index.json'), 0o660);
    const repository = await openLayout(layout);
    assert.equal((await repository.attach(image, signature)).digest, manifest.digest);
    assert.equal(Buffer.from((await repository.fetch(manifest)).envelope).toString(), 'an envelope');
    assert.equal(readFileSync(fileOf(layout, 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'), 'utf8'), '{}');
    assert.equal(statSync(join(layout, 'index.json')).mode & 0o777, 0o660);
  });

  test('removes what killed processes left an hour ago, and nothing else', async () => {
    const { layout, image } = fresh();
    const ingest = join(layout, 'ingest');
    mkdirSync(ingest);
    const names = ['notation-ts-kms-1-old', 'notation-ts-kms-1-new', 'of-others-old'];
    for (const name of names) writeFileSync(join(ingest, name), 'x');
    const ago = (Date.now() - 61 * 60_000) / 1000;
    for (const name of names.filter((name) => name.endsWith('old'))) utimesSync(join(ingest, name), ago, ago);
    await (await openLayout(layout)).attach(image, signature);
    assert.deepEqual(readdirSync(ingest).toSorted(), names.slice(1).toSorted());
  });

  test('an index that another tool is just writing is read again', async () => {
    const { layout, image } = fresh();
    const repository = await openLayout(layout);
    const whole = indexOf(layout);
    writeFileSync(join(layout, 'index.json'), whole.slice(0, 20));
    const attached = repository.attach(image, signature);
    setTimeout(() => writeFileSync(join(layout, 'index.json'), whole), 15);
    const { digest } = await attached;
    assert.deepEqual(await digestsOf(repository, image), [digest]);
  });

  test('a failure of one batch is that of its own callers alone', async () => {
    const { layout, image } = fresh();
    const repository = await openLayout(layout);
    writeFileSync(join(layout, 'index.json'), 'no JSON');
    await assert.rejects(repository.attach(image, signature), { code: 'MANIFEST' });
    writeIndex(layout, [tagged(image, 'v1')]);
    await repository.attach(image, signature);
    assert.equal((await digestsOf(repository, image)).length, 1);
  });
});

describe('what is no layout', () => {
  const cases = [
    ['nothing', () => join(folder, 'nothing'), 'FILE', /cannot be opened: it does not exist/],
    ['a file', () => fileIn(join(folder, 'file')), 'FILE', /expected the folder of an OCI layout, found a file/],
    ['a folder without oci-layout', () => without('oci-layout'), 'FILE', /found no file oci-layout/],
    ['another version', () => changed('oci-layout', '{"imageLayoutVersion":"2.0.0"}'), 'MANIFEST', /"1.0.0", found "2.0.0"/],
    ['an oci-layout that is no JSON', () => changed('oci-layout', 'x'), 'MANIFEST', /not valid JSON/],
    ['a huge oci-layout', () => changed('oci-layout', ' '.repeat(5000)), 'FILE', /at most 4096 bytes, found 5000/],
    ['no index', () => without('index.json'), 'FILE', /expected the index of an OCI layout, found no file/],
    ['an index that is a manifest', () => changed('index.json', `{"schemaVersion":2,"mediaType":"${imageManifest}"}`), 'MANIFEST', /index/],
    ['an index with a member twice', () => changed('index.json', '{"schemaVersion":2,"schemaVersion":2}'), 'MANIFEST', /twice/],
    ['an index that is a folder', () => replaced('index.json', (path) => mkdirSync(path)), 'FILE', /expected a regular file/],
    ['an index that is a link', () => linked('index.json'), 'FILE', /found a symbolic link/],
    ['an oci-layout that is a link', () => linked('oci-layout'), 'FILE', /found a symbolic link/],
    ['an index that is a pipe', () => replaced('index.json', (path) => execFileSync('mkfifo', [path])), 'FILE', /expected a regular file/],
    ['a huge index', () => replaced('index.json', sparse), 'FILE', /at most 67108864 bytes, found 1099511627776/],
  ] as const;
  for (const [name, make, code, message] of cases) {
    test(`${name} is refused`, async () => {
      const layout = make();
      await assert.rejects(async () => (await openLayout(layout)).resolve('v1'), { code, message });
    });
  }
});

describe('folders and files that lead elsewhere', () => {
  for (const name of ['blobs', 'blobs/sha256', 'ingest']) {
    test(`${name}, a link, is refused, and nothing is written through it`, async () => {
      const { layout, image } = fresh();
      mkdirSync(join(layout, 'ingest'));
      const elsewhere = `${layout}-elsewhere`;
      renameSync(join(layout, name), elsewhere);
      symlinkSync(elsewhere, join(layout, name));
      const before = readdirSync(elsewhere, { recursive: true });
      const repository = await openLayout(layout);
      await assert.rejects(repository.attach(image, signature), { code: 'FILE', message: /found a symbolic link/ });
      if (name !== 'ingest') await assert.rejects(digestsOf(repository, image), { code: 'FILE', message: /found a symbolic link/ });
      assert.deepEqual(readdirSync(elsewhere, { recursive: true }), before);
    });
  }

  test('a blob that is a link or a pipe is not read', async () => {
    const { layout, image } = fresh();
    const manifest = putDocument(layout, imageManifest, manifestOf(image));
    const path = fileOf(layout, manifest.digest);
    const repository = await openLayout(layout);
    renameSync(path, `${path}-moved`);
    symlinkSync(`${path}-moved`, path);
    await assert.rejects(repository.fetch(manifest), { code: 'FILE', message: /found a symbolic link/ });
    rmSync(path);
    execFileSync('mkfifo', [path]);
    await assert.rejects(repository.fetch(manifest), { code: 'FILE', message: /expected a regular file/ });
  });

  test('a link in the place of a new blob is replaced, not followed', async () => {
    const { layout, image } = fresh();
    const { digest } = await (await openLayout(layout)).attach(image, signature);
    const victim = fileIn(join(folder, 'victim'));
    rmSync(fileOf(layout, digest));
    symlinkSync(victim, fileOf(layout, digest));
    const repository = await openLayout(layout);
    await repository.attach(image, signature);
    assert.equal(readFileSync(victim, 'utf8'), 'x');
    assert.ok(
      (await repository.fetch({ mediaType: imageManifest, digest, size: statSync(fileOf(layout, digest)).size })).envelope.length > 0,
    );
  });
});

function fileOf(layout: string, digest: string): string {
  return join(layout, 'blobs', ...digest.split(':'));
}

function fileIn(path: string): string {
  writeFileSync(path, 'x');
  return path;
}

function without(name: string): string {
  return replaced(name, () => undefined);
}

function changed(name: string, content: string): string {
  return replaced(name, (path) => writeFileSync(path, content));
}

function linked(name: string): string {
  return replaced(name, (path) => symlinkSync(join(makeLayout(`${path}-elsewhere`), name), path));
}

function replaced(name: string, make: (path: string) => void): string {
  const { layout } = fresh();
  rmSync(join(layout, name));
  make(join(layout, name));
  return layout;
}

function sparse(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, 2 ** 40);
}
