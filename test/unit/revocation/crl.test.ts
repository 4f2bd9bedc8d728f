// Asking CRLs that OpenSSL made, over HTTP.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import type { Http, LogLevel } from '../../../src/core/ports.ts';
import { noDeadline } from '../../../src/http/deadline.ts';
import { nodeTransport } from '../../../src/http/node.ts';
import { openHttp } from '../../../src/http/open.ts';
import { askCrls, type CrlPorts } from '../../../src/revocation/crl.ts';
import { crlCachePath, openCrlCache } from '../../../src/revocation/crl-cache.ts';
import { disk } from '../../../src/store/disk.ts';
import { writeWhole } from '../../../src/store/write.ts';
import type { CertificateStatus } from '../../../src/x509/revocation/report.ts';
import { mintCrl } from '../../support/crl-mint.ts';
import { type CrlServer, type CrlWish, crlHabits, opensslCrl, startCrlServer } from '../../support/crl-server.ts';
import { openssl } from '../../support/openssl.ts';
import { type Holder, mintCa } from '../../support/pki.ts';
import { mintRevocable } from '../../support/revocable.ts';
import { freePort } from '../../support/server.ts';

const http = openHttp({ transport: async () => nodeTransport, environment: {}, files: disk, deadline: noDeadline, bundle: undefined });
const noNetwork: Http = {
  send: async () => {
    throw new NotationError('UNAVAILABLE', 'the network is forbidden');
  },
  warm: () => undefined,
};
/** Longer than an answer takes on a loaded machine, and longer than nobody wants to wait for one that never comes. */
const [patient, impatient] = [20_000, 300];

describe('CRLs', () => {
  let server: CrlServer;
  let ca: Holder;
  let leaf: Holder;
  let folder: string;
  let said: string[];

  before(async () => {
    server = await startCrlServer();
    ca = await mintCa('CRL CA', undefined);
    leaf = await mintRevocable('CRL leaf', ca, { crl: [`${server.url}ca.crl`] });
  });
  after(() => server.close());
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'crl-cache-'));
    said = [];
    server.behave();
  });

  const log = (level: LogLevel, message: string) => said.push(`${level} ${message}`);
  const openCache = (now = () => new Date()) => openCrlCache({ folder, files: disk, write: writeWhole, now, log });
  const ask = (holder: Holder, ports: Partial<CrlPorts> = {}) =>
    askCrls(holder.certificate, ca.certificate, { http, now: () => new Date(), cache: openCache(), patienceMs: patient, ...ports });
  const publish = (wish: Partial<CrlWish> = {}, name = 'ca.crl') => server.publish(name, opensslCrl({ ca, ...wish }));
  const asked = async (work: () => Promise<unknown>) => {
    const start = server.asked.length;
    await work();
    return server.asked.slice(start);
  };

  test('a certificate that is not listed is good', async () => {
    publish({ revoked: [[ca.certificate, {}]] });
    const status = await ask(leaf);
    assert.equal(status.status, 'good');
    assert.equal(status.status === 'good' && status.source.url, `${server.url}ca.crl`);
    assert.equal(status.status === 'good' && status.source.cached, false);
  });

  test('a listed certificate is revoked, with time and reason', async () => {
    publish({
      revoked: [
        [ca.certificate, {}],
        [leaf.certificate, { reason: 'keyCompromise', at: new Date('2026-02-03T04:05:06Z') }],
      ],
    });
    const status = await ask(leaf);
    assert.equal(status.status, 'revoked');
    if (status.status !== 'revoked') return;
    assert.equal(status.reason, 'keyCompromise');
    assert.equal(status.revokedAt.toISOString(), '2026-02-03T04:05:06.000Z');
  });

  test('a certificate that names no CRL is not revocable', async () => {
    const other = await mintRevocable('no CRL', ca, {});
    const status = await ask(other);
    assert.deepEqual([status.status, 'why' in status && status.why], ['not revocable', 'no source']);
  });

  describe('that do not tell make the status unknown', () => {
    const refuses = async (ports: Partial<CrlPorts>, words: RegExp, holder = leaf) => {
      const status = await ask(holder, ports);
      assert.equal(status.status, 'unknown');
      assert.match(status.problems.map(({ error }) => `${error.code} ${error.message}`).join('\n'), words);
      assert.deepEqual(readdirSync(folder), [], 'nothing is kept');
    };

    test('expired', async () => {
      publish({ thisUpdate: new Date(Date.now() - 7_200_000), nextUpdate: new Date(Date.now() - 3_600_000) });
      await refuses({}, /^REVOCATION CRL: expected one that is valid at .*, found one that expired on /);
    });

    test('expired, when it lists the certificate on hold', async () => {
      const times = { thisUpdate: new Date(Date.now() - 7_200_000), nextUpdate: new Date(Date.now() - 3_600_000) };
      publish({ ...times, revoked: [[leaf.certificate, { reason: 'certificateHold' }]] });
      await refuses({}, /found one that expired on /);
    });

    test('made in the future', async () => {
      publish({ thisUpdate: new Date(Date.now() + 3_600_000) });
      await refuses({}, /^REVOCATION CRL: expected one made before /);
    });

    test('of another issuer', async () => {
      publish({ ca: await mintCa('another CA', undefined) });
      await refuses({}, /^REVOCATION CRL: expected it to be issued by "CN=CRL CA,.*", found "CN=another CA,/);
    });

    test('with the issuer’s name and another key', async () => {
      const key = (await mintCa('another CA', undefined)).key;
      publish({ ca: { key, certificate: (await mintCa('CRL CA', undefined, { publicKeyInfo: key.publicKeyInfo })).certificate } });
      await refuses({}, /expected a signature by certificate "CN=CRL CA,/);
    });

    for (const [habit, words] of [
      ['notFound', /^REVOCATION CRL: 127\.0\.0\.1:\d+: expected status 200, found 404$/],
      ['broken', /^UNAVAILABLE CRL: 127\.0\.0\.1:\d+: expected status 200, found 500$/],
      ['garbage', /^CERTIFICATE CRL: malformed DER/],
      ['empty', /^CERTIFICATE CRL: malformed DER/],
      ['pem', /^CERTIFICATE CRL: malformed DER/],
    ] as const)
      test(`served ${habit}`, async () => {
        publish();
        server.behave(crlHabits[habit]);
        await refuses({}, words);
      });

    test('too slow', async () => {
      server.behave(crlHabits.silent);
      await refuses({ patienceMs: impatient }, /^TIMEOUT CRL: 127\.0\.0\.1:\d+: expected an answer within 0\.3 s, found none$/);
    });

    test('where nobody listens', async () => {
      const dead = await mintRevocable('dead', ca, { crl: [`http://127.0.0.1:${await freePort()}/ca.crl`] });
      await refuses({}, /^UNAVAILABLE CRL: 127\.0\.0\.1:\d+: nothing listens there/, dead);
    });

    for (const url of ['https://127.0.0.1:1/ca.crl', 'ldap://127.0.0.1/ca.crl', 'ca.crl'])
      test(`at ${url}`, async () => {
        await refuses(
          { http: noNetwork },
          /^REVOCATION CRL: expected an http: URL, found /,
          await mintRevocable('scheme', ca, { crl: [url] }),
        );
      });

    test('behind too many redirects', async () => {
      server.behave(async (_, path) => ({ status: 302, headers: { location: path } }));
      assert.equal((await asked(() => refuses({}, /at most 10 redirects, found more/))).length, 11);
    });

    test('longer than 32 MiB', async () => {
      server.behave(async () => ({ body: new Uint8Array(32 << 20) }));
      await refuses({}, /^UNAVAILABLE CRL: 127\.0\.0\.1:\d+: expected at most 33554431 bytes, found more/);
    });

    test('in a number that no certificate has', async () => {
      const many = await mintRevocable('many', ca, { crl: Array.from({ length: 9 }, (_, index) => `${server.url}${index}.crl`) });
      assert.deepEqual(await asked(() => refuses({}, /^REVOCATION certificate: expected at most 8 URLs of CRLs, found 9/, many)), []);
    });
  });

  test('an expired CRL that lists the certificate for good still tells that it is revoked (REV-015)', async () => {
    const times = { thisUpdate: new Date(Date.now() - 7_200_000), nextUpdate: new Date(Date.now() - 3_600_000) };
    publish({ ...times, revoked: [[leaf.certificate, { reason: 'superseded' }]] });
    assert.equal((await ask(leaf)).status, 'revoked');
  });

  test('a CRL without a next update that lists the certificate tells of now', async () => {
    server.publish('ca.crl', await mintCrl({ ca, nextUpdate: 'none', entries: [{ serial: leaf.certificate.serial }] }));
    const [now, cache] = [new Date(), openCache()];
    const status = await ask(leaf, { now: () => now, cache });
    assert.equal(status.status === 'revoked' && status.source.nextUpdate, now);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a redirect is followed', async () => {
    publish({}, 'moved.crl');
    server.behave(async (crl, path) =>
      path === '/ca.crl' ? { status: 301, headers: { location: '/moved.crl' } } : { body: crl ?? new Uint8Array() },
    );
    assert.equal((await ask(leaf)).status, 'good');
  });

  test('a revocation for a later invalidity date than the authentic signing time does not count', async () => {
    publish({ revoked: [[leaf.certificate, { invalidityDate: new Date('2026-03-01T00:00:00Z') }]] });
    const signedOn = async (day: string) => (await ask(leaf, { authenticSigningTime: new Date(day) })).status;
    assert.equal(await signedOn('2026-02-28T23:59:59Z'), 'good');
    assert.equal(await signedOn('2026-03-01T00:00:00Z'), 'revoked');
    assert.equal((await ask(leaf)).status, 'revoked');
  });

  describe('several of one certificate', () => {
    let both: Holder;
    before(async () => {
      both = await mintRevocable('two CRLs', ca, { crl: [`${server.url}a.crl`, `${server.url}b.crl`] });
    });

    test('are all asked, and all must be good', async () => {
      publish({}, 'a.crl');
      publish({}, 'b.crl');
      assert.deepEqual((await asked(() => ask(both))).toSorted(), ['/a.crl', '/b.crl']);
      assert.equal((await ask(both)).status, 'good');
    });

    test('of which there may be eight', async () => {
      const eight = await mintRevocable('eight', ca, { crl: Array.from({ length: 8 }, (_, index) => `${server.url}${index}.crl`) });
      for (let index = 0; index < 8; index += 1) publish({}, `${index}.crl`);
      assert.equal((await asked(async () => assert.equal((await ask(eight)).status, 'good'))).length, 8);
    });

    test('that each cover some reasons cover all together', async () => {
      const some = (line: string) => ({
        extensions: ['issuingDistributionPoint=critical,@idp'],
        sections: `[idp]\nonlysomereasons=${line}\n`,
      });
      const reasons = [
        'keyCompromise,CACompromise',
        'affiliationChanged,superseded,cessationOfOperation,certificateHold,privilegeWithdrawn',
      ];
      publish(some(reasons[0] ?? ''), 'a.crl');
      publish(some(`${reasons[1]},AACompromise`), 'b.crl');
      assert.equal((await ask(both)).status, 'good');
      rmSync(join(folder, 'crl'), { recursive: true });
      publish(some(reasons[1] ?? ''), 'b.crl');
      const status = await ask(both);
      assert.equal(status.status, 'unknown');
      assert.deepEqual(
        status.problems.map(({ url, error }) => [url, error.code, error.message]),
        [[`${server.url}a.crl`, 'REVOCATION', 'CRL: expected CRLs for all reasons of revocation, found some reasons that none covers']],
      );
    });

    test('one that says revoked outweighs one that cannot be had', async () => {
      publish({ revoked: [[both.certificate, {}]] }, 'b.crl');
      server.behave(async (crl, path) => (path === '/a.crl' ? { status: 404 } : { body: crl ?? new Uint8Array() }));
      const status = await ask(both);
      assert.deepEqual([status.status, status.problems.length], ['revoked', 1]);
    });

    test('one that cannot be had makes the status unknown', async () => {
      publish({}, 'a.crl');
      server.behave(async (crl, path) => (path === '/b.crl' ? { status: 404 } : { body: crl ?? new Uint8Array() }));
      const status = await ask(both);
      assert.deepEqual([status.status, status.problems.map(({ url }) => url)], ['unknown', [`${server.url}b.crl`]]);
    });
  });

  describe('with delta CRLs', () => {
    const entry = (holder: Holder, reason: string, at: string) => [holder.certificate, { reason, at: new Date(at) }] as const;
    const withDelta = async (base: Partial<CrlWish>, delta: Partial<CrlWish>): Promise<CertificateStatus> => {
      publish({ number: 10, freshest: [`${server.url}delta.crl`], ...base });
      publish({ number: 11, baseNumber: 10, ...delta }, 'delta.crl');
      rmSync(join(folder, 'crl'), { recursive: true, force: true });
      return ask(leaf);
    };
    const statusOf = async (base: Partial<CrlWish>, delta: Partial<CrlWish>) => (await withDelta(base, delta)).status;

    test('the delta CRL adds a revocation', async () => {
      assert.equal(await statusOf({}, {}), 'good');
      assert.equal(await statusOf({}, { revoked: [entry(leaf, 'keyCompromise', '2026-02-01')] }), 'revoked');
    });

    test('the delta CRL says from when to when that holds', async () => {
      const [thisUpdate, nextUpdate] = [new Date('2026-11-01T00:00:00Z'), new Date('2034-01-01T00:00:00Z')];
      const status = await withDelta({}, { thisUpdate, nextUpdate });
      assert.equal(status.status, 'good');
      const { source } = status as CertificateStatus & { status: 'good' };
      assert.deepEqual([source.thisUpdate, source.nextUpdate, source.method], [thisUpdate, nextUpdate, 'CRL']);
    });

    test('a later removal lifts a hold, and nothing else', async () => {
      const removed = { revoked: [entry(leaf, 'removeFromCRL', '2026-02-02')] };
      assert.equal(await statusOf({ revoked: [entry(leaf, 'certificateHold', '2026-02-01')] }, removed), 'good');
      assert.equal(await statusOf({ revoked: [entry(leaf, 'certificateHold', '2026-02-02')] }, removed), 'revoked');
      assert.equal(await statusOf({ revoked: [entry(leaf, 'keyCompromise', '2026-02-01')] }, removed), 'revoked');
    });

    for (const [name, base, delta, words] of [
      ['a delta CRL that expired', {}, { nextUpdate: new Date(Date.now() - 30_000) }, /found one that expired on/],
      ['one without its indicator', {}, { baseNumber: undefined }, /expected a delta CRL indicator, found none/],
      ['one on a later CRL', {}, { number: 12, baseNumber: 11 }, /builds on CRL 10 or an older one, found one on 11/],
      ['one as old as its CRL', {}, { number: 10 }, /expected a number above 10, its complete CRL's, found 10/],
      ['a CRL without number', { number: 'none' }, {}, /expected a CRL number in both CRLs, found none in one/],
      [
        'another scope',
        {},
        { extensions: ['issuingDistributionPoint=critical,@idp'], sections: '[idp]\nonlyuser=TRUE\n' },
        /expected the scope of its complete CRL/,
      ],
      ['a delta CRL instead of a complete one', { baseNumber: 9 }, {}, /expected a complete CRL, found a delta CRL/],
      ['a removal in a complete CRL', { revoked: 'removal' }, {}, /reason removeFromCRL in a complete CRL/],
    ] as const)
      test(`refused: ${name}`, async () => {
        const revoked = 'revoked' in base ? { revoked: [entry(leaf, 'removeFromCRL', '2026-02-01')] } : {};
        const status = await withDelta({ ...base, ...revoked } as Partial<CrlWish>, delta as Partial<CrlWish>);
        assert.equal(status.status, 'unknown');
        assert.match(status.problems.map(({ error }) => error.message).join(), words);
      });

    test('the next place is asked when one has none', async () => {
      publish({ number: 10, freshest: [`${server.url}nowhere.crl`, `${server.url}delta.crl`] });
      publish({ number: 11, baseNumber: 10 }, 'delta.crl');
      assert.equal((await ask(leaf)).status, 'good');
    });

    test('a delta CRL that cannot be had makes the status unknown, and it is said why', async () => {
      publish({ number: 10, freshest: [`${server.url}nowhere.crl`] });
      const status = await ask(leaf);
      assert.equal(status.status, 'unknown');
      assert.match(status.problems[0]?.error.message ?? '', /expected status 200, found 404/);
    });

    test('eight places of delta CRLs are tried, and no more', async () => {
      const places = (count: number) => Array.from({ length: count }, (_, index) => `${server.url}nowhere-${index}.crl`);
      publish({ number: 10, freshest: places(8) });
      assert.equal((await asked(() => ask(leaf))).length, 9);
      publish({ number: 10, freshest: places(9) });
      assert.deepEqual(await asked(() => ask(leaf)), ['/ca.crl']);
    });

    test('a CRL that is not the issuer’s sends nobody to its delta CRL', async () => {
      publish({ ca: await mintCa('another CA', undefined), freshest: [`${server.url}delta.crl`] });
      assert.deepEqual(await asked(() => ask(leaf)), ['/ca.crl']);
    });
  });

  describe('in the cache', () => {
    const sourceOf = (status: CertificateStatus) => ('source' in status ? status.source : undefined);
    const pathOf = () => crlCachePath(folder, `${server.url}ca.crl`);

    test('are kept as notation keeps them, for the owner alone', async () => {
      publish({ number: 10, freshest: [`${server.url}delta.crl`] });
      publish({ number: 11, baseNumber: 10 }, 'delta.crl');
      await ask(leaf);
      const kept = JSON.parse(readFileSync(pathOf(), 'utf8')) as Record<string, string>;
      assert.deepEqual(Object.keys(kept), ['baseCRL', 'deltaCRL']);
      assert.match(openssl(folder, 'crl', '-inform', 'DER', '-in', write('base.crl', kept['baseCRL']), '-noout', '-crlnumber'), /0A/);
      assert.match(openssl(folder, 'crl', '-inform', 'DER', '-in', write('delta.crl', kept['deltaCRL']), '-noout', '-crlnumber'), /0B/);
      assert.deepEqual([statSync(pathOf()).mode & 0o777, statSync(join(folder, 'crl')).mode & 0o777], [0o600, 0o700]);
      assert.deepEqual(readdirSync(join(folder, 'crl')), [basename(pathOf())], 'no temporary file is left');
    });
    const write = (name: string, base64 = '') => {
      writeFileSync(join(folder, name), Buffer.from(base64, 'base64'));
      return name;
    };

    test('serve another process without the network', async () => {
      publish();
      await ask(leaf);
      const again = await ask(leaf, { http: noNetwork });
      assert.deepEqual([again.status, sourceOf(again)?.cached], ['good', true]);
      assert.deepEqual(said, []);
    });

    test('serve it with the delta CRL', async () => {
      publish({ number: 10, freshest: [`${server.url}delta.crl`] });
      publish({ number: 11, baseNumber: 10, revoked: [[leaf.certificate, {}]] }, 'delta.crl');
      await ask(leaf);
      assert.equal((await ask(leaf, { http: noNetwork })).status, 'revoked');
    });

    test('also tell of a revocation', async () => {
      publish({ revoked: [[leaf.certificate, {}]] });
      await ask(leaf);
      assert.equal((await ask(leaf, { http: noNetwork })).status, 'revoked');
    });

    test('are fetched again after their next update, without a word', async () => {
      publish({ nextUpdate: new Date(Date.now() + 60_000) });
      await ask(leaf);
      publish({ nextUpdate: new Date(Date.now() + 7_200_000) });
      const later = () => new Date(Date.now() + 3_600_000);
      assert.deepEqual(await asked(async () => assert.equal((await ask(leaf, { now: later, cache: openCache(later) })).status, 'good')), [
        '/ca.crl',
      ]);
      assert.deepEqual(said, []);
    });

    const kept = (crl: Uint8Array) => JSON.stringify({ baseCRL: Buffer.from(crl).toString('base64') });
    for (const [name, tamper] of [
      ['cut short', (content: string) => content.slice(0, 100)],
      ['no JSON', () => 'nothing'],
      ['JSON of another kind', () => '[1]'],
      ['null', () => 'null'],
      ['without a CRL', () => '{}'],
      ['with another type', () => '{"baseCRL":1}'],
      [
        'with a changed byte',
        (content: string) => kept(flipLast(Buffer.from((JSON.parse(content) as { baseCRL: string }).baseCRL, 'base64'))),
      ],
      ['with another issuer’s CRL', async () => kept(opensslCrl({ ca: await mintCa('another CA', undefined) }))],
      ['without the delta CRL that is needed', () => kept(opensslCrl({ ca, freshest: [`${server.url}delta.crl`] }))],
    ] as const)
      test(`a file ${name} is not used but fetched again, with one warning`, async () => {
        publish({ revoked: [[leaf.certificate, {}]] });
        await ask(leaf);
        writeFileSync(pathOf(), await tamper(readFileSync(pathOf(), 'utf8')));
        assert.deepEqual(await asked(async () => assert.equal((await ask(leaf)).status, 'revoked')), ['/ca.crl']);
        assert.deepEqual(said, ['warn CRL cache: a file is not used; the CRL is fetched instead']);
        assert.equal((await ask(leaf, { http: noNetwork })).status, 'revoked', 'the file is good again');
      });

    test('are fetched again after their next publication, and do where that fails (REV-016)', async () => {
      const publication = (date: Date) => {
        const digits = `${date
          .toISOString()
          .replace(/[-:T]|\.\d+Z/g, '')
          .slice(2)}Z`;
        return { extensions: [`1.3.6.1.4.1.311.21.4=ASN1:UTCTIME:${digits}`] };
      };
      publish(publication(new Date(Date.now() + 3_600_000)));
      await ask(leaf);
      assert.deepEqual(await asked(() => ask(leaf)), []);
      rmSync(join(folder, 'crl'), { recursive: true });
      publish(publication(new Date(Date.now() - 3_600_000)));
      await ask(leaf);
      const offline = await ask(leaf, { http: noNetwork });
      assert.deepEqual([offline.status, sourceOf(offline)?.cached], ['good', true]);
      publish({ revoked: [[leaf.certificate, {}]] });
      assert.deepEqual(await asked(async () => assert.equal((await ask(leaf)).status, 'revoked')), ['/ca.crl']);
      assert.deepEqual(said, []);
    });

    test('a file whose delta CRL is null is one without', async () => {
      publish();
      mkdirSync(join(folder, 'crl'));
      writeFileSync(pathOf(), kept(opensslCrl({ ca })).replace('}', ',"deltaCRL":null}'));
      assert.equal((await ask(leaf, { http: noNetwork })).status, 'good');
      writeFileSync(pathOf(), kept(opensslCrl({ ca })).replace('}', ',"deltaCRL":1}'));
      assert.equal((await ask(leaf, { http: noNetwork })).status, 'unknown');
      assert.deepEqual(said, ['warn CRL cache: a file is not used; the CRL is fetched instead']);
    });

    test('a forged file never makes a certificate good', async () => {
      const forger = await mintCa('CRL CA', undefined, {}, 'EC-384');
      mkdirSync(join(folder, 'crl'));
      writeFileSync(pathOf(), kept(opensslCrl({ ca: forger })));
      assert.equal((await ask(leaf, { http: noNetwork })).status, 'unknown');
    });

    test('a folder that cannot be written is no failure', async () => {
      publish();
      writeFileSync(join(folder, 'crl'), 'a file in the way');
      assert.equal((await ask(leaf)).status, 'good');
      assert.deepEqual(said.length, 1);
      assert.match(said[0] ?? '', /^warn CRL cache: a file /);
    });

    test('are fetched and checked once in a process, however many ask', async () => {
      publish();
      const cache = openCache();
      const others = await Promise.all(
        Array.from({ length: 20 }, (_, index) => mintRevocable(`leaf ${index}`, ca, { crl: [`${server.url}ca.crl`] })),
      );
      const paths = await asked(async () => {
        const all = await Promise.all(others.map((one) => ask(one, { cache })));
        assert.ok(all.every(({ status }) => status === 'good'));
        rmSync(join(folder, 'crl'), { recursive: true });
        assert.equal((await ask(leaf, { cache, http: noNetwork })).status, 'good');
      });
      assert.deepEqual(paths, ['/ca.crl']);
    });

    test('of one URL are each issuer’s own', async () => {
      publish();
      const other = await mintCa('another CA', undefined);
      const theirs = await mintRevocable('theirs', other, { crl: [`${server.url}ca.crl`] });
      const cache = openCache();
      assert.equal((await ask(leaf, { cache })).status, 'good');
      const status = await askCrls(theirs.certificate, other.certificate, { http, now: () => new Date(), cache, patienceMs: patient });
      assert.equal(status.status, 'unknown');
    });

    test('remember for a while that a server does not answer', async () => {
      server.behave(crlHabits.broken);
      const start = Date.now();
      let now = new Date(start);
      const cache = openCache(() => now);
      const requests = async () => (await asked(async () => assert.equal((await ask(leaf, { cache })).status, 'unknown'))).length;
      assert.deepEqual([await requests(), await requests()], [1, 0]);
      now = new Date(start + 11_000);
      assert.equal(await requests(), 1);
    });

    test('without a folder are in memory only', async () => {
      publish();
      const cache = openCrlCache({ files: disk, write: writeWhole, now: () => new Date(), log });
      assert.equal((await ask(leaf, { cache })).status, 'good');
      assert.equal((await ask(leaf, { cache, http: noNetwork })).status, 'good');
    });
  });
});

function flipLast(bytes: Buffer): Buffer {
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes;
}
