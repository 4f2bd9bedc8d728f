// Registries with bad habits: what the doctor makes of their clocks, their words, their silence and their uploads.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { askDoctor } from '../../../support/doctor.ts';
import { errorBody, type FakeRegistry, type FakeRequest, type Reply, startFakeRegistry } from '../../../support/fake-registry.ts';
import { runTool } from '../../../support/tool.ts';

const body = JSON.stringify({ schemaVersion: 2 });
const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
const manifest = {
  status: 200,
  headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json', 'docker-content-digest': digest },
  body,
};
const index = {
  status: 200,
  headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
  body: JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] }),
};

/** What a good registry answers. */
function good({ method, path }: FakeRequest): Reply {
  if (path === '/v2/') return { status: 200 };
  if (path.includes('/manifests/')) return { ...manifest, headers: { ...manifest.headers, 'content-length': String(body.length) } };
  if (path.includes('/referrers/')) return index;
  if (method === 'POST') return { status: 202, headers: { location: '/v2/app/blobs/uploads/1?state=x' } };
  return { status: method === 'DELETE' ? 204 : 404 };
}

describe('the doctor at a registry', () => {
  let registry: FakeRegistry;
  before(async () => {
    registry = await startFakeRegistry();
  });
  beforeEach(() => {
    registry.habit = good;
    registry.requests.length = 0;
  });
  after(() => registry.stop());

  const words = () => ['--insecure-registry', `${registry.host}/app:v1`];
  const ask = (world = {}) => askDoctor(words(), world);
  /** A habit that is good but for this. */
  const but = (special: (request: FakeRequest) => Reply | undefined) => {
    registry.habit = (request) => special(request) ?? good(request);
  };

  test('a good one has nothing wrong, and an upload that was begun is cancelled where it was said to be', async () => {
    const told = await ask();
    assert.deepEqual(
      told.wrong.filter((line) => !line.startsWith('trust.')),
      [],
    );
    const writing = registry.requests
      .filter(({ method }) => method !== 'GET' && method !== 'HEAD')
      .map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(writing, ['POST /v2/app/blobs/uploads/', 'DELETE /v2/app/blobs/uploads/1?state=x']);
    assert.match(told.of('registry.push')[0]?.message ?? '', /begun and cancelled/);
    assert.match(told.of('registry.referrers')[0]?.message ?? '', /^0 signatures, listed by the referrers API/);
    assert.match(told.of('network.proxy')[0]?.message ?? '', new RegExp(`directly: ${registry.origin}`));
  });

  test('a blob that is there is given to the repository once more where that is possible', async () => {
    const blob = `sha256:${'c'.repeat(64)}`;
    const image = JSON.stringify({ schemaVersion: 2, config: { digest: blob } });
    const stated = `sha256:${createHash('sha256').update(image).digest('hex')}`;
    but(({ method, path }) => {
      if (method === 'POST') return { status: 201 };
      if (!path.includes('/manifests/')) return undefined;
      return {
        status: 200,
        headers: { ...manifest.headers, 'docker-content-digest': stated, 'content-length': String(image.length) },
        body: image,
      };
    });
    assert.match((await ask()).of('registry.push')[0]?.message ?? '', /changes nothing/);
    const writing = registry.requests
      .filter(({ method }) => method !== 'GET' && method !== 'HEAD')
      .map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(writing, [`POST /v2/app/blobs/uploads/?mount=${encodeURIComponent(blob)}&from=app`]);
  });

  test('one that cancels no upload is told as such', async () => {
    but(({ method }) => (method === 'DELETE' ? { status: 405 } : undefined));
    assert.match((await ask()).of('registry.push')[0]?.message ?? '', /cancels none, and forgets it/);
  });

  test('nothing is begun in a repository that is not there', async () => {
    but(({ path }) => (path.includes('/manifests/') ? { status: 404 } : undefined));
    const told = await ask();
    assert.deepEqual(
      told.of('registry.artifact').map(({ status }) => status),
      ['failure'],
    );
    assert.deepEqual(
      told.of('registry.push').map(({ status, facts }) => [status, facts['blockedBy']]),
      [['unknown', 'registry.artifact']],
    );
    assert.deepEqual(
      registry.requests.filter(({ method }) => method === 'POST'),
      [],
    );
  });

  for (const [status, says] of [
    [403, /403: DENIED: you may not/],
    [401, /401/],
    [405, /405/],
    [500, /500/],
  ] as const) {
    test(`pushing that is answered with ${status}`, async () => {
      but(({ method }) => (method === 'POST' ? { status, body: status === 403 ? errorBody('DENIED', 'you may not') : '' } : undefined));
      const [push] = (await ask()).of('registry.push');
      assert.equal(push?.status, 'failure');
      assert.match(push.message, says);
      assert.match(push.hint ?? '', /.{10}/);
    });
  }

  test('an upload whose end would be elsewhere gets no credential there', async () => {
    but(({ method }) => (method === 'POST' ? { status: 202, headers: { location: 'ftp://elsewhere/x' } } : undefined));
    const [push] = (await ask()).of('registry.push');
    assert.equal(push?.status, 'failure');
  });

  for (const status of [404, 401]) {
    test(`what answers ${status} is no registry`, async () => {
      registry.habit = () => ({ status });
      const [reach] = (await ask()).of('registry.reach');
      assert.equal(reach?.status, 'failure');
      assert.match(reach.message, /expected a registry/);
    });
  }

  test('one that wants a password, and nobody has one', async () => {
    registry.habit = () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } });
    const [credential] = (await ask()).of('registry.credential');
    assert.equal(credential?.status, 'failure');
    assert.match(credential.hint ?? '', /notation-ts-kms login/);
  });

  test('its clock: two minutes are a warning, ten a failure, and which way is said', async () => {
    const now = new Date('2026-06-01T12:00:00Z');
    for (const [minutes, status, says] of [
      [0, 'ok', /to the minute/],
      [2, 'warning', /ahead of this machine/],
      [-2, 'warning', /behind this machine/],
      [10, 'failure', /60[01] s ahead/],
      [-10, 'failure', /behind/],
    ] as const) {
      const date = new Date(now.getTime() + minutes * 60_000).toUTCString();
      registry.habit = (request) => {
        const reply = good(request);
        return reply === 'hang' ? reply : { ...reply, headers: { ...reply.headers, date } };
      };
      const [clock] = (await ask({ now })).of('network.clock');
      assert.equal(clock?.status, status, `${minutes}`);
      assert.match(clock.message, says);
      if (minutes !== 0) assert.match(clock.hint ?? '', /NTP/);
    }
  });

  test('a proxy is named without the user name and the password', async () => {
    const environment = { HTTP_PROXY: `http://someone:hunter2@${registry.host}` };
    const { stdout, stderr } = await runTool(['doctor', '--insecure-registry', 'registry.example.com/app:v1'], { environment });
    assert.match(stdout.toString(), new RegExp(`http://registry\\.example\\.com through http://${registry.host}, with a user name`));
    assert.doesNotMatch(stdout + stderr, /hunter2|someone/);
  });

  test('hostile words stay on their line', async () => {
    const words = 'a\u0007\u001b[31m\r\n  ok       push            allowed\u202e';
    but(({ method }) => (method === 'POST' ? { status: 403, body: errorBody('DENIED', words) } : undefined));
    const { stdout, stderr } = await runTool(['doctor', '--insecure-registry', `${registry.host}/app:v1`]);
    assert.equal(stdout.toString().match(/^ {2}\S+ +push /gm)?.length, 1);
    assert.doesNotMatch(stdout + stderr, /[^\P{Cc}\n]|\u202e/u);
  });

  test('one that never answers holds up only what needs it, and not for ever', { timeout: 60_000 }, async () => {
    registry.habit = () => 'hang';
    const told = await ask();
    assert.deepEqual(
      told.of('registry.reach').map(({ status, facts }) => [status, facts['code']]),
      [['failure', 'TIMEOUT']],
    );
    assert.equal(told.of('network.authorities')[0]?.status, 'ok');
  });
});
