// A timestamp authority of every bad habit; its tokens are OpenSSL's, and so are good or bad as those of real authorities.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { equalBytes } from '../../../src/core/bytes.ts';
import { type ErrorCode, NotationError } from '../../../src/core/error.ts';
import type { Http } from '../../../src/core/ports.ts';
import { withDeadline } from '../../../src/http/deadline.ts';
import { nodeTransport } from '../../../src/http/node.ts';
import { openHttp } from '../../../src/http/open.ts';
import { disk } from '../../../src/store/disk.ts';
import { openTimestamper, type TimestamperOptions } from '../../../src/timestamp/authority.ts';
import { makeTimestampRequest } from '../../../src/timestamp/request.ts';
import { readSequence, tag } from '../../../src/x509/asn1/der.ts';
import { bitString, boolean, element, integer, octetString, sequence, utf8String } from '../../../src/x509/asn1/der-encode.ts';
import { encodeHashAlgorithm } from '../../../src/x509/signature-algorithm.ts';
import { parseTimestampToken } from '../../../src/x509/timestamp/token.ts';
import type { Answer, Reply } from '../../support/answering.ts';
import { type Holder, mintCa, mintChain, mintLeaf } from '../../support/pki.ts';
import { opensslReply, startTsa, type Tsa } from '../../support/tsa.ts';

const signature = Buffer.from('the signature value of an envelope');
const chain = await mintChain({ purpose: 'timestamping' });
const foreignRoot = await mintCa('foreign root', undefined);
const foreign = [await mintLeaf('leaf', foreignRoot, {}, 'EC-256', 'timestamping'), foreignRoot];
const expired = await mintChain({ purpose: 'timestamping', changes: [{ notAfter: new Date('2025-06-01') }] });
const rootOf = (holders: readonly Holder[]) => (holders.at(-1) as Holder).certificate;

const reply = (query: Uint8Array, holders = chain, settings = {}): Reply => ({ body: opensslReply(query, holders, settings) });
const whole = (query: Uint8Array) => opensslReply(query, chain);

let answer: Answer = async (query) => reply(query);

describe('openTimestamper', () => {
  let tsa: Tsa;
  let elsewhere: Tsa;
  before(async () => {
    tsa = await startTsa(rootOf(chain), (query, request) => answer(query, request));
    elsewhere = await startTsa(rootOf(chain), (query, request) => answer(query, request));
  });
  after(async () => {
    await tsa.stop();
    await elsewhere.stop();
  });

  /** Stamps with an authority that answers so. */
  async function stamp(wanted: Answer, options: Partial<TimestamperOptions> = {}): Promise<Uint8Array> {
    answer = wanted;
    return withDeadline(60_000, (deadline) => {
      const http = openHttp({ transport: async () => nodeTransport, environment: {}, files: disk, deadline, bundle: undefined });
      return openTimestamper({ url: tsa.url, root: rootOf(chain), http, ...options }).stamp(signature, 'SHA-384');
    });
  }

  test('answers the token as it came', async () => {
    let sent: Uint8Array = new Uint8Array();
    const token = await stamp(async (query) => {
      sent = whole(query);
      return { body: sent };
    });
    assert.ok(equalBytes(token, sent.subarray(sent.length - token.length)));
    const { info, certificates } = parseTimestampToken(token);
    assert.deepEqual(info.imprint, { hash: 'SHA-384', digest: createHash('sha384').update(signature).digest() });
    assert.equal(certificates.length, chain.length);
  });

  test('asks as RFC 3161 says', async () => {
    let request: IncomingMessage | undefined;
    const queries: Uint8Array[] = [];
    for (const _ of [1, 2])
      await stamp(async (query, asked) => {
        request = asked;
        queries.push(query);
        return reply(query);
      });
    assert.equal(request?.method, 'POST');
    assert.equal(request?.headers['content-type'], 'application/timestamp-query');
    assert.equal(request?.headers.authorization, undefined);
    const [first, second] = queries.map(readQuery);
    assert.deepEqual(first?.imprint, imprint('SHA-384'));
    assert.equal(first?.nonce.length, 20);
    assert.notDeepEqual(first?.nonce, second?.nonce);
  });

  test('gives the credentials of the URL to that origin alone', async () => {
    const seen: (string | undefined)[] = [];
    const redirects = [`${elsewhere.url}there`, `${tsa.url}here`];
    const url = tsa.url.replace('//', '//me:hunter%202@');
    await stamp(
      async (query, { headers, url: path }) => {
        seen.push(`${path} ${headers.authorization ?? 'nobody'}`);
        const location = redirects.pop();
        return location === undefined ? reply(query) : { status: 307, headers: { location } };
      },
      { url },
    );
    const basic = `Basic ${Buffer.from('me:hunter 2').toString('base64')}`;
    assert.deepEqual(seen, [`/ ${basic}`, `/here ${basic}`, '/there nobody']);
  });

  test('asks about revocation when it can, with the chain and the time of the token', async () => {
    const asked: number[] = [];
    const revoked = new NotationError('TIMESTAMP', 'revoked');
    const checkRevocation: TimestamperOptions['checkRevocation'] = async (certificates, at) => {
      asked.push(certificates.length, at.getTime());
      throw revoked;
    };
    await assert.rejects(
      stamp(async (query) => reply(query), { checkRevocation }),
      revoked,
    );
    assert.equal(asked[0], chain.length);
  });

  const granted = sequence(integer(0));
  const rejection = (...parts: readonly Uint8Array[]): Reply => ({ body: sequence(sequence(integer(2), ...parts)) });
  const failInfo = (...bytes: readonly number[]) => bitString(Uint8Array.from(bytes));

  const faults: Readonly<Record<string, readonly [Answer, ErrorCode, RegExp]>> = {
    'another nonce': [
      async (query) => reply(makeQuery({ ...readQuery(query), nonce: Uint8Array.of(1) })),
      'TIMESTAMP',
      /^timestamp response: expected the nonce [0-9a-f]{40}, found 01: the answer is to another request$/,
    ],
    'no nonce': [
      async (query) => reply(makeQuery({ ...readQuery(query), nonce: undefined })),
      'TIMESTAMP',
      /expected the nonce [0-9a-f]{40}, found none/,
    ],
    'another imprint': [
      async (query) => reply(makeQuery({ ...readQuery(query), imprint: imprint('SHA-384', Buffer.from('other')) })),
      'TIMESTAMP',
      /expected the message imprint [0-9a-f]{96}, found [0-9a-f]{96}/,
    ],
    'another hash': [
      async (query) => reply(makeQuery({ ...readQuery(query), imprint: imprint('SHA-256') })),
      'TIMESTAMP',
      /expected a message imprint with SHA-384, found SHA-256/,
    ],
    'a request that OpenSSL rejects': [
      async (query) => reply(query, chain, { digests: 'sha256' }),
      'TIMESTAMP',
      /^timestamp response: expected the timestamp to be granted, found status rejection \(badAlg\): "Message digest algorithm is not supported"$/,
    ],
    'a rejection without reasons': [async () => rejection(), 'TIMESTAMP', /found status rejection$/],
    'a rejection with several': [
      async () => rejection(sequence(utf8String('no\u001b[31m clock'), utf8String('no luck')), failInfo(0x20, 0x02, 0x00, 0x40)),
      'TIMESTAMP',
      /found status rejection \(badRequest, timeNotAvailable, systemFailure\): "no \[31m clock", "no luck"$/,
    ],
    'a status that nobody knows': [async () => ({ body: sequence(sequence(integer(9))) }), 'TIMESTAMP', /found status 9$/],
    waiting: [async () => ({ body: sequence(sequence(integer(3))) }), 'TIMESTAMP', /found status waiting$/],
    'a granted nothing': [async () => ({ body: sequence(granted) }), 'TIMESTAMP', /expected a timestamp token in the answer, found none/],
    'a token of another root': [async (query) => reply(query, foreign), 'TIMESTAMP', /expected a chain from certificate "CN=leaf/],
    'an expired certificate': [async (query) => reply(query, expired), 'TIMESTAMP', /expired on 2025-06-01/],
    'no certificates': [
      async (query) => reply(makeQuery({ ...readQuery(query), certReq: false })),
      'TIMESTAMP',
      /expected the signing certificate, .* found 0 others/,
    ],
    'no intermediate': [
      async (query) => reply(query, [chain[0] as Holder, chain[2] as Holder]),
      'TIMESTAMP',
      /found none through its issuer "CN=intermediate 1/,
    ],
    'a signing certificate by SHA-1': [
      async (query) => reply(query, chain, { ess_cert_id_alg: 'sha1' }),
      'TIMESTAMP',
      /signed attribute signing certificate v2 .*, found none/,
    ],
    'a signature with SHA-1': [
      async (query) => reply(query, chain, { signer_digest: 'sha1' }),
      'TIMESTAMP',
      /expected a digest with SHA-256, SHA-384 or SHA-512, found another/,
    ],
    'truncated DER': [
      async (query) => ({ body: whole(query).subarray(0, 500) }),
      'TIMESTAMP',
      /^timestamp response: malformed DER: expected \d+ bytes/,
    ],
    'bytes after the answer': [
      async (query) => ({ body: Buffer.concat([whole(query), Buffer.from('\n')]) }),
      'TIMESTAMP',
      /^timestamp response: malformed DER: expected the end, found 1 trailing bytes/,
    ],
    garbage: [async () => ({ body: Buffer.from('<html>no</html>') }), 'TIMESTAMP', /^timestamp response: malformed DER/],
    nothing: [async () => ({}), 'TIMESTAMP', /^timestamp response: malformed DER/],
    'another content type': [
      async (query) => ({ ...reply(query), headers: { 'content-type': 'text/html' } }),
      'TIMESTAMP',
      /^timestamp: 127\.0\.0\.1:\d+: expected an answer of type application\/timestamp-reply, found "text\/html"$/,
    ],
    'a content type with parameters': [
      async (query) => ({ ...reply(query), headers: { 'content-type': 'application/timestamp-reply; charset=binary' } }),
      'TIMESTAMP',
      /found "application\/timestamp-reply; charset=binary"/,
    ],
    'no content type': [async (query) => ({ ...reply(query), headers: {} }), 'TIMESTAMP', /application\/timestamp-reply, found "none"/],
    'status 404': [async () => ({ status: 404 }), 'TIMESTAMP', /^timestamp: 127\.0\.0\.1:\d+: expected status 200, found 404$/],
    'status 201': [async (query) => ({ ...reply(query), status: 201 }), 'TIMESTAMP', /expected status 200, found 201/],
    'status 302': [async () => ({ status: 302, headers: { location: '/' } }), 'TIMESTAMP', /expected status 200, found 302/],
    'status 401': [async () => ({ status: 401 }), 'ACCESS_DENIED', /expected status 200, found 401/],
    'status 403': [async () => ({ status: 403 }), 'ACCESS_DENIED', /expected status 200, found 403/],
    'status 429': [async () => ({ status: 429 }), 'THROTTLED', /expected status 200, found 429/],
    'status 503': [async () => ({ status: 503 }), 'UNAVAILABLE', /expected status 200, found 503/],
    'a redirect for ever': [
      async () => ({ status: 308, headers: { location: '/' } }),
      'TIMESTAMP',
      /expected at most 10 redirects, found more/,
    ],
    'a redirect to nowhere': [async () => ({ status: 307 }), 'TIMESTAMP', /expected a redirect to an http: or https: URL, found another/],
    'a redirect to a file': [
      async () => ({ status: 307, headers: { location: 'file:///etc/passwd' } }),
      'TIMESTAMP',
      /expected a redirect to an http: or https: URL, found another/,
    ],
    'an answer that is too long': [
      async () => ({ body: Buffer.alloc((1 << 20) + 1) }),
      'UNAVAILABLE',
      /^timestamp: 127\.0\.0\.1:\d+: expected at most 1048576 bytes, found more$/,
    ],
  };
  for (const [name, [wanted, code, words]] of Object.entries(faults))
    test(`refuses ${name}`, async () => {
      await assert.rejects(stamp(wanted), isError(code, words));
    });

  test('follows ten redirects', async () => {
    let asked = 0;
    const wanted: Answer = async (query) => {
      asked += 1;
      return asked > 10 ? reply(query) : { status: 308, headers: { location: `/${asked}` } };
    };
    await stamp(wanted);
    asked = -1;
    await assert.rejects(stamp(wanted), isError('TIMESTAMP', /at most 10 redirects, found more/));
  });

  test('refuses to go on without TLS', async () => {
    const urls: string[] = [];
    const http: Http = {
      send: async ({ url }) => {
        urls.push(url);
        return { status: 307, headers: { location: 'http://tsa.example/' }, body: new Uint8Array() };
      },
      warm: () => undefined,
    };
    const words = /^timestamp: tsa\.example: expected a redirect to another https: URL, found one to http:$/;
    await assert.rejects(
      stamp(async () => 'silence', { url: 'https://tsa.example/', http }),
      isError('TIMESTAMP', words),
    );
    assert.deepEqual(urls, ['https://tsa.example/']);
  });

  test('refuses silence, after its patience', async () => {
    const words = /^timestamp: 127\.0\.0\.1:\d+: expected an answer within 0\.1 s, found none$/;
    await assert.rejects(
      stamp(async () => 'silence', { patienceMs: 100 }),
      isError('TIMEOUT', words),
    );
  });

  test('refuses nobody there', async () => {
    const dead = await startTsa(rootOf(chain), async () => 'silence');
    await dead.stop();
    await assert.rejects(
      stamp(async () => 'silence', { url: dead.url }),
      isError('UNAVAILABLE', /^timestamp: 127\.0\.0\.1:\d+: nothing listens there$/),
    );
  });

  for (const url of ['', 'tsa.example', 'ftp://tsa.example/', 'file:///tsa', 'http://', 'http://me:%zz@tsa.example/'])
    test(`refuses the URL ${JSON.stringify(url)}`, async () => {
      await assert.rejects(
        stamp(async () => 'silence', { url }),
        isError('CONFIG', /^timestamp URL: expected an http: or https: URL/),
      );
    });

  test('refuses to have nothing timestamped', () => {
    assert.throws(() => makeTimestampRequest(new Uint8Array(), 'SHA-256'), isError('TIMESTAMP', /found no bytes/));
  });
});

interface Query {
  readonly imprint: Uint8Array;
  readonly nonce: Uint8Array | undefined;
  readonly certReq?: boolean;
}

function readQuery(query: Uint8Array): Query & { readonly nonce: Uint8Array } {
  return readSequence(query, 'query', (fields) => {
    assert.equal(fields.smallInteger(), 1);
    const imprint = fields.read(tag.sequence).der;
    const nonce = fields.integer();
    assert.equal(fields.boolean(), true);
    return { imprint, nonce };
  });
}

function makeQuery({ imprint, nonce, certReq = true }: Query): Uint8Array {
  return sequence(integer(1), imprint, ...(nonce ? [element(tag.integer, nonce)] : []), ...(certReq ? [boolean(true)] : []));
}

function imprint(hash: 'SHA-256' | 'SHA-384', message: Uint8Array = signature): Uint8Array {
  return sequence(encodeHashAlgorithm(hash), octetString(createHash(hash).update(message).digest()));
}

function isError(code: ErrorCode, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.match(error.message, words);
    assert.equal(error.code, code);
    return true;
  };
}
