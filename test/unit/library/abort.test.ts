// A call that its signal ends rejects at once, whatever it waits for, and leaves nothing under way.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type CallOptions, type Notation, NotationError, openNotation } from '../../../src/index.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { type Desk, openDesk, writeDirectory } from '../../support/library.ts';
import { during } from '../../support/pki.ts';

/** Takes every request, and answers none. */
interface Silence {
  readonly host: string;
  /** Resolves when a request is there. */
  asked(): Promise<unknown>;
  /** Resolves when nobody waits for an answer any more. */
  left(): Promise<unknown>;
}

let server: Server;
let silence: Silence;

before(async () => {
  server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  silence = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => once(server, 'request'),
    left: async () => {
      while ((await connectionsOf(server)) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** A call that hangs, and what tells that it does. */
interface Hanging {
  readonly call: (options: CallOptions) => Promise<unknown>;
  readonly hangs: () => Promise<unknown>;
}

type Make = (desk: Desk) => Hanging;

function plainly(more: Parameters<typeof openNotation>[0] = {}): Notation {
  return openNotation({ now: () => during, registries: { insecure: [silence.host] }, ...more });
}

const atRegistry = () => ({ reference: `${silence.host}/app:v1` });
const atNetwork = (call: Hanging['call']): Hanging => ({ call, hangs: () => silence.asked() });
const atKms = () => {
  const endpoint = `http://${silence.host}`;
  return plainly({
    environment: { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_KMS: endpoint },
  });
};

const cases: readonly (readonly [string, Make])[] = [
  ['signing in a registry that does not answer', ({ key }) => atNetwork((more) => plainly().sign(atRegistry(), { key, ...more }))],
  [
    'verifying in one',
    ({ trust }) => {
      const policy = JSON.stringify(trust.policy).replace('registry.test/app', `${silence.host}/app`);
      return atNetwork((more) => plainly().verify(atRegistry(), { trust: { ...trust, policy }, ...more }));
    },
  ],
  ['inspecting in one', () => atNetwork((more) => plainly().inspect(atRegistry(), more))],
  ['listing in one', () => atNetwork(async (more) => plainly().list(atRegistry(), more)[Symbol.asyncIterator]().next())],
  ['a KMS that does not answer, when it is to open a key', () => atNetwork((more) => atKms().openKey('alias/release', {}, more))],
  [
    'a KMS that does not answer, when it is to sign',
    ({ folder, artifact }) =>
      atNetwork((more) =>
        atKms().sign(artifact, {
          key: 'alias/release',
          keyOptions: { cert_chain: join(folder, 'release.crt') },
          ...more,
        }),
      ),
  ],
  [
    'a timestamp authority that does not answer',
    ({ key, root, artifact }) =>
      atNetwork((more) => plainly().sign(artifact, { key, timestamp: { url: `http://${silence.host}/`, root }, ...more })),
  ],
  [
    'a key of the caller’s that does not answer',
    ({ key, artifact }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const sign = () => {
        resolve();
        return new Promise<never>(() => undefined);
      };
      return { call: (more) => plainly().sign(artifact, { key: { ...key, sign }, ...more }), hangs: () => promise };
    },
  ],
  [
    'a blob that does not end, when it is signed',
    ({ key }) => {
      const { blob, read } = endless();
      return { call: (more) => plainly().sign({ blob }, { key, ...more }), hangs: () => read };
    },
  ],
  [
    'a blob that does not come, when it is verified',
    ({ key, blobTrust }) => {
      const { blob, read } = endless();
      const call = async (more: CallOptions) => {
        const signature = await plainly().sign({ blob: new Uint8Array() }, { key });
        return plainly().verify({ blob, signature }, { trust: blobTrust, ...more });
      };
      return { call, hangs: () => read };
    },
  ],
];

describe('a call that is ended while it waits for', { timeout: 30_000 }, () => {
  for (const [name, make] of cases) {
    test(name, async (t) => {
      const { call, hangs } = make(await openDesk(temporaryFolder(t)));
      const controller = new AbortController();
      const reason = new Error('no longer wanted');
      const hanging = hangs();
      const called = call({ signal: controller.signal });
      await Promise.race([hanging, called]);
      controller.abort(reason);
      await assert.rejects(called, (error) => error instanceof NotationError && error.code === 'ABORTED' && error.cause === reason);
      await silence.left();
    });
  }

  test('a program that gives credentials', { skip: process.platform === 'win32' }, async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    const [home, mark] = [join(desk.folder, 'home'), join(desk.folder, 'started')];
    mkdirSync(join(home, '.docker'), { recursive: true });
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ credsStore: 'slow' }));
    const helper = join(desk.folder, 'docker-credential-slow');
    writeFileSync(helper, `#!/bin/sh\necho $$ >${mark}\nexec sleep 60\n`);
    chmodSync(helper, 0o755);
    const challenger = createServer((_, response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end()).listen(
      0,
      '127.0.0.1',
    );
    t.after(() => challenger.close());
    await once(challenger, 'listening');
    const host = `127.0.0.1:${(challenger.address() as AddressInfo).port}`;
    const environment = { HOME: home, PATH: `${desk.folder}:${process.env['PATH']}` };
    const notation = openNotation({ environment, registries: { insecure: [host] } });
    const controller = new AbortController();
    const called = notation.inspect({ reference: `${host}/app:v1` }, { signal: controller.signal });
    const pid = await Promise.race([called, started(mark)]);
    controller.abort();
    await assert.rejects(called, { code: 'ABORTED' });
    await gone(Number(pid));
  });
});

test('a call whose signal is aborted already does nothing', async (t) => {
  const desk = await openDesk(temporaryFolder(t));
  const signal = AbortSignal.abort();
  const untouchable = { ...desk.key, sign: async () => assert.fail('it signs') };
  const notation = plainly();
  const calls: readonly (() => Promise<unknown>)[] = [
    () => notation.sign(desk.artifact, { key: untouchable, signal }),
    () => notation.sign({ blob: 'nowhere' }, { key: untouchable, signal }),
    () => notation.verify(desk.artifact, { trust: { directory: writeDirectory(desk) }, signal }),
    () => notation.verify({ blob: 'nowhere', signature: 'nowhere.jws.sig' }, { trust: desk.blobTrust, signal }),
    () => notation.inspect(desk.artifact, { signal }),
    () => notation.inspect({ signature: 'nowhere.jws.sig' }, { signal }),
    async () => notation.list(desk.artifact, { signal })[Symbol.asyncIterator]().next(),
    () => notation.openKey(desk.keyPath, {}, { signal }),
  ];
  for (const call of calls) await assert.rejects(call(), { code: 'ABORTED' });
});

test('a signature that is made too late is stored nowhere', async (t) => {
  const desk = await openDesk(temporaryFolder(t));
  const controller = new AbortController();
  const finished = Promise.withResolvers<void>();
  const sign = async (message: Uint8Array) => {
    controller.abort();
    setImmediate(finished.resolve);
    return desk.key.sign(message);
  };
  await assert.rejects(plainly().sign(desk.artifact, { key: { ...desk.key, sign }, signal: controller.signal }), { code: 'ABORTED' });
  await finished.promise;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual((await plainly().inspect(desk.artifact)).signatures, []);
});

test('a use of a key that ends does not end another, and the key goes on', async (t) => {
  const desk = await openDesk(temporaryFolder(t));
  const key = await atKms().openKey('alias/release', { cert_chain: join(desk.folder, 'release.crt') });
  const [first, second] = [new AbortController(), new AbortController()];
  const asked = silence.asked();
  const ended = key.sign(Buffer.from('a'), { signal: first.signal });
  const other = key.sign(Buffer.from('b'), { signal: second.signal });
  await asked;
  first.abort();
  await assert.rejects(ended, { code: 'ABORTED' });
  const settled = other.then(
    () => 'it ends',
    () => 'it ends',
  );
  assert.equal(await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 100, 'it waits'))]), 'it waits');
  second.abort();
  await assert.rejects(other, { code: 'ABORTED' });
  await silence.left();
  assert.equal((await key.certificates()).length, 3);
});

function endless() {
  const { promise: read, resolve } = Promise.withResolvers<void>();
  const blob = (async function* () {
    yield new Uint8Array(1000);
    resolve();
    await new Promise<never>(() => undefined);
  })();
  return { blob, read };
}

function connectionsOf(one: Server): Promise<number> {
  return new Promise((resolve, reject) => one.getConnections((error, count) => (error ? reject(error) : resolve(count))));
}

/** What is written into a file, once something is. */
async function started(mark: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  for (;;) {
    const text = await readFile(mark, 'utf8').catch(() => '');
    if (text.trim() !== '') return text.trim();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function gone(pid: number): Promise<void> {
  assert.ok(pid > 0);
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
