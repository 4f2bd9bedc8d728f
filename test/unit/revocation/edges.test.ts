// What is made of CRLs that are at hand: which of them count, and what is told of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { openRevocation } from '../../../src/revocation/ask.ts';
import { askCrls } from '../../../src/revocation/crl.ts';
import type { CrlCache } from '../../../src/revocation/crl-cache.ts';
import { element, sequence } from '../../../src/x509/asn1/der-encode.ts';
import type { CrlPair } from '../../../src/x509/crl/check.ts';
import { type Crl, parseCrl } from '../../../src/x509/crl/crl.ts';
import { type CrlDraft, invalidityDate, mintCrl } from '../../support/crl-mint.ts';
import { during, type Holder, mintCa, validFrom, validUntil } from '../../support/pki.ts';
import { mintRevocable } from '../../support/revocable.ts';

const ca = await mintCa('ca', undefined);
const crlOf = async (draft: Partial<CrlDraft> = {}): Promise<Crl> => parseCrl(await mintCrl({ ca, ...draft }), 'CRL');
const forbidden = { send: () => assert.fail('nobody is to be asked'), warm: () => undefined };
const now = () => during;

/** A cache that holds these, by their URLs. */
function holding(crls: Readonly<Record<string, CrlPair>>): CrlCache {
  return {
    obtain: async (url) => {
      const found = crls[url];
      if (found) return { crls: found, cached: true };
      throw new NotationError('UNAVAILABLE', `no ${url}`);
    },
  };
}

const leafWith = (...crl: readonly string[]): Promise<Holder> => mintRevocable('leaf', ca, { crl });
const placed = (count: number) => Array.from({ length: count }, (_, at) => `http://${at}.test/`);

describe('askCrls', () => {
  const ask = async (leaf: Holder, crls: Readonly<Record<string, CrlPair>>) =>
    askCrls(leaf.certificate, ca.certificate, { http: forbidden, now, cache: holding(crls), patienceMs: 1000 });

  test('asks for as many as eight CRLs, and for none of more', async () => {
    const base = await crlOf();
    const crls = Object.fromEntries(placed(9).map((url) => [url, { base }]));
    assert.equal((await ask(await leafWith(...placed(8)), crls)).status, 'good');
    const { status, problems } = await ask(await leafWith(...placed(9)), crls);
    assert.equal(status, 'unknown');
    assert.match(problems[0]?.error.message ?? '', /at most 8 URLs of CRLs, found 9$/);
  });

  test('tells of the delta CRL where there is one', async () => {
    const [leaf, url] = [await leafWith('http://a.test/'), 'http://a.test/'];
    const times = { thisUpdate: new Date('2026-02-01T00:00:00Z'), nextUpdate: new Date('2027-02-01T00:00:00Z') };
    const pair = { base: await crlOf(), delta: await crlOf({ number: 2, baseNumber: 1, ...times }) };
    const delta = await ask(leaf, { [url]: pair });
    assert.deepEqual('source' in delta && delta.source, { method: 'CRL', url, ...times, cached: true });
    const base = await ask(leaf, { [url]: { base: pair.base } });
    assert.deepEqual('source' in base && base.source, { method: 'CRL', url, thisUpdate: validFrom, nextUpdate: validUntil, cached: true });
  });

  test('takes CRLs for some reasons together, when they cover all', async () => {
    const leaf = await leafWith('http://a.test/', 'http://b.test/');
    const forReasons = (...bits: readonly number[]) =>
      crlOf({ extensions: [{ oid: '2.5.29.28', critical: true, value: sequence(element(0x83, Uint8Array.from(bits))) }] });
    const [first, second] = [{ base: await forReasons(0x03, 0x78) }, { base: await forReasons(0x07, 0x07, 0x80) }];
    assert.equal((await ask(leaf, { 'http://a.test/': first, 'http://b.test/': second })).status, 'good');
    const { status, problems } = await ask(leaf, { 'http://a.test/': first, 'http://b.test/': first });
    assert.equal(status, 'unknown');
    assert.deepEqual(
      problems.map(({ error }) => error.message),
      ['CRL: expected CRLs for all reasons of revocation, found some reasons that none covers'],
    );
  });

  test('believes a revocation in a CRL that does not say until when it holds', async () => {
    const leaf = await leafWith('http://a.test/');
    const base = await crlOf({ nextUpdate: 'none', entries: [{ serial: leaf.certificate.serial, reason: 1 }] });
    const status = await ask(leaf, { 'http://a.test/': { base } });
    assert.ok(status.status === 'revoked');
    assert.deepEqual([status.reason, status.source.nextUpdate], ['keyCompromise', during]);
  });
});

describe('a chain that names CRLs alone', () => {
  const url = 'http://a.test/';
  const ask = async (leaf: Holder, base: Crl, authenticSigningTime?: Date) => {
    const by = openRevocation({ http: forbidden, now, cache: holding({ [url]: { base } }), log: () => undefined });
    const chain = [leaf, ca].map(({ certificate }) => certificate);
    return (await by({ chain, ...(authenticSigningTime && { authenticSigningTime }) })).certificates[0];
  };

  test('is judged by them', async () => {
    const leaf = await leafWith(url);
    assert.deepEqual([(await ask(leaf, await crlOf()))?.status, (await ask(leaf, await crlOf()))?.problems], ['good', []]);
    assert.equal((await ask(leaf, await crlOf({ entries: [{ serial: leaf.certificate.serial }] })))?.status, 'revoked');
  });

  test('holds what was signed before the invalidity date, where an authority vouches for when (REV-014)', async () => {
    const leaf = await leafWith(url);
    const date = new Date('2026-05-01T00:00:00Z');
    const base = await crlOf({ entries: [{ serial: leaf.certificate.serial, reason: 1, extensions: [invalidityDate(date)] }] });
    const signed = (ms: number) => new Date(date.getTime() + ms);
    assert.equal((await ask(leaf, base))?.status, 'revoked');
    assert.equal((await ask(leaf, base, signed(0)))?.status, 'revoked');
    assert.equal((await ask(leaf, base, signed(-1)))?.status, 'good');
  });
});
