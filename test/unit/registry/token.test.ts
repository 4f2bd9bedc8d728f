// Bearer tokens: who gets the credential, in which form, and for how long a token is kept.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Credential } from '../../../src/registry/credential.ts';
import type { RegistryOptions } from '../../../src/registry/open.ts';
import { sha256 } from '../../support/digest.ts';
import { type FakeRegistry, type FakeRequest, type Reply, startFakeRegistry } from '../../support/fake-registry.ts';
import { openClient } from '../../support/repository.ts';

const digest = sha256('x');
const password: Credential = { kind: 'password', username: 'user', password: 'pass:wörd' };

describe('bearer tokens', () => {
  let registry: FakeRegistry;
  let tokens: FakeRegistry;
  before(async () => {
    registry = await startFakeRegistry();
    tokens = await startFakeRegistry();
  });
  after(async () => {
    await registry.stop();
    await tokens.stop();
  });
  beforeEach(() => {
    for (const { requests } of [registry, tokens]) requests.length = 0;
  });

  interface World {
    readonly challenge?: string;
    readonly credential?: Credential | undefined;
    readonly token?: (request: FakeRequest) => Reply;
    readonly accepts?: (token: string) => boolean;
    readonly now?: RegistryOptions['now'];
  }

  function open({ challenge, credential, token = () => issued('t1'), accepts = () => true, now = () => new Date() }: World) {
    tokens.habit = token;
    registry.habit = ({ headers }) => {
      const shown = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1];
      const asked = challenge ?? `Bearer realm="${tokens.origin}/token?a=b",service="the service",scope="repository:app:pull"`;
      if (shown === undefined || !accepts(shown)) return { status: 401, headers: { 'www-authenticate': asked } };
      return { status: 200, headers: { 'content-type': 'a/b', 'content-length': '1', 'docker-content-digest': digest } };
    };
    const client = openClient({ insecure: true, exchangeMs: 5000, credentials: async () => credential, now });
    return client.open({ registry: registry.host, repository: 'app' });
  }
  const issued = (token: string, more: Readonly<Record<string, unknown>> = {}): Reply => ({
    status: 200,
    body: JSON.stringify({ token, ...more }),
  });
  const asked = () =>
    tokens.requests.map(({ method, path, headers, body }) => ({
      method,
      path,
      authorization: headers.authorization,
      body: body.toString(),
    }));

  const basic = `Basic ${Buffer.from('user:pass:wörd').toString('base64')}`;
  const service = 'a=b&service=the+service&scope=repository%3Aapp%3Apull';
  test('nobody asks for a token without a credential', async () => {
    await open({}).resolve('v1');
    assert.deepEqual(asked(), [{ method: 'GET', path: `/token?${service}`, authorization: undefined, body: '' }]);
    assert.deepEqual(
      registry.requests.map(({ headers }) => headers.authorization),
      [undefined, 'Bearer t1'],
    );
  });

  test('a user shows the password to the token service, and the token to the registry', async () => {
    await open({ credential: password }).resolve('v1');
    assert.deepEqual(asked(), [{ method: 'GET', path: `/token?${service}&account=user`, authorization: basic, body: '' }]);
    assert.ok(registry.requests.every(({ headers }) => headers.authorization !== basic));
  });

  test('a refresh token is exchanged by OAuth 2.0', async () => {
    const token = () => ({ status: 200, body: JSON.stringify({ access_token: 'from-refresh' }) });
    await open({ credential: { kind: 'refresh', token: 'r&1' }, token }).resolve('v1');
    const form = 'client_id=notation-ts-kms&service=the+service&scope=repository%3Aapp%3Apull&grant_type=refresh_token&refresh_token=r%261';
    assert.deepEqual(asked(), [{ method: 'POST', path: '/token?a=b', authorization: undefined, body: form }]);
    assert.equal(registry.requests[1]?.headers.authorization, 'Bearer from-refresh');
  });

  test('a service that knows OAuth 2.0 only gets the password so', async () => {
    await open({ credential: password, token: ({ method }) => (method === 'GET' ? { status: 405 } : issued('t1')) }).resolve('v1');
    assert.deepEqual(
      asked().map(({ method }) => method),
      ['GET', 'POST'],
    );
    assert.match(asked()[1]?.body ?? '', /grant_type=password&username=user&password=pass%3Aw%C3%B6rd$/);
  });

  test('a token that docker keeps is shown as it is', async () => {
    await open({ credential: { kind: 'access', token: 'given' } }).resolve('v1');
    assert.deepEqual([tokens.requests.length, registry.requests[1]?.headers.authorization], [0, 'Bearer given']);
  });

  test('a token is kept for all requests of its scope, and renewed before it expires', async () => {
    let clock = 0;
    let count = 0;
    const token = () => {
      count += 1;
      return issued(`t${count}`, { expires_in: 100 });
    };
    const repository = open({ token, now: () => new Date(clock) });
    await Promise.all([repository.resolve('v1'), repository.resolve('v2'), repository.resolve('v3')]);
    clock = 89_000;
    await repository.resolve('v1');
    assert.equal(count, 1);
    clock = 91_000;
    await Promise.all([repository.resolve('v1'), repository.resolve('v2')]);
    assert.equal(count, 2);
  });

  test('a token that is refused is fetched anew, once', async () => {
    let count = 0;
    const token = () => {
      count += 1;
      return issued(`t${count}`, { expires_in: 3600 });
    };
    const repository = open({ token, accepts: (shown) => shown !== 't1' });
    await assert.rejects(repository.resolve('v1'), { code: 'ACCESS_DENIED' });
    await repository.resolve('v1');
    assert.equal(count, 2);
    const never = open({ token, accepts: () => false });
    await assert.rejects(never.resolve('v1'), { code: 'ACCESS_DENIED', message: /expected the manifest v1, found status 401$/ });
    assert.equal(count, 3);
  });

  test('a scope that the registry names is asked for together with ours', async () => {
    const challenge = `Basic realm="x", Bearer realm="${tokens.origin}/t",scope="repository:app:pull,metadata registry:catalog:*"`;
    await open({ challenge }).resolve('v1');
    assert.equal(asked()[0]?.path, '/t?scope=repository%3Aapp%3Ametadata%2Cpull&scope=registry%3Acatalog%3A*');
  });

  const realms: readonly (readonly [string, RegExp])[] = [
    [
      'http://tokens.invalid/token',
      /the address of its token service: expected one that is reached over TLS, found http:\/\/tokens\.invalid$/,
    ],
    ['ftp://tokens.invalid/', /expected an http: or https: URL, found something else$/],
    ['/token', /expected an http: or https: URL, found something else$/],
  ];
  for (const [realm, message] of realms) {
    test(`no credential is sent to ${realm}`, async () => {
      let read = 0;
      registry.habit = () => ({ status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } });
      const credentials = async () => {
        read += 1;
        return password;
      };
      const { open: openIn, requests } = openClient({ insecure: true, credentials });
      await assert.rejects(openIn({ registry: registry.host, repository: 'app' }).resolve('v1'), { code: 'UNAVAILABLE', message });
      assert.equal(requests.length, 1);
      assert.equal(read, 1);
    });
  }

  const bad: readonly { readonly name: string; readonly token: Reply; readonly code: string; readonly message: RegExp }[] = [
    {
      name: 'no token',
      token: { status: 200, body: '{}' },
      code: 'UNAVAILABLE',
      message: /expected a token for 127\.0\.0\.1:\d+, found an answer without one$/,
    },
    {
      name: 'no JSON',
      token: { status: 200, body: 'hunter2' },
      code: 'UNAVAILABLE',
      message: /^(?!.*hunter2).*found an answer without one$/,
    },
    { name: 'null', token: { status: 200, body: 'null' }, code: 'UNAVAILABLE', message: /found an answer without one$/ },
    {
      name: 'a token that would end the header',
      token: { status: 200, body: JSON.stringify({ token: 'a\r\nx: y' }) },
      code: 'UNAVAILABLE',
      message: /found an answer without one$/,
    },
    {
      name: 'an answer over 128 KiB',
      token: { status: 200, body: JSON.stringify({ token: 'x'.repeat(131_072) }) },
      code: 'UNAVAILABLE',
      message: /expected at most 131072 bytes, found more$/,
    },
    {
      name: 'a refusal',
      token: { status: 401, body: JSON.stringify({ details: 'incorrect username or password' }) },
      code: 'ACCESS_DENIED',
      message: /expected a token for .*, found status 401: incorrect username or password$/,
    },
    {
      name: 'a redirect, which is not followed with the password',
      token: { status: 302, headers: { location: 'http://elsewhere.invalid/' } },
      code: 'UNAVAILABLE',
      message: /found status 302$/,
    },
  ];
  for (const { name, token, code, message } of bad) {
    test(`a token service that answers ${name}`, async () => {
      await assert.rejects(open({ credential: password, token: () => token }).resolve('v1'), (error: Error & { code: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /pass:w/);
        return true;
      });
    });
  }
});
