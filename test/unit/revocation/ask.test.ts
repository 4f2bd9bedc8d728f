// Chains before responders and CRLs that OpenSSL answers for.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { noDeadline } from '../../../src/http/deadline.ts';
import { nodeTransport } from '../../../src/http/node.ts';
import { openHttp } from '../../../src/http/open.ts';
import { openRevocation, type RevocationOptions } from '../../../src/revocation/ask.ts';
import { openCrlCache } from '../../../src/revocation/crl-cache.ts';
import { disk } from '../../../src/store/disk.ts';
import type { AskRevocation, CertificateStatus, RevocationReport } from '../../../src/x509/revocation/report.ts';
import { type CrlServer, crlHabits, opensslCrl, startCrlServer } from '../../support/crl-server.ts';
import { type OcspResponder, startOcspResponder } from '../../support/ocsp-responder.ts';
import { type Holder, mintCa, mintChain } from '../../support/pki.ts';
import { mintResponder, mintRevocable, mintRevocableCa } from '../../support/revocable.ts';

const http = openHttp({ transport: async () => nodeTransport, environment: {}, files: disk, deadline: noDeadline, bundle: undefined });
/** Longer than an answer takes on a loaded machine. */
const patient = 30_000;
const minute = 60_000;

describe('openRevocation', () => {
  let rootResponder: OcspResponder;
  let responder: OcspResponder;
  let crls: CrlServer;
  /** The intermediate has one responder, the leaf has another and a CRL. */
  let chain: readonly [leaf: Holder, intermediate: Holder, root: Holder];
  let warnings: string[];

  before(async () => {
    const root = await mintCa('root', undefined);
    rootResponder = await startOcspResponder({ ca: root });
    const intermediate = await mintRevocableCa('intermediate', root, { ocsp: [rootResponder.url] });
    [responder, crls] = await Promise.all([startOcspResponder({ ca: intermediate }), startCrlServer()]);
    chain = [await mintRevocable('leaf', intermediate, { ocsp: [responder.url], crl: [`${crls.url}ca.crl`] }), intermediate, root];
  });
  after(() => Promise.all([rootResponder, responder, crls].map((one) => one.close())));
  beforeEach(() => {
    warnings = [];
    for (const one of [rootResponder, responder]) one.behave();
    crls.behave();
    const [leaf, intermediate] = chain;
    responder.mark(leaf.certificate, 'good');
    rootResponder.mark(intermediate.certificate, 'good');
    crls.publish('ca.crl', opensslCrl({ ca: intermediate }));
  });

  function open(options: Partial<RevocationOptions> = {}): AskRevocation {
    const { now = () => new Date() } = options;
    const log: RevocationOptions['log'] = (level, message) => void (level === 'warn' && warnings.push(message));
    const cache = openCrlCache({ files: disk, write: async () => undefined, now, log });
    return openRevocation({ http, now, cache, ocspPatienceMs: patient, crlPatienceMs: patient, log, ...options });
  }

  const ask = (holders: readonly Holder[] = chain, options: Partial<RevocationOptions> = {}, authenticSigningTime?: Date) =>
    askBy(open(options), holders, authenticSigningTime);
  const askBy = (by: AskRevocation, holders: readonly Holder[], authenticSigningTime?: Date) =>
    by({ chain: holders.map(({ certificate }) => certificate), ...(authenticSigningTime && { authenticSigningTime }) });
  /** How often anybody was asked. */
  const requests = () => rootResponder.asked.length + responder.asked.length + crls.asked.length;

  test('a chain that names no source cannot be revoked, and nobody is asked', async () => {
    const forbidden = { send: () => assert.fail('nobody is to be asked'), warm: () => undefined };
    const { verdict, certificates } = await ask(await mintChain(), { http: forbidden });
    assert.equal(verdict, 'good');
    assert.deepEqual(
      certificates.map((one) => one.status === 'not revocable' && one.why),
      ['no source', 'no source', 'root'],
    );
    assert.equal(warnings.length, 2);
    assert.match(warnings[0] ?? '', /^certificate "CN=leaf,.*" names no source of revocation: it cannot be revoked$/);
  });

  test('OCSP comes first, and a CRL is not asked for what it tells', async () => {
    const before = crls.asked.length;
    const report = await ask();
    assert.deepEqual(summary(report), ['good', 'good OCSP', 'good OCSP', 'not revocable']);
    assert.equal(crls.asked.length, before);
  });

  const useless = {
    'does not know the certificate': () => responder.mark(chain[0].certificate, 'unknown'),
    'is out of order': () => responder.behave(async () => ({ status: 500 })),
    'never answers': () => responder.behave(async () => 'silence'),
    'answers nonsense': () => responder.behave(async () => ({ body: Buffer.from('no') })),
  };
  for (const [name, spoil] of Object.entries(useless))
    test(`the CRL tells when the responder ${name}`, async () => {
      spoil();
      const patience = { ocspPatienceMs: name === 'never answers' ? 300 : patient };
      const report = await ask(chain, patience);
      assert.deepEqual(summary(report), ['good', 'good CRL', 'good OCSP', 'not revocable']);
      assert.deepEqual(methodsOf(report.certificates[0]), ['OCSP']);
      crls.publish('ca.crl', opensslCrl({ ca: chain[1], revoked: [[chain[0].certificate, { reason: 'superseded' }]] }));
      assert.deepEqual(summary(await ask(chain, patience)), ['revoked', 'revoked CRL', 'good OCSP', 'not revocable']);
      crls.behave(crlHabits.notFound);
      const unknown = await ask(chain, patience);
      assert.deepEqual(summary(unknown), ['unknown', 'unknown', 'good OCSP', 'not revocable']);
      assert.deepEqual(methodsOf(unknown.certificates[0]), ['OCSP', 'CRL']);
    });

  test('what only a CRL tells is asked of it alone', async () => {
    const [, intermediate, root] = chain;
    const listed = await mintRevocable('listed', intermediate, { crl: [`${crls.url}ca.crl`] });
    const start = responder.asked.length;
    const holders = [listed, intermediate, root];
    assert.deepEqual(summary(await ask(holders)), ['good', 'good CRL', 'good OCSP', 'not revocable']);
    crls.publish('ca.crl', opensslCrl({ ca: intermediate, revoked: [[listed.certificate, {}]] }));
    assert.deepEqual(summary(await ask(holders)), ['revoked', 'revoked CRL', 'good OCSP', 'not revocable']);
    assert.equal(responder.asked.length, start);
  });

  test('what only a responder tells is unknown without it', async () => {
    rootResponder.behave(async () => ({ status: 500 }));
    assert.deepEqual(summary(await ask()), ['unknown', 'good OCSP', 'unknown', 'not revocable']);
  });

  test('a revocation outweighs what is unknown', async () => {
    responder.behave(async () => ({ status: 500 }));
    crls.behave(crlHabits.broken);
    rootResponder.mark(chain[1].certificate, { reason: 'cACompromise' });
    assert.deepEqual(summary(await ask()), ['revoked', 'unknown', 'revoked OCSP', 'not revocable']);
  });

  test('the log tells who said what, and who did not', async () => {
    responder.behave(async () => ({ status: 500 }));
    const lines: string[] = [];
    await ask(chain, { log: (level, message, facts) => void lines.push(`${level} ${message} ${JSON.stringify(facts)}`) });
    const words = [
      /^debug a source of revocation did not tell .*CN=leaf.*"method":"OCSP","url":"http:.*found 500"/,
      /^debug revocation .*CN=leaf.*"status":"good","method":"CRL","url":"http:.*ca\.crl"/,
      /^debug revocation .*CN=intermediate.*"status":"good","method":"OCSP"/,
      /^debug revocation .*CN=root.*"status":"not revocable"\}$/,
    ];
    for (const [index, expected] of words.entries()) assert.match(lines[index] ?? '', expected);
    assert.equal(lines.length, words.length);
  });

  test('all certificates are asked about at the same time', async () => {
    const both = barrier(2);
    for (const one of [responder, rootResponder])
      one.behave(async (answer) => {
        await both();
        return { body: await answer() };
      });
    assert.equal((await ask()).verdict, 'good');
  });

  test('a revocation for a later invalidity date does not count, where an authority vouches for the time', async () => {
    const invalidityDate = new Date('2026-03-01T00:00:00Z');
    responder.mark(chain[0].certificate, { invalidityDate, at: new Date('2026-04-01T00:00:00Z') });
    const by = open();
    const at = async (milliseconds?: number) => {
      const { certificates } = await askBy(
        by,
        chain,
        milliseconds === undefined ? undefined : new Date(invalidityDate.getTime() + milliseconds),
      );
      return certificates[0];
    };
    assert.equal((await at(-1))?.status, 'good');
    assert.equal((await at(0))?.status, 'revoked');
    assert.equal((await at(1))?.status, 'revoked');
    const told = await at();
    assert.ok(told?.status === 'revoked');
    assert.deepEqual(
      [told.reason, told.revokedAt, told.invalidityDate],
      ['keyCompromise', new Date('2026-04-01T00:00:00Z'), invalidityDate],
    );
    responder.mark(chain[0].certificate, { at: new Date('2026-04-01T00:00:00Z') });
    assert.equal((await ask(chain, {}, new Date('2026-01-01T00:00:00Z'))).certificates[0]?.status, 'revoked');
  });

  test('what is known is asked once, by all who ask at the same time and later', async () => {
    const by = open();
    const start = requests();
    await Promise.all([askBy(by, chain), askBy(by, chain)]);
    await askBy(by, chain);
    assert.equal(requests() - start, 2);
  });

  test('what is known is asked again after ten minutes, and when it is over', async () => {
    let time = Date.now();
    const by = open({ now: () => new Date(time) });
    const asked = async (milliseconds: number) => {
      const start = requests();
      time += milliseconds;
      await askBy(by, chain);
      return requests() - start;
    };
    assert.deepEqual([await asked(0), await asked(9 * minute), await asked(2 * minute)], [2, 0, 2]);
    // The answers end a day after they were made.
    time = Date.now() + 24 * 60 * minute - minute;
    assert.deepEqual([await asked(0), await asked(minute / 2), await asked(minute)], [2, 0, 3]);
  });

  test('a failure is not kept', async () => {
    let time = Date.now();
    const by = open({ now: () => new Date(time) });
    rootResponder.behave(async () => ({ status: 500 }));
    assert.equal((await askBy(by, chain)).verdict, 'unknown');
    rootResponder.behave();
    time += 1;
    assert.equal((await askBy(by, chain)).verdict, 'good');
  });

  test('a failure is believed for as long as it took to find out', async () => {
    let time = Date.now();
    const by = open({ now: () => new Date(time) });
    rootResponder.behave(async () => {
      time += 2000;
      return { status: 500 };
    });
    const asked = async (milliseconds: number) => {
      const start = rootResponder.asked.length;
      time += milliseconds;
      await askBy(by, chain);
      return rootResponder.asked.length - start;
    };
    assert.deepEqual([await asked(0), await asked(2000), await asked(1)], [1, 0, 1]);
  });

  test('two certificates of one serial number are two', async () => {
    const [leaf, intermediate, root] = chain;
    const twin = await mintRevocable('twin', intermediate, { ocsp: [responder.url] }, { serial: leaf.certificate.serial });
    const by = open();
    const start = responder.asked.length;
    await askBy(by, chain);
    await askBy(by, [twin, intermediate, root]);
    assert.equal(responder.asked.length - start, 2);
  });

  describe('a responder that must be checked itself', () => {
    const cases = [
      ['is believed when its CRL does not list it', 'good', [] as string[]],
      ['is not believed when its CRL lists it', 'unknown', ['to be revoked']],
      ['is not believed when its CRL is not to be had', 'unknown', undefined],
    ] as const;
    for (const [name, expected, revoked] of cases)
      test(name, async (t) => {
        const [, , root] = chain;
        const signer = await mintResponder('responder', root, { nocheck: false, crlUrls: [`${crls.url}responder.crl`] });
        const delegated = await startOcspResponder({ ca: root, responder: signer });
        t.after(() => delegated.close());
        const leaf = await mintRevocable('leaf', root, { ocsp: [delegated.url] });
        delegated.mark(leaf.certificate, 'good');
        const listed = revoked?.map(() => [signer.certificate, {}] as const) ?? [];
        crls.publish('responder.crl', opensslCrl({ ca: root, revoked: listed }));
        if (revoked === undefined) crls.behave(crlHabits.notFound);
        const report = await ask([leaf, root]);
        assert.equal(report.verdict, expected);
        const [problem] = report.certificates[0]?.problems ?? [];
        if (expected === 'good') assert.equal(problem, undefined);
        else
          assert.match(
            problem?.error.message ?? '',
            /^OCSP response: expected its signer "CN=responder,.*" not to be revoked, found that (it is|this cannot be told: .+)$/,
          );
      });

    test('is believed when it names no CRL', async (t) => {
      const [, , root] = chain;
      const delegated = await startOcspResponder({ ca: root, responder: await mintResponder('responder', root, { nocheck: false }) });
      t.after(() => delegated.close());
      const leaf = await mintRevocable('leaf', root, { ocsp: [delegated.url] });
      delegated.mark(leaf.certificate, 'good');
      assert.equal((await ask([leaf, root])).verdict, 'good');
    });
  });

  test('what is no chain up to a root is refused', async () => {
    const [leaf, intermediate, root] = chain;
    const words: readonly (readonly [readonly Holder[], RegExp])[] = [
      [[], /^revocation: expected certificates, found none$/],
      [[leaf], /^revocation: expected the issuer of "CN=leaf,.*" next, found none$/],
      [[leaf, intermediate], /^revocation: expected the issuer of "CN=intermediate,.*" next, found none$/],
      [[leaf, root], /^revocation: expected the issuer of "CN=leaf,.*" next, found "CN=root,.*"$/],
    ];
    for (const [holders, expected] of words)
      await assert.rejects(
        ask(holders),
        (error) => error instanceof NotationError && error.code === 'CERTIFICATE' && expected.test(error.message),
      );
  });
});

/** The verdict, and for each certificate its status and who told it. */
function summary({ verdict, certificates }: RevocationReport): readonly string[] {
  return [verdict, ...certificates.map((one) => ('source' in one ? `${one.status} ${one.source.method}` : one.status))];
}

function methodsOf(status: CertificateStatus | undefined): readonly string[] {
  return status?.problems.map(({ method }) => method) ?? [];
}

/** Lets nobody through before all are there. */
function barrier(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return () => {
    waiting += 1;
    if (waiting === count) resolve();
    return promise;
  };
}
