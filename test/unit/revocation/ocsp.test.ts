// Responders of every bad habit; honest answers are OpenSSL's.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type ErrorCode, NotationError } from '../../../src/core/error.ts';
import { withDeadline } from '../../../src/http/deadline.ts';
import { nodeTransport } from '../../../src/http/node.ts';
import { openHttp } from '../../../src/http/open.ts';
import { askOcsp, type OcspFindings, type OcspOptions } from '../../../src/revocation/ocsp.ts';
import { disk } from '../../../src/store/disk.ts';
import { type OcspHabit, type OcspResponder, startOcspResponder } from '../../support/ocsp-responder.ts';
import { type Holder, mintCa } from '../../support/pki.ts';
import { mintResponder, mintRevocable } from '../../support/revocable.ts';

const ca = await mintCa('ca', undefined);
const delegate = await mintResponder('responder', ca);
const checkable = await mintResponder('responder', ca, { nocheck: false });

describe('askOcsp', () => {
  let honest: OcspResponder;
  let delegated: OcspResponder;
  let demanding: OcspResponder;
  let leaf: Holder;
  before(async () => {
    honest = await startOcspResponder({ ca });
    delegated = await startOcspResponder({ ca, responder: delegate });
    demanding = await startOcspResponder({ ca, responder: checkable });
    leaf = await leafAt(honest.url);
  });
  after(() => Promise.all([honest, delegated, demanding].map((one) => one.close())));

  test('asks by GET, and tells what is said and until when', async () => {
    honest.mark(leaf.certificate, 'good');
    const { status, problems, ...rest } = await ask(leaf);
    assert.deepEqual(status, { kind: 'good' });
    assert.deepEqual(problems, []);
    assert.ok('source' in rest);
    const { thisUpdate, nextUpdate, ...source } = rest.source;
    assert.deepEqual(source, { method: 'OCSP', url: honest.url, cached: false });
    assert.equal(nextUpdate.getTime() - thisUpdate.getTime(), 86_400_000);
    assert.match(honest.asked.at(-1) ?? '', /^GET \/[A-Za-z0-9%]+$/);
  });

  test('tells a revocation with its reason, time and invalidity date', async () => {
    const at = new Date('2026-03-04T05:06:07Z');
    const revoked = async (revocation: object) => {
      honest.mark(leaf.certificate, { at, ...revocation });
      return (await ask(leaf)).status;
    };
    assert.deepEqual(await revoked({}), { kind: 'revoked', revokedAt: at });
    assert.deepEqual(await revoked({ reason: 'certificateHold' }), { kind: 'revoked', revokedAt: at, reason: 'certificateHold' });
    const invalidityDate = new Date('2026-02-01T00:00:00Z');
    assert.deepEqual(await revoked({ invalidityDate }), { kind: 'revoked', revokedAt: at, reason: 'keyCompromise', invalidityDate });
  });

  test('asks by POST what is too long for GET', async () => {
    const long = await leafAt(honest.url, { serial: 'a5'.repeat(160) });
    honest.mark(long.certificate, 'good');
    assert.equal((await ask(long)).status?.kind, 'good');
    assert.equal(honest.asked.at(-1), 'POST /');
  });

  test('asks below the path that the certificate names, and keeps its query', async () => {
    for (const path of ['ocsp', 'ocsp/', 'ocsp?ca=1']) {
      const deep = await leafAt(`${honest.url}${path}`);
      honest.mark(deep.certificate, 'good');
      assert.equal((await ask(deep)).status?.kind, 'good', path);
      assert.match(honest.asked.at(-1) ?? '', path.includes('?') ? /^GET \/ocsp\/[^/]+\?ca=1$/ : /^GET \/ocsp\/[^/]+$/);
    }
  });

  test('believes a responder that the issuer lets answer', async () => {
    const other = await leafAt(delegated.url);
    delegated.mark(other.certificate, 'good');
    assert.equal((await ask(other)).status?.kind, 'good');
  });

  test('checks the certificate of a responder that does not say it need not be checked', async () => {
    const other = await leafAt(demanding.url);
    demanding.mark(other.certificate, 'good');
    const checked: string[] = [];
    const said = await ask(other, {
      checkResponder: async (...certificates) => void checked.push(...certificates.map(({ serial }) => serial)),
    });
    assert.equal(said.status?.kind, 'good');
    assert.deepEqual(checked, [checkable.certificate.serial, ca.certificate.serial]);
    const refused = await ask(other, {
      checkResponder: () => Promise.reject(new NotationError('REVOCATION', 'the responder is revoked')),
    });
    assertProblem(refused, 'REVOCATION', /^the responder is revoked$/);
  });

  test('takes a certificate that nobody knows for unknown, and asks nobody else', async () => {
    const other = await leafAt(honest.url, {}, [delegated.url]);
    delegated.mark(other.certificate, 'good');
    assertProblem(
      await ask(other),
      'REVOCATION',
      /^OCSP responder: 127\.0\.0\.1:\d+: expected good or revoked, found that it does not know/,
    );
  });

  test('asks the next responder when one tells nothing, and tells why it did', async () => {
    const other = await leafAt('ftp://ocsp.example/', {}, ['https://127.0.0.1:1/', `${honest.url}nothing/`, delegated.url]);
    delegated.mark(other.certificate, 'good');
    const { status, problems } = await withHabit(
      async () => ({ status: 404 }),
      () => ask(other),
    );
    assert.equal(status?.kind, 'good');
    assert.deepEqual(
      problems.map(({ error }) => error.message.replace(/:\d+/, '')),
      [
        'OCSP responder: expected an http: URL, found one of ftp:',
        'OCSP responder: expected an http: URL, found one of https:',
        'OCSP responder: 127.0.0.1: expected status 200, found 404',
      ],
    );
  });

  test('tells what came before an answer that does not tell', async () => {
    const other = await leafAt('ftp://ocsp.example/', {}, [honest.url]);
    const { status, problems } = await ask(other);
    assert.equal(status, undefined);
    assert.deepEqual(
      problems.map(({ url }) => url),
      ['ftp://ocsp.example/', honest.url],
    );
  });

  test('asks eight responders at most, and says so', async () => {
    const dead = Array.from({ length: 8 }, (_, index) => `ftp://ocsp.example/${index}`);
    const crowded = await leafAt(dead[0] ?? '', {}, [...dead.slice(1), honest.url]);
    honest.mark(crowded.certificate, 'good');
    const { status, problems } = await ask(crowded);
    assert.equal(status, undefined);
    assert.equal(problems.length, 9);
    assert.equal(problems.at(-1)?.error.message, 'OCSP responder: expected one of the first 8 to answer, found 9');
    assert.equal(problems.at(-1)?.url, honest.url);
    const enough = await leafAt(dead[0] ?? '', {}, [...dead.slice(1, 7), honest.url]);
    honest.mark(enough.certificate, 'good');
    assert.equal((await ask(enough)).status?.kind, 'good');
  });

  test('one that begins to answer and never ends costs its patience', async (t) => {
    const dripping = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/ocsp-response' });
      const drip = setInterval(() => response.write('0'), 20);
      response.on('close', () => clearInterval(drip));
    }).listen(0, '127.0.0.1');
    t.after(() => {
      dripping.closeAllConnections();
      dripping.close();
    });
    await once(dripping, 'listening');
    const { port } = dripping.address() as AddressInfo;
    const dripped = await leafAt(`http://127.0.0.1:${port}/`);
    assertProblem(await ask(dripped, { patienceMs: 300 }), 'TIMEOUT', /expected an answer within 0\.3 s, found none$/);
  });

  const faults: Readonly<Record<string, readonly [OcspHabit, ErrorCode, RegExp]>> = {
    'status 500': [async () => ({ status: 500 }), 'UNAVAILABLE', /^OCSP responder: 127\.0\.0\.1:\d+: expected status 200, found 500$/],
    'status 204': [async () => ({ status: 204 }), 'REVOCATION', /expected status 200, found 204$/],
    nothing: [async () => ({}), 'REVOCATION', /^OCSP response: malformed DER: expected tag 0x30, found the end$/],
    garbage: [async () => ({ body: Buffer.from('<html>no</html>') }), 'REVOCATION', /^OCSP response: malformed DER/],
    'an answer cut off': [async (answer) => ({ body: (await answer()).subarray(0, -1) }), 'REVOCATION', /^OCSP response: malformed DER/],
    'bytes after the answer': [
      async (answer) => ({ body: Buffer.concat([await answer(), Buffer.from('\n')]) }),
      'REVOCATION',
      /^OCSP response: malformed DER: expected the end, found 1 trailing bytes$/,
    ],
    'a changed answer': [
      async (answer) => {
        const bytes = Buffer.from(await answer());
        // The good status becomes the unknown one.
        bytes.writeUInt8(0x82, bytes.indexOf(Buffer.of(0x80, 0x00, 0x18, 0x0f)));
        return { body: bytes };
      },
      'REVOCATION',
      /expected a signature by "CN=ca,.*", found one that does not verify$/,
    ],
    'an error of its own': [
      async () => ({ body: Buffer.from('30030a0103', 'hex') }),
      'REVOCATION',
      /expected the status successful, found tryLater$/,
    ],
    'an answer that is too long': [
      async (answer) => ({ body: Buffer.concat([await answer(), Buffer.alloc(20_480)]) }),
      'UNAVAILABLE',
      /^OCSP responder: 127\.0\.0\.1:\d+: expected at most 20480 bytes, found more$/,
    ],
    'silence, after its patience': [
      async () => 'silence',
      'TIMEOUT',
      /^OCSP responder: 127\.0\.0\.1:\d+: expected an answer within 0\.3 s, found none$/,
    ],
    'a redirect for ever': [
      async (_, { url }) => ({ status: 302, headers: { location: `${url}0` } }),
      'REVOCATION',
      /expected at most 10 redirects, found more$/,
    ],
    'a redirect to a file': [
      async () => ({ status: 301, headers: { location: 'file:///etc/passwd' } }),
      'REVOCATION',
      /expected a redirect to an http: or https: URL, found another$/,
    ],
    'a redirect to nowhere': [async () => ({ status: 308 }), 'REVOCATION', /expected a redirect to an http: or https: URL, found another$/],
  };
  for (const [name, [habit, code, words]] of Object.entries(faults))
    test(`${name} tells nothing`, async () => {
      honest.mark(leaf.certificate, 'good');
      assertProblem(await withHabit(habit, () => ask(leaf, { patienceMs: code === 'TIMEOUT' ? 300 : 30_000 })), code, words);
    });

  test('a redirect is followed, by POST only where it stays one', async () => {
    const elsewhere =
      (status: number): OcspHabit =>
      async (answer, { url }) =>
        url?.startsWith('/there') ? { body: await answer() } : { status, headers: { location: `/there${url}` } };
    for (const status of [301, 302, 303, 307, 308])
      assert.equal((await withHabit(elsewhere(status), () => ask(leaf))).status?.kind, 'good', `GET ${status}`);
    const long = await leafAt(honest.url, { serial: 'a6'.repeat(160) });
    honest.mark(long.certificate, 'good');
    for (const status of [307, 308])
      assert.equal((await withHabit(elsewhere(status), () => ask(long))).status?.kind, 'good', `POST ${status}`);
    assertProblem(await withHabit(elsewhere(302), () => ask(long)), 'REVOCATION', /expected status 200, found 302$/);
  });

  test('says so when it is the command that has no time left', async () => {
    const deadline = { signal: AbortSignal.abort(), remainingMs: () => 0 };
    const http = openHttp({ transport: async () => nodeTransport, environment: {}, files: disk, deadline, bundle: undefined });
    assertProblem(await ask(leaf, { http }), 'TIMEOUT', /^OCSP responder: 127\.0\.0\.1:\d+: no whole answer before the deadline$/);
  });

  test('nobody there tells nothing', async () => {
    const gone = await startOcspResponder({ ca });
    await gone.close();
    assertProblem(await ask(await leafAt(gone.url)), 'UNAVAILABLE', /^OCSP responder: 127\.0\.0\.1:\d+: nothing listens there$/);
  });

  const ways: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
    'with SHA-1': [['-rmd', 'sha1'], /expected a signature with SHA-2 .*, found ECDSAWithSHA1$/],
    'with a changed last byte': [['-badsig'], /expected a signature by "CN=ca,.*", found one that does not verify$/],
  };
  for (const [name, [options, words]] of Object.entries(ways))
    test(`an answer signed ${name} tells nothing`, async () => {
      const responder = await startOcspResponder({ ca, options });
      const other = await leafAt(responder.url);
      responder.mark(other.certificate, 'good');
      assertProblem(await ask(other).finally(() => responder.close()), 'REVOCATION', words);
    });

  test('an answer without an end tells nothing', async () => {
    const responder = await startOcspResponder({ ca, days: 'none' });
    const other = await leafAt(responder.url);
    responder.mark(other.certificate, 'good');
    assertProblem(await ask(other).finally(() => responder.close()), 'REVOCATION', /expected a next update, found none$/);
  });

  test('an answer that is over tells nothing', async () => {
    honest.mark(leaf.certificate, 'good');
    const tomorrow = new Date(Date.now() + 2 * 86_400_000);
    assertProblem(await ask(leaf, { now: () => tomorrow }), 'REVOCATION', /expected a next update at .* or later, found /);
  });

  for (const [name, options] of [
    ['by its key', ['-resp_key_id']],
    ['without certificates', ['-resp_no_certs']],
  ] as const)
    test(`believes the issuer ${name}`, async () => {
      const responder = await startOcspResponder({ ca, options });
      const other = await leafAt(responder.url);
      responder.mark(other.certificate, 'good');
      assert.equal((await ask(other).finally(() => responder.close())).status?.kind, 'good');
    });

  async function withHabit<T>(habit: OcspHabit, work: () => Promise<T>): Promise<T> {
    honest.behave(habit);
    return work().finally(() => honest.behave());
  }
});

function leafAt(url: string, change: { readonly serial?: string } = {}, more: readonly string[] = []): Promise<Holder> {
  return mintRevocable('leaf', ca, { ocsp: [url, ...more] }, change);
}

function ask({ certificate }: Holder, options: Partial<OcspOptions> = {}): Promise<OcspFindings> {
  return withDeadline(60_000, (deadline) => {
    const http = openHttp({ transport: async () => nodeTransport, environment: {}, files: disk, deadline, bundle: undefined });
    const usual = { http, now: () => new Date(), patienceMs: 30_000, checkResponder: () => Promise.reject(new Error('not to be checked')) };
    return askOcsp(certificate, ca.certificate, { ...usual, ...options });
  });
}

function assertProblem({ status, problems }: OcspFindings, code: ErrorCode, words: RegExp): void {
  assert.equal(status, undefined);
  const [problem, second] = problems;
  assert.ok(problem);
  assert.equal(second, undefined);
  assert.equal(problem.method, 'OCSP');
  assert.match(problem.error.message, words);
  assert.equal(problem.error.code, code);
}
