// Registries that lie, loop, hang and leak.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sha256 } from '../../support/digest.ts';
import { errorBody, type FakeRegistry, type Habit, type Reply, startFakeRegistry } from '../../support/fake-registry.ts';
import { envelopesOf, openClient } from '../../support/repository.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const signatureType = 'application/vnd.cncf.notary.signature';
const manifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType });
const digest = sha256(manifest);
const subject = { mediaType: manifestType, digest, size: manifest.length };
const signature = { mediaType: 'application/jose+json', envelope: Buffer.from('{}{}'), annotations: {} } as const;

describe('hostile registries', () => {
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

  /** Opens the repository `app` of a registry that answers so. */
  function open(habit: Habit, options: Parameters<typeof openClient>[0] = {}) {
    registry.habit = habit;
    const client = openClient({ insecure: true, exchangeMs: 2000, ...options });
    return { ...client, app: client.open({ registry: registry.host, repository: 'app' }) };
  }
  const manifestReply = (headers: Readonly<Record<string, string>> = {}, body = manifest): Reply => ({
    status: 200,
    headers: { 'content-type': manifestType, 'content-length': String(body.length), ...headers },
    body,
  });
  const zeros = `sha256:${'0'.repeat(64)}`;

  const resolutions: readonly {
    readonly name: string;
    readonly habit: Habit;
    readonly asked?: string;
    readonly error: { readonly code: string; readonly message: RegExp };
  }[] = [
    {
      name: 'another digest than the one that was asked for',
      habit: () => manifestReply({ 'docker-content-digest': zeros }),
      asked: digest,
      error: { code: 'MANIFEST', message: /app, manifest sha256:\w+: expected sha256:\w+, found "sha256:0+"$/ },
    },
    {
      name: 'a digest in upper case, which is another one',
      habit: () => manifestReply({ 'docker-content-digest': digest.toUpperCase().replace('SHA256', 'sha256') }),
      asked: digest,
      error: { code: 'MANIFEST', message: /expected a digest, found "sha256:/ },
    },
    {
      name: 'a digest that is none',
      habit: () => manifestReply({ 'docker-content-digest': 'sha256:../../etc' }),
      error: { code: 'MANIFEST', message: /expected a digest, found/ },
    },
    {
      name: 'no digest at all, and other content than was asked for',
      habit: ({ method }) => (method === 'HEAD' ? { status: 405 } : manifestReply({}, '{}')),
      asked: digest,
      error: { code: 'MANIFEST', message: /expected the content of sha256:\w+, found other content/ },
    },
    {
      name: 'content that is not what its own digest says',
      habit: ({ method }) => (method === 'HEAD' ? { status: 405 } : manifestReply({ 'docker-content-digest': zeros })),
      error: { code: 'MANIFEST', message: /expected the content of sha256:0+, found other content/ },
    },
    {
      name: 'no media type',
      habit: () => ({ status: 200, headers: { 'content-type': '' }, body: manifest }),
      error: { code: 'MANIFEST', message: /expected a media type, found none/ },
    },
    {
      name: 'a manifest over 4 MiB',
      habit: ({ method }) => (method === 'HEAD' ? { status: 405 } : { status: 200, body: Buffer.alloc((4 << 20) + 1) }),
      error: { code: 'UNAVAILABLE', message: /expected at most 4194304 bytes, found more/ },
    },
    {
      name: 'a body that is cut short',
      habit: ({ method }) =>
        method === 'HEAD' ? { status: 405 } : { status: 200, headers: { 'content-length': '500' }, body: manifest, cut: true },
      error: { code: 'UNAVAILABLE', message: /closed before a whole answer/ },
    },
    { name: 'no answer', habit: () => 'hang', error: { code: 'TIMEOUT', message: /no whole answer before the deadline/ } },
    {
      name: 'redirects without end',
      habit: ({ path }) => ({ status: 307, headers: { location: `${path}x` } }),
      error: { code: 'UNAVAILABLE', message: /expected an answer, found more than 5 redirects/ },
    },
    {
      name: 'a redirect to something that is not HTTP',
      habit: () => ({ status: 302, headers: { location: 'file:///etc/passwd' } }),
      error: { code: 'UNAVAILABLE', message: /expected an http: or https: URL, found something else/ },
    },
    {
      name: 'a redirect without a place',
      habit: () => ({ status: 302 }),
      error: { code: 'UNAVAILABLE', message: /expected the manifest v1, found status 302$/ },
    },
    {
      name: 'a server that is broken',
      habit: () => ({ status: 500 }),
      error: { code: 'UNAVAILABLE', message: /expected the manifest v1, found status 500$/ },
    },
    { name: 'no such tag', habit: () => ({ status: 404 }), error: { code: 'NOT_FOUND', message: /app:v1: not found$/ } },
    {
      name: 'a request for patience over the time that is left',
      habit: () => ({ status: 429, headers: { 'retry-after': '3600' } }),
      error: { code: 'THROTTLED', message: /found status 429$/ },
    },
    {
      name: '401 for ever, without a challenge',
      habit: () => ({ status: 401 }),
      error: { code: 'ACCESS_DENIED', message: /found status 401$/ },
    },
    {
      name: 'a refusal in many words, some of them dangerous',
      habit: ({ method }) =>
        method === 'HEAD'
          ? { status: 405 }
          : { status: 403, body: errorBody('DENIED', `\u001b[2J\u0007no\r\nBearer abc.def ${'x'.repeat(9999)}`) },
      error: { code: 'ACCESS_DENIED', message: /^127\.0\.0\.1:\d+: expected the manifest v1, found status 403: DENIED: {2,}\[2J no$/ },
    },
    {
      name: 'a refusal that is no JSON',
      habit: ({ method }) => (method === 'HEAD' ? { status: 405 } : { status: 400, body: '<html>' }),
      error: { code: 'UNAVAILABLE', message: /found status 400$/ },
    },
  ];
  for (const { name, habit, asked = 'v1', error } of resolutions) {
    test(`resolving: ${name}`, async () => {
      await assert.rejects(open(habit).app.resolve(asked), (found: Error & { code: string }) => {
        assert.match(found.message, error.message);
        assert.equal(found.code, error.code);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
        assert.doesNotMatch(found.message, /[\x00-\x1f\x7f]/);
        assert.ok(found.message.length < 500);
        return true;
      });
    });
  }

  test('five redirects are followed, and not a sixth', async () => {
    const hops = (most: number) =>
      open(({ path }) => {
        const hop = Number(/hop=(\d+)/.exec(path)?.[1] ?? '0');
        return hop === most
          ? manifestReply({ 'docker-content-digest': digest })
          : { status: 307, headers: { location: `?hop=${hop + 1}` } };
      });
    assert.equal((await hops(5).app.resolve('v1')).digest, digest);
    registry.requests.length = 0;
    await assert.rejects(hops(6).app.resolve('v1'), { code: 'UNAVAILABLE' });
    assert.equal(registry.requests.length, 6);
  });

  test('what a HEAD does not say is read from the manifest', async () => {
    for (const head of [{ status: 405 }, manifestReply()]) {
      const { app } = open(({ method }) => (method === 'HEAD' ? head : manifestReply()));
      assert.deepEqual(await app.resolve('v1'), subject);
    }
  });

  test('a throttled request comes through after the pause that was asked for', async () => {
    let asked = 0;
    const { app } = open(() => {
      asked += 1;
      return asked < 3
        ? { status: asked === 1 ? 429 : 503, headers: { 'retry-after': '0' } }
        : manifestReply({ 'docker-content-digest': digest });
    });
    assert.equal((await app.resolve('v1')).digest, digest);
    assert.equal(asked, 3);
  });

  test('a credential goes to nobody but the registry', async () => {
    elsewhere.habit = ({ headers }) => (headers.authorization === undefined ? manifestReply() : { status: 400 });
    const { app } = open(
      ({ headers, method }) => {
        if (headers.authorization === undefined) return { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };
        return method === 'HEAD'
          ? { status: 405 }
          : { status: 307, headers: { location: `http://user:word@${elsewhere.host}/blob?secret=1` } };
      },
      { credentials: async () => ({ kind: 'password', username: 'user', password: 'hunter2' }) },
    );
    assert.equal((await app.resolve('v1')).digest, digest);
    assert.deepEqual(
      elsewhere.requests.map(({ headers }) => headers.authorization),
      [undefined],
    );
  });

  test('a challenge of another place is not answered', async () => {
    elsewhere.habit = () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } });
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      return { kind: 'password', username: 'user', password: 'hunter2' } as const;
    };
    const { app } = open(() => ({ status: 307, headers: { location: `${elsewhere.origin}/steal` } }), { credentials });
    await assert.rejects(app.resolve('v1'), { code: 'ACCESS_DENIED' });
    assert.equal(asked, 0);
  });

  test('warnings are passed on once, made harmless, and no others', async () => {
    const warning = ['299 - "first \\"one\\"", 299 - "second \u0085 one"', '110 - "stale"', '299 other "agent"'];
    const { app, warnings } = open(() => ({
      status: 200,
      headers: { 'content-type': manifestType, 'docker-content-digest': digest, warning },
      body: manifest,
    }));
    await app.resolve('v1');
    await app.resolve('v1');
    assert.deepEqual(warnings, [`${registry.host}: first "one"`, `${registry.host}: second   one`]);
  });

  const index = (manifests: readonly unknown[]) => JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests });
  const entry = (envelope: string, artifactType: string | undefined = signatureType) => {
    const layer = { mediaType: signature.mediaType, digest: sha256(envelope), size: envelope.length };
    const config = { mediaType: signatureType, digest: sha256('{}'), size: 2 };
    const bytes = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers: [layer], subject });
    return { bytes, envelope, layer, descriptor: { mediaType: manifestType, digest: sha256(bytes), size: bytes.length, artifactType } };
  };
  const stored = [entry('one'), entry('two'), entry('three')] as const;
  const [one, two] = stored;
  /** Manifests and blobs of the signatures, and whatever else is asked, as `others` say. */
  const storing =
    (others: Habit): Habit =>
    (request) => {
      const found = stored.flatMap(({ bytes, descriptor, layer, envelope }) => [
        [`/v2/app/manifests/${descriptor.digest}`, { status: 200, headers: { 'content-type': manifestType }, body: bytes }] as const,
        [`/v2/app/blobs/${layer.digest}`, { status: 200, body: envelope }] as const,
      ]);
      if (request.path === `/v2/app/manifests/${digest}`) return manifestReply({ 'docker-content-digest': digest });
      return found.find(([path]) => path === request.path)?.[1] ?? others(request);
    };
  const api = `/v2/app/referrers/${digest}?artifactType=${encodeURIComponent(signatureType)}`;
  const tag = `/v2/app/manifests/sha256-${digest.slice(7)}`;
  const page = (body: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
    status: 200,
    headers: { 'content-type': indexType, ...headers },
    body,
  });

  const lists: readonly { readonly name: string; readonly habit: Habit; readonly found: readonly string[] }[] = [
    {
      name: 'pages, of which some were not filtered',
      habit: ({ path }) =>
        path === api
          ? page(index([one.descriptor, entry('x', 'application/sbom').descriptor]), { link: '</v2/app/next?n=2>; rel="next"' })
          : path === '/v2/app/next?n=2'
            ? page(index([two.descriptor]), { link: '<other>; rel="prev"' })
            : { status: 500 },
      found: ['one', 'two'],
    },
    {
      name: 'a filter that was applied leaves descriptors without a type',
      habit: ({ path }) =>
        path === api
          ? page(index([{ ...one.descriptor, artifactType: undefined }]), { 'oci-filters-applied': 'artifactType' })
          : { status: 500 },
      found: ['one'],
    },
    {
      name: 'a filter that was not applied: descriptors without a type are of something else',
      habit: ({ path }) => (path === api ? page(index([{ ...one.descriptor, artifactType: undefined }, two.descriptor])) : { status: 500 }),
      found: ['two'],
    },
    {
      name: '404: the tag',
      habit: ({ path }) => (path === api ? { status: 404 } : path === tag ? page(index([one.descriptor])) : { status: 500 }),
      found: ['one'],
    },
    {
      name: '404 of an unknown manifest: the tag',
      habit: ({ path }) =>
        path === api
          ? { status: 404, body: errorBody('MANIFEST_UNKNOWN', 'x') }
          : path === tag
            ? page(index([one.descriptor]))
            : { status: 500 },
      found: ['one'],
    },
    {
      name: '200 that is no index: the tag',
      habit: ({ path }) =>
        path === api
          ? { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }
          : path === tag
            ? page(index([two.descriptor]))
            : { status: 500 },
      found: ['two'],
    },
    { name: 'neither API nor tag: none', habit: () => ({ status: 404 }), found: [] },
    { name: 'an empty list', habit: ({ path }) => (path === api ? page(index([])) : { status: 500 }), found: [] },
  ];
  for (const { name, habit, found } of lists) {
    test(`listing: ${name}`, async () => assert.deepEqual(await envelopesOf(open(storing(habit)).app, digest), [...found].sort()));
  }

  test('a repository without the API is asked for it once', async () => {
    const { app } = open(storing(({ path }) => (path === tag ? page(index([one.descriptor])) : { status: 404 })));
    await envelopesOf(app, digest);
    await envelopesOf(app, digest);
    assert.equal(registry.requests.filter(({ path }) => path === api).length, 1);
  });

  const badLists: readonly { readonly name: string; readonly habit: Habit; readonly code: string; readonly message: RegExp }[] = [
    {
      name: 'an unknown repository',
      habit: () => ({ status: 404, body: errorBody('NAME_UNKNOWN', 'unknown') }),
      code: 'NOT_FOUND',
      message: /NAME_UNKNOWN: unknown/,
    },
    {
      name: 'a refusal',
      habit: () => ({ status: 403 }),
      code: 'ACCESS_DENIED',
      message: /expected the referrers of sha256:\w+, found status 403/,
    },
    { name: 'no JSON', habit: () => page('{"manifests":'), code: 'MANIFEST', message: /referrers/ },
    { name: 'a list of something else', habit: () => page('{"schemaVersion":2,"manifests":{}}'), code: 'MANIFEST', message: /referrers/ },
    {
      name: 'an entry without a digest',
      habit: () => page(index([{ mediaType: manifestType, size: 1 }])),
      code: 'MANIFEST',
      message: /digest/,
    },
    {
      name: 'a member twice',
      habit: () => page('{"schemaVersion":2,"schemaVersion":2,"manifests":[]}'),
      code: 'MANIFEST',
      message: /member once/,
    },
    { name: 'an index over 4 MiB', habit: () => page(' '.repeat((4 << 20) + 1)), code: 'UNAVAILABLE', message: /at most 4194304 bytes/ },
    {
      name: 'a next page that is the same',
      habit: ({ path }) => page(index([]), { link: `<${path}>; rel=next` }),
      code: 'UNAVAILABLE',
      message: /expected an end of the list/,
    },
    {
      name: 'pages without end',
      habit: ({ path }) => page(index([]), { link: `<${path}x>; rel="next"` }),
      code: 'UNAVAILABLE',
      message: /more than 1000 pages/,
    },
    {
      name: 'a next page elsewhere',
      habit: () => page(index([]), { link: `<${'http://elsewhere.invalid/x'}>; rel="next"` }),
      code: 'UNAVAILABLE',
      message: /found it at elsewhere\.invalid/,
    },
  ];
  for (const { name, habit, code, message } of badLists) {
    test(`listing: ${name}`, async () => {
      const { app } = open(
        (request) => (request.path === `/v2/app/manifests/${digest}` ? manifestReply({ 'docker-content-digest': digest }) : habit(request)),
        { exchangeMs: 20_000 },
      );
      await assert.rejects(envelopesOf(app, digest), { code, message });
      assert.ok(registry.requests.length <= 1002, 'it ends');
    });
  }

  const badBlobs: readonly { readonly name: string; readonly reply: Reply; readonly code: string; readonly message: RegExp }[] = [
    {
      name: 'other content',
      reply: { status: 200, body: 'eno' },
      code: 'MANIFEST',
      message: /blob sha256:\w+: expected 3 bytes of that digest, found other content/,
    },
    { name: 'less', reply: { status: 200, body: 'on' }, code: 'MANIFEST', message: /expected 3 bytes of that digest, found 2 bytes/ },
    { name: 'more', reply: { status: 200, body: 'one!' }, code: 'UNAVAILABLE', message: /at most 3 bytes, found more/ },
    {
      name: 'a length that is a lie',
      reply: { status: 200, headers: { 'content-length': '9' }, body: 'one', cut: true },
      code: 'UNAVAILABLE',
      message: /closed before a whole answer/,
    },
    { name: 'none', reply: { status: 404 }, code: 'NOT_FOUND', message: /expected the blob sha256:\w+, found status 404/ },
  ];
  for (const { name, reply, code, message } of badBlobs) {
    test(`fetching: ${name}`, async () => {
      const { app } = open((request) => (request.path.startsWith('/v2/app/blobs/') ? reply : storing(() => ({ status: 404 }))(request)));
      await assert.rejects(app.fetch(one.descriptor), { code, message });
    });
  }

  test('fetching: an envelope over 32 MiB is not asked for', async () => {
    const layer = { mediaType: signature.mediaType, digest: zeros, size: (32 << 20) + 1 };
    const config = { mediaType: signatureType, digest: sha256('{}'), size: 2 };
    const bytes = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers: [layer], subject });
    const { app } = open(() => manifestReply({}, bytes));
    await assert.rejects(app.fetch({ mediaType: manifestType, digest: sha256(bytes), size: bytes.length }), {
      code: 'MANIFEST',
      message: /33554432/,
    });
    await assert.rejects(app.fetch({ mediaType: manifestType, digest: zeros, size: (4 << 20) + 1 }), {
      code: 'MANIFEST',
      message: /4194304/,
    });
    assert.equal(registry.requests.length, 1);
  });
});
