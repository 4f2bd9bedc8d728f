// How blobs, manifests and the index under the referrers tag are written, to registries of different habits.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { RegistryOptions } from '../../../src/registry/open.ts';
import { sha256 } from '../../support/digest.ts';
import { errorBody, type FakeRegistry, type FakeRequest, type Habit, type Reply, startFakeRegistry } from '../../support/fake-registry.ts';
import { openClient } from '../../support/repository.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: sha256('artifact'), size: 8 };
const signature = { mediaType: 'application/jose+json', envelope: Buffer.from('the envelope'), annotations: { b: '2', a: '1' } } as const;
const envelopeDigest = sha256(signature.envelope);
const tag = `sha256-${subject.digest.slice(7)}`;
const uploads = '/v2/app/blobs/uploads/';

/** A registry that keeps what it is given, by the address. `before` answers what it likes to. */
function keeping(before: Habit | undefined = undefined): {
  readonly habit: Habit;
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, Buffer>;
} {
  const [blobs, manifests] = [new Map<string, Buffer>(), new Map<string, Buffer>()];
  const habit: Habit = (request) => {
    const answered = before?.(request);
    if (answered !== undefined && answered !== 'hang' && answered.status !== 0) return answered;
    return keep(request, blobs, manifests);
  };
  return { habit, blobs, manifests };
}

function keep({ method, path, body }: FakeRequest, blobs: Map<string, Buffer>, manifests: Map<string, Buffer>): Reply {
  const [, kind = '', name = ''] = /^\/v2\/app\/(blobs|manifests)\/(.*)$/.exec(path) ?? [];
  const store = kind === 'blobs' ? blobs : manifests;
  if (method === 'HEAD' || method === 'GET') {
    const found = store.get(name);
    if (found === undefined) return { status: 404 };
    const headers = { 'content-type': indexType, 'content-length': String(found.length), 'docker-content-digest': sha256(found) };
    return { status: 200, headers, body: found };
  }
  if (method === 'DELETE') return { status: store.delete(name) ? 202 : 404 };
  if (method === 'POST') return { status: 202, headers: { location: `${uploads}1?state=a%2Bb` } };
  const stored = kind === 'blobs' ? decodeURIComponent(/[?&]digest=([^&]*)/.exec(path)?.[1] ?? '') : name;
  if (kind === 'blobs' && sha256(body) !== stored) return { status: 400, body: errorBody('DIGEST_INVALID', 'another') };
  store.set(stored, body);
  if (kind === 'manifests') store.set(sha256(body), body);
  return { status: 201 };
}

const pass: Reply = { status: 0 };

describe('attaching', () => {
  let registry: FakeRegistry;
  let elsewhere: FakeRegistry;
  before(async () => {
    registry = await startFakeRegistry();
    elsewhere = await startFakeRegistry();
  });
  after(async () => {
    await registry.stop();
    await elsewhere.stop();
  });
  beforeEach(() => {
    for (const { requests } of [registry, elsewhere]) requests.length = 0;
  });

  function open(habit: Habit, options: Partial<RegistryOptions> = {}) {
    registry.habit = habit;
    const client = openClient({ insecure: true, exchangeMs: 5000, ...options });
    return { ...client, app: client.open({ registry: registry.host, repository: 'app' }) };
  }
  const steps = () =>
    registry.requests.map(({ method, path }) => `${method} ${path.replace('/v2/app/', '').replace(/sha256(:|-|%3A)\w+/, 'sha256$1…')}`);

  test('the bytes of everything that is written', async () => {
    const { habit, blobs, manifests } = keeping();
    const descriptor = await open(habit).app.attach(subject, signature);
    assert.deepEqual([...blobs.keys()].sort(), [envelopeDigest, sha256('{}')].sort());
    assert.equal(blobs.get(envelopeDigest)?.toString(), 'the envelope');
    const manifest = manifests.get(descriptor.digest)?.toString() ?? '';
    assert.deepEqual([descriptor.size, descriptor.digest], [manifest.length, sha256(manifest)]);
    const config = { mediaType: 'application/vnd.cncf.notary.signature', digest: sha256('{}'), size: 2 };
    const layer = { mediaType: 'application/jose+json', digest: envelopeDigest, size: 12 };
    const rest = { schemaVersion: 2, mediaType: subject.mediaType, config, layers: [layer], subject, annotations: { a: '1', b: '2' } };
    assert.equal(manifest, JSON.stringify(rest));
    const entry = { ...descriptor, annotations: { a: '1', b: '2' }, artifactType: 'application/vnd.cncf.notary.signature' };
    assert.equal(manifests.get(tag)?.toString(), JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [entry] }));
  });

  test('the config is pushed once for each repository, and a POST with content is not tried again where it does not do', async () => {
    const { app } = open(keeping().habit);
    await app.attach(subject, signature);
    registry.requests.length = 0;
    await app.attach(subject, { ...signature, envelope: Buffer.from('another') });
    const index = [`GET manifests/sha256-…`, `PUT manifests/sha256-…`, 'DELETE manifests/sha256:…', 'HEAD manifests/sha256-…'];
    const upload = ['POST blobs/uploads/', 'PUT blobs/uploads/1?state=a%2Bb&digest=sha256%3A…'];
    assert.deepEqual(steps(), [...upload, 'PUT manifests/sha256:…', ...index]);
  });

  test('a registry that knows subjects needs no index, unless it is wanted', async () => {
    const subjects: Habit = ({ method, path }) =>
      method === 'PUT' && path.startsWith('/v2/app/manifests/sha256:') ? { status: 201, headers: { 'oci-subject': subject.digest } } : pass;
    await open(keeping(subjects).habit, { forceReferrersTag: false }).app.attach(subject, signature);
    assert.ok(!steps().some((step) => step.includes('sha256-')), steps().join('\n'));
    await open(keeping(subjects).habit, { forceReferrersTag: true }).app.attach(subject, signature);
    assert.ok(steps().some((step) => step.includes('sha256-')));
    registry.requests.length = 0;
    await open(keeping().habit, { forceReferrersTag: false }).app.attach(subject, signature);
    assert.ok(steps().some((step) => step.includes('sha256-')));
  });

  test('a registry that takes one POST', async () => {
    const blobs: string[] = [];
    const single: Habit = ({ method, path, body }) => {
      const [, digest] = /uploads\/\?digest=(.*)$/.exec(path) ?? [];
      if (method !== 'POST' || digest === undefined) return pass;
      blobs.push(sha256(body));
      return { status: decodeURIComponent(digest) === sha256(body) ? 201 : 400 };
    };
    await open(keeping(single).habit, { forceReferrersTag: false }).app.attach(subject, signature);
    assert.deepEqual(blobs.sort(), [envelopeDigest, sha256('{}')].sort());
    assert.ok(!steps().some((step) => step.startsWith('PUT blobs')));
  });

  test('a registry that dislikes a POST with content', async () => {
    const { habit, blobs } = keeping(({ method, path }) => (method === 'POST' && path.includes('digest=') ? { status: 411 } : pass));
    await open(habit).app.attach(subject, signature);
    assert.ok(blobs.has(envelopeDigest));
  });

  test('a registry that wants chunks: a PATCH and an empty PUT', async () => {
    const blobs = new Map<string, Buffer>();
    let taken: Buffer = Buffer.alloc(0);
    const chunks: Habit = ({ method, path, body, headers }) => {
      if (!path.includes('/uploads/'))
        return path.includes('/blobs/') ? { status: blobs.has(path.split('/').at(-1) ?? '') ? 200 : 404 } : pass;
      if (method === 'POST') return { status: 202, headers: { location: `${registry.origin}${uploads}first` } };
      if (method === 'PUT' && body.length > 0) return { status: 405, body: errorBody('UNSUPPORTED', 'no') };
      if (method === 'PATCH') {
        assert.equal(headers['content-range'], `0-${body.length - 1}`);
        taken = body;
        return { status: 202, headers: { location: `${uploads}second` } };
      }
      assert.ok(path.startsWith(`${uploads}second?digest=`));
      blobs.set(sha256(taken), taken);
      return { status: 201 };
    };
    await open(keeping(chunks).habit).app.attach(subject, { ...signature, envelope: Buffer.from('{}') });
    assert.deepEqual([...blobs.keys()], [sha256('{}')]);
  });

  test('an upload that came through though its answer did not', async () => {
    let lost = false;
    const { habit, blobs } = keeping(({ method, path, body }) => {
      if (method !== 'PUT' || !path.includes('/uploads/') || sha256(body) !== envelopeDigest) return pass;
      if (lost) return { status: 404, body: errorBody('BLOB_UPLOAD_UNKNOWN', 'gone') };
      lost = true;
      blobs.set(envelopeDigest, body);
      return { status: 502 };
    });
    await open(habit).app.attach(subject, signature);
    assert.ok(lost);
  });

  test('an upload that continues elsewhere goes there without the credential', async () => {
    const basic = 'Basic realm="x"';
    elsewhere.habit = ({ headers, body }) => ({ status: headers.authorization === undefined && body.length > 0 ? 201 : 400 });
    const { app } = open(
      keeping(({ headers, method }) => {
        if (headers.authorization === undefined) return { status: 401, headers: { 'www-authenticate': basic } };
        return method === 'POST' ? { status: 202, headers: { location: `${elsewhere.origin}/upload?signed=hunter2` } } : pass;
      }).habit,
      { credentials: async () => ({ kind: 'password', username: 'user', password: 'word' }) },
    );
    await app.attach(subject, signature);
    assert.equal(elsewhere.requests.length, 2);
  });

  const refusals: readonly { readonly name: string; readonly habit: Habit; readonly code: string; readonly message: RegExp }[] = [
    {
      name: 'no right to push',
      habit: ({ method }) => (method === 'POST' ? { status: 403, body: errorBody('DENIED', 'read only') } : pass),
      code: 'ACCESS_DENIED',
      message: /expected to take the blob sha256:\w+, found status 403: DENIED: read only/,
    },
    {
      name: 'no place to upload to',
      habit: ({ method }) => (method === 'POST' ? { status: 202 } : pass),
      code: 'UNAVAILABLE',
      message: /expected a place to upload the blob/,
    },
    {
      name: 'a blob that is said to be another',
      habit: ({ method, path }) =>
        method === 'PUT' && path.includes('/blobs/') ? { status: 400, body: errorBody('DIGEST_INVALID', 'x') } : pass,
      code: 'UNAVAILABLE',
      message: /expected to store the blob sha256:\w+, found status 400: DIGEST_INVALID: x/,
    },
    {
      name: 'a manifest that is refused',
      habit: ({ method, path }) =>
        method === 'PUT' && path.includes('/manifests/') ? { status: 400, body: errorBody('MANIFEST_INVALID', 'no subject') } : pass,
      code: 'UNAVAILABLE',
      message: /expected to store the manifest sha256:\w+, found status 400: MANIFEST_INVALID: no subject/,
    },
    {
      name: 'a manifest that is stored as another',
      habit: ({ method, path }) =>
        method === 'PUT' && path.includes('/manifests/') ? { status: 201, headers: { 'docker-content-digest': sha256('x') } } : pass,
      code: 'MANIFEST',
      message: /expected sha256:\w+, found "sha256:/,
    },
    {
      name: 'something else under the tag',
      habit: ({ method, path }) =>
        method === 'GET' && path.includes(tag)
          ? { status: 200, headers: { 'content-type': 'application/json' }, body: '{"schemaVersion":1}' }
          : pass,
      code: 'MANIFEST',
      message: /sha256-\w+: expected schemaVersion 2, found 1/,
    },
  ];
  for (const { name, habit, code, message } of refusals) {
    test(`refused: ${name}`, async () => {
      await assert.rejects(open(keeping(habit).habit).app.attach(subject, signature), { code, message });
    });
  }

  test('what failed is tried again the next time', async () => {
    let broken = true;
    const { habit, blobs } = keeping(({ method, path }) =>
      broken && method === 'HEAD' && path.includes('/blobs/') ? { status: 403 } : pass,
    );
    const { app } = open(habit);
    await assert.rejects(app.attach(subject, signature), { code: 'ACCESS_DENIED' });
    broken = false;
    await app.attach(subject, signature);
    assert.ok(blobs.has(sha256('{}')));
  });

  describe('the index', () => {
    const foreign = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: sha256('sbom'),
      size: 4,
      artifactType: 'application/sbom',
      platform: { os: 'x' },
      more: 1,
    };
    const indexOf = (entries: readonly unknown[]) =>
      Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: entries, annotations: { kept: 'yes' } }));
    const entriesOf = (bytes: Buffer | undefined) =>
      (JSON.parse(bytes?.toString() ?? '{}') as { readonly manifests: readonly { readonly digest: string }[] }).manifests;

    test('keeps the entries of others as they came', async () => {
      const { habit, manifests } = keeping();
      const old = indexOf([foreign]);
      manifests.set(tag, old).set(sha256(old), old);
      const { digest } = await open(habit).app.attach(subject, signature);
      const now = JSON.parse(manifests.get(tag)?.toString() ?? '') as {
        readonly annotations: unknown;
        readonly manifests: readonly unknown[];
      };
      assert.deepEqual(now.annotations, { kept: 'yes' });
      assert.deepEqual(now.manifests[0], foreign);
      assert.deepEqual(
        entriesOf(manifests.get(tag)).map((entry) => entry.digest),
        [foreign.digest, digest],
      );
      assert.ok(!manifests.has(sha256(old)), 'the old index is gone');
    });

    test('is put right when another writer came between, with what each knows', async () => {
      const late = { ...foreign, digest: sha256('late') };
      let rivals = 2;
      const { habit, manifests } = keeping(({ method, path }) => {
        // After our writing, another's that was made from the index before it.
        if (method === 'HEAD' && path.endsWith(tag) && rivals > 0) {
          rivals -= 1;
          const theirs = indexOf([late]);
          manifests.set(tag, theirs).set(sha256(theirs), theirs);
        }
        return pass;
      });
      const old = indexOf([foreign]);
      manifests.set(tag, old).set(sha256(old), old);
      const { digest } = await open(habit).app.attach(subject, signature);
      assert.deepEqual(
        entriesOf(manifests.get(tag))
          .map((entry) => entry.digest)
          .sort(),
        [foreign.digest, late.digest, digest].sort(),
      );
    });

    test('is not written again when another writer has kept our entry', async () => {
      let rivals = 1;
      const { habit, manifests } = keeping(({ method, path }) => {
        if (method === 'HEAD' && path.endsWith(tag) && rivals > 0) {
          rivals -= 1;
          const theirs = indexOf([...entriesOf(manifests.get(tag)), foreign]);
          manifests.set(tag, theirs).set(sha256(theirs), theirs);
        }
        return pass;
      });
      await open(habit).app.attach(subject, signature);
      assert.equal(entriesOf(manifests.get(tag)).length, 2);
      assert.equal(registry.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(tag)).length, 1);
    });

    test('that vanishes again and again is told in the end', async () => {
      const { habit } = keeping(({ method, path }) => (method !== 'PUT' && path.endsWith(tag) ? { status: 404 } : pass));
      await assert.rejects(open(habit).app.attach(subject, signature), {
        code: 'UNAVAILABLE',
        message: /expected the signature to stay in the index sha256-\w+, found it gone/,
      });
    });

    const kept = 'Removal of outdated referrers index from remote registry failed. Garbage collection may be required.';
    test('that cannot be deleted when it is outdated is a warning; a registry that deletes nothing is asked once', async () => {
      for (const [status, asked] of [
        [403, 2],
        [405, 1],
      ] as const) {
        const { habit, manifests } = keeping(({ method }) => (method === 'DELETE' ? { status } : pass));
        const old = indexOf([foreign]);
        manifests.set(tag, old).set(sha256(old), old);
        registry.requests.length = 0;
        const { app, warnings } = open(habit);
        await app.attach(subject, signature);
        await app.attach(subject, { ...signature, envelope: Buffer.from('another') });
        assert.deepEqual(warnings, Array(asked).fill(kept));
        assert.equal(registry.requests.filter(({ method }) => method === 'DELETE').length, asked);
        assert.equal(entriesOf(manifests.get(tag)).length, 3);
      }
    });
  });
});
