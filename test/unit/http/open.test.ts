// The Node.js transport against servers of every bad habit; the executable's is held to the same by the fault matrix.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type ErrorCode, NotationError } from '../../../src/core/error.ts';
import type { Environment, HttpResponse } from '../../../src/core/ports.ts';
import { nodeTransport } from '../../../src/http/node.ts';
import { openHttp } from '../../../src/http/open.ts';
import { disk } from '../../../src/store/disk.ts';
import { openFolder, removeFolder } from '../../support/notation.ts';

const tooLong = 5 << 20;

const answer: RequestListener = (request, response) => {
  const habits: Readonly<Record<string, () => void>> = {
    '/hang': () => undefined,
    '/reset': () => request.socket.resetAndDestroy(),
    '/close': () => request.socket.destroy(),
    '/cut': () => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('ten bytes.', () => request.socket.destroy());
    },
    '/dribble': () => {
      response.writeHead(200);
      const drops = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(drops));
    },
    '/long': () => response.end(Buffer.alloc(tooLong)),
    '/bomb': () => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(tooLong))),
    '/gzip': () => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('whole')),
    '/elsewhere': () => response.writeHead(302, { location: '/ok' }).end(),
  };
  const habit = habits[request.url ?? ''] ?? (() => response.writeHead(200, { 'set-cookie': ['a', 'b'] }).end(`${request.method} whole`));
  request.resume().on('end', habit);
};

describe('one exchange', () => {
  const folder = openFolder();
  const certificate = join(folder, 'tls.crt');
  const servers: Server[] = [];
  let plain: string;
  let secure: string;
  let proxy: string;

  before(async () => {
    const key = join(folder, 'tls.key');
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,DNS:kms.invalid'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-keyout', key, '-out', certificate, ...name], { stdio: 'ignore' });
    plain = `http://127.0.0.1:${await listen(createServer(answer))}`;
    const tlsPort = await listen(createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, answer));
    secure = `https://localhost:${tlsPort}`;
    proxy = `http://user:hunter2@127.0.0.1:${await listen(tunnelTo(tlsPort))}`;
  });
  after(() => {
    for (const server of servers) server.close();
    removeFolder(folder);
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  test('answers the whole response, whatever its status, and follows no redirect', async () => {
    const { status, headers, body } = await send(`${plain}/ok`);
    assert.deepEqual([status, headers['set-cookie'], text(body)], [200, 'a, b', 'POST whole']);
    assert.equal((await send(`${plain}/elsewhere`)).status, 302);
    assert.equal(text((await send(`${plain}/gzip`)).body), 'whole');
  });

  const failures: readonly (readonly [string, () => string, ErrorCode, RegExp])[] = [
    ['a server that never answers', () => `${plain}/hang`, 'TIMEOUT', /127\.0\.0\.1:\d+: no whole answer before the deadline/],
    ['a server that dribbles', () => `${plain}/dribble`, 'TIMEOUT', /no whole answer/],
    ['a reset', () => `${plain}/reset`, 'UNAVAILABLE', /closed before a whole answer/],
    ['a close', () => `${plain}/close`, 'UNAVAILABLE', /closed before a whole answer/],
    ['a body cut short', () => `${plain}/cut`, 'UNAVAILABLE', /closed before a whole answer/],
    ['a body over the limit', () => `${plain}/long`, 'UNAVAILABLE', /at most 4194304 bytes/],
    ['a body over the limit when unpacked', () => `${plain}/bomb`, 'UNAVAILABLE', /at most 4194304 bytes/],
    ['nobody there', () => 'http://127.0.0.1:1/', 'UNAVAILABLE', /127\.0\.0\.1:1: nothing listens/],
    // A label of more than 63 bytes: no name server need be asked, which might not answer.
    ['no such name', () => `https://${'kms'.repeat(22)}.invalid/`, 'UNAVAILABLE', /kms\.invalid: no such host name/],
    ['an unknown authority', () => `${secure}/ok`, 'UNAVAILABLE', /authority that is not trusted/],
    ['TLS where there is none', () => plain.replace('http:', 'https:'), 'UNAVAILABLE', /expected TLS/],
  ];
  for (const [name, url, code, message] of failures) {
    test(name, () => assert.rejects(send(url()), refusal(code, message)));
  }

  test('an authority of ca_bundle is trusted, for its own name only', async () => {
    assert.equal((await send(`${secure}/ok`, {}, certificate)).status, 200);
    await assert.rejects(send(secure.replace('localhost', '127.0.0.1'), {}, certificate), refusal('UNAVAILABLE', /another host name/));
  });

  test('ca_bundle must hold certificates', async () => {
    const empty = join(folder, 'empty.pem');
    writeFileSync(empty, 'nothing');
    await assert.rejects(send(`${secure}/ok`, {}, empty), refusal('CONFIG', /expected certificates in PEM/));
    await assert.rejects(send(`${secure}/ok`, {}, join(folder, 'absent.pem')), refusal('FILE', /absent\.pem/));
  });

  test('a proxy tunnels TLS, and its refusal is told without its password', async () => {
    assert.equal((await send('https://kms.invalid/ok', { HTTPS_PROXY: proxy }, certificate)).status, 200);
    for (const status of [403, 407]) {
      const refused = send(`https://refused-${status}.invalid/ok`, { HTTPS_PROXY: proxy }, certificate);
      await assert.rejects(refused, (error) => {
        assert.ok(error instanceof NotationError && !JSON.stringify(error).includes('hunter2'));
        return refusal('UNAVAILABLE', /through the proxy 127\.0\.0\.1:\d+: the proxy refused/)(error);
      });
    }
    const dead = send('https://kms.invalid/', { HTTPS_PROXY: 'http://127.0.0.1:1' });
    await assert.rejects(dead, refusal('UNAVAILABLE', /the proxy 127\.0\.0\.1:1: nothing listens/));
  });
});

/** A proxy that lets everything through to one port, but for hosts whose names say otherwise. */
function tunnelTo(port: number): Server {
  return createServer().on('connect', (request, client) => {
    client.on('error', () => undefined);
    const refused = /refused-(\d+)/.exec(request.url ?? '')?.[1];
    if (refused !== undefined) return client.end(`HTTP/1.1 ${refused} Refused\r\nContent-Length: 0\r\n\r\n`);
    const server = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    return server.on('error', () => client.destroy());
  });
}

function send(url: string, environment: Environment = {}, bundle?: string): Promise<HttpResponse> {
  const deadline = { signal: AbortSignal.timeout(1000), remainingMs: () => 1000 };
  const http = openHttp({ transport: async () => nodeTransport, environment, files: disk, deadline, bundle });
  return http.send({ method: 'POST', url, headers: { 'content-type': 'text/plain' }, body: 'question' });
}

function refusal(code: ErrorCode, message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

function text(body: Uint8Array): string {
  return Buffer.from(body).toString('utf8');
}
