// What CRLs of every shape say, and which of them say nothing: rule by rule, beside the vectors of others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { element, nullValue, sequence } from '../../../../src/x509/asn1/der-encode.ts';
import { type CrlQuestion, checkBaseCrl, checkDeltaCrl, endOfCrls, judgeCrls } from '../../../../src/x509/crl/check.ts';
import { type Crl, freshestCrlOid, parseCrl } from '../../../../src/x509/crl/crl.ts';
import { allReasons, type DistributionPoint } from '../../../../src/x509/crl/distribution-point.ts';
import { basicConstraints, keyUsage } from '../../../../src/x509/issue/issue.ts';
import { type CrlDraft, type EntryDraft, invalidityDate, mintCrl } from '../../../support/crl-mint.ts';
import { during, type Holder, keyOf, mintCa, mintLeaf } from '../../../support/pki.ts';
import { crlDistributionPoints } from '../../../support/revocable.ts';

const ca = await mintCa('ca', undefined);
const issuer = ca.certificate;
const certifying = await mintCa('ca', undefined, { extensions: [basicConstraints(true), keyUsage(['keyCertSign'])] });
const leaf = (await mintLeaf('leaf', ca)).certificate;
const authority = (await mintCa('intermediate', ca)).certificate;
const freshest = { ...crlDistributionPoints(['http://delta.test/']), oid: freshestCrlOid };
const fresh = (await mintLeaf('fresh', ca, { extensions: [freshest] })).certificate;
const unread = { oid: '1.2.3', critical: true, value: nullValue() };

const crlOf = async (draft: Partial<CrlDraft> = {}) => parseCrl(await mintCrl({ ca, ...draft }), 'CRL');
const deltaOf = (draft: Partial<CrlDraft> = {}) => crlOf({ number: 2, baseNumber: 1, ...draft });
const after = (ms: number) => new Date(during.getTime() + ms);

const named = (...urls: readonly string[]) => element(0xa0, element(0xa0, ...urls.map((url) => element(0x86, Buffer.from(url)))));
const place = named('http://a.test/');
const point: DistributionPoint = {
  urls: ['http://a.test/'],
  names: [element(0x86, Buffer.from('http://a.test/'))],
  reasons: allReasons,
  foreign: false,
};
const elsewhere = { ...point, names: [element(0x86, Buffer.from('http://b.test/'))] };

/** An IssuingDistributionPoint of these fields. */
function scoped(...fields: readonly Uint8Array[]): Partial<CrlDraft> {
  return { extensions: [{ oid: '2.5.29.28', critical: true, value: sequence(...fields) }] };
}

const flagged = (number: number) => scoped(element(0x80 + number, Uint8Array.of(0xff)));

test('a complete CRL of the issuer is taken', async () => {
  checkBaseCrl(await crlOf(), issuer);
  const silent = await mintCa('silent', undefined, { extensions: [basicConstraints(true)] });
  checkBaseCrl(await crlOf({ ca: silent }), silent.certificate);
});

describe('a CRL is refused', () => {
  const refused: Readonly<Record<string, readonly [() => Promise<Crl>, RegExp, Holder?]>> = {
    'that is a delta CRL': [() => deltaOf(), /expected a complete CRL, found a delta CRL$/],
    'with a critical extension that is not known': [
      () => crlOf({ extensions: [unread] }),
      /known critical extensions only, found 1\.2\.3$/,
    ],
    'of another issuer': [async () => crlOf({ ca: await mintCa('other', undefined) }), /issued by "CN=ca,.*found "CN=other,/],
    'by another key': [() => crlOf({ ca: { ...ca, key: keyOf('EC-256', 'other') } }), /expected a signature by certificate "CN=ca,/],
    'of an issuer whose key is not for CRLs': [() => crlOf(), /key usage has cRLSign/, certifying],
  };
  for (const [name, [make, message, by = ca]] of Object.entries(refused))
    test(name, async () => {
      const crl = await make();
      assert.throws(() => checkBaseCrl(crl, by.certificate), { code: 'REVOCATION', message });
    });
});

describe('a delta CRL', () => {
  const without = ({ number: _, ...crl }: Crl): Crl => crl;

  test('is taken when it builds on the complete one', async () => {
    const base = await crlOf({ number: 5 });
    checkDeltaCrl({ base }, issuer);
    for (const [number, baseNumber] of [
      [6, 5],
      [9, 1],
    ] as const)
      checkDeltaCrl({ base, delta: await deltaOf({ number, baseNumber }) }, issuer);
    checkDeltaCrl({ base: await crlOf(flagged(1)), delta: await deltaOf(flagged(1)) }, issuer);
  });

  const refused: Readonly<Record<string, readonly [() => Promise<Crl>, (() => Promise<Crl>) | undefined, RegExp]>> = {
    'that is named and absent': [() => crlOf({ extensions: [freshest] }), undefined, /expected its delta CRL, found none$/],
    'by another key': [() => crlOf(), () => deltaOf({ ca: { ...ca, key: keyOf('EC-256', 'other') } }), /delta CRL: expected a signature/],
    'that is a complete one': [() => crlOf(), () => crlOf({ number: 2 }), /expected a delta CRL indicator, found none$/],
    'to a CRL without a number': [async () => without(await crlOf()), () => deltaOf(), /expected a CRL number in both/],
    'without a number': [() => crlOf(), async () => without(await deltaOf()), /expected a CRL number in both/],
    'to a later CRL': [
      () => crlOf({ number: 5 }),
      () => deltaOf({ number: 9, baseNumber: 6 }),
      /on CRL 5 or an older one, found one on 6$/,
    ],
    'as old as the complete one': [() => crlOf({ number: 5 }), () => deltaOf({ number: 5, baseNumber: 5 }), /a number above 5,.* found 5$/],
    'older than the complete one': [
      () => crlOf({ number: 5 }),
      () => deltaOf({ number: 4, baseNumber: 3 }),
      /a number above 5,.* found 4$/,
    ],
    'with a scope that the complete one lacks': [() => crlOf(), () => deltaOf(flagged(1)), /expected the scope of its complete CRL/],
    'without the scope of the complete one': [() => crlOf(flagged(1)), () => deltaOf(), /expected the scope of its complete CRL/],
    'of another scope': [() => crlOf(flagged(1)), () => deltaOf(flagged(2)), /expected the scope of its complete CRL/],
  };
  for (const [name, [makeBase, makeDelta, message]] of Object.entries(refused))
    test(`is refused ${name}`, async () => {
      const [base, delta] = [await makeBase(), await makeDelta?.()];
      assert.throws(() => checkDeltaCrl({ base, ...(delta && { delta }) }, issuer), { code: 'REVOCATION', message });
    });
});

interface Situation {
  readonly base?: Partial<CrlDraft>;
  readonly delta?: Partial<CrlDraft>;
  readonly question?: Partial<CrlQuestion>;
}

async function judge({ base, delta, question }: Situation) {
  const pair = { base: await crlOf(base), ...(delta && { delta: await deltaOf(delta) }) };
  return judgeCrls(pair, { certificate: leaf, now: during, ...question });
}

const unlisted = (reasons: number) => ({ status: 'good', reasons }) as const;

describe('the scope of a CRL', () => {
  const reasons = (number: number) => element(number, Uint8Array.of(0x06, 0x40));
  const accepted: Readonly<Record<string, readonly [Situation, number?]>> = {
    'none, and no place': [{}],
    'none, at a place': [{ question: { point } }],
    'user certificates': [{ base: flagged(1) }],
    'CA certificates': [{ base: flagged(2), question: { certificate: authority } }],
    'the place that the certificate names': [
      { base: scoped(place), question: { point: { ...point, names: [...elsewhere.names, ...point.names] } } },
    ],
    'a place among others': [{ base: scoped(named('http://c.test/', 'http://a.test/')), question: { point } }],
    'a place, where the certificate names none': [{ base: scoped(place) }],
    'some reasons': [{ base: scoped(reasons(0x83)) }, 0x02],
    'some reasons at the place': [{ question: { point: { ...point, reasons: 0x12 } } }, 0x12],
    'some reasons, and others at the place': [{ base: scoped(reasons(0x83)), question: { point: { ...point, reasons: 0x10 } } }, 0],
  };
  for (const [name, [situation, covered = allReasons]] of Object.entries(accepted))
    test(`counts: ${name}`, async () => assert.deepEqual(await judge(situation), unlisted(covered)));

  const old = { ...leaf, version: 1 } as const;
  const refused: Readonly<Record<string, readonly [Situation, RegExp]>> = {
    'an indirect CRL': [{ base: flagged(4) }, /found an indirect one$/],
    'a place of another issuer': [{ question: { point: { ...point, foreign: true } } }, /found an indirect one$/],
    'CA certificates only': [{ base: flagged(2) }, /for user certificates, found one for ca certificates only$/],
    'user certificates only': [{ base: flagged(1), question: { certificate: authority } }, /for ca certificates, found one for user/],
    'attribute certificates only': [{ base: flagged(5) }, /found one for attribute/],
    'a kind, for a certificate that cannot say its own': [{ base: flagged(1), question: { certificate: old } }, /for user certificates/],
    'another place': [{ base: scoped(place), question: { point: elsewhere } }, /for the place that the certificate names/],
  };
  for (const [name, [situation, message]] of Object.entries(refused))
    test(`does not count: ${name}`, () => assert.rejects(judge(situation), { code: 'REVOCATION', message }));

  test('a certificate that names delta CRLs is not judged without one', async () => {
    await assert.rejects(judge({ question: { certificate: fresh } }), { message: /names its delta CRLs, as the certificate does/ });
    assert.deepEqual(await judge({ delta: {}, question: { certificate: fresh } }), unlisted(allReasons));
  });
});

describe('the time of a CRL', () => {
  const [hold, compromise] = [
    { serial: leaf.serial, reason: 6 },
    { serial: leaf.serial, reason: 1 },
  ];

  test('is from its own, give or take five minutes, to its next update', async () => {
    for (const which of ['base', 'delta'] as const) {
      const at = (draft: Partial<CrlDraft>) => judge({ delta: {}, [which]: draft });
      assert.equal((await at({ thisUpdate: after(300_000), nextUpdate: after(600_000) })).status, 'good');
      assert.equal((await at({ nextUpdate: during })).status, 'good');
      await assert.rejects(at({ thisUpdate: after(301_000) }), { code: 'REVOCATION', message: /one made before .*, found one of/ });
      await assert.rejects(at({ nextUpdate: after(-1000) }), {
        code: 'REVOCATION',
        message: /found one that expired on 2026-06-01T11:59:59/,
      });
      await assert.rejects(at({ nextUpdate: 'none' }), { code: 'REVOCATION', message: /the time of its next update, found none$/ });
    }
  });

  test('does not matter for a revocation that is for good, and does for a hold', async () => {
    const late = { nextUpdate: after(-1000) };
    assert.equal((await judge({ base: { ...late, entries: [compromise] } })).status, 'revoked');
    assert.equal((await judge({ base: late, delta: { entries: [compromise] } })).status, 'revoked');
    await assert.rejects(judge({ base: { ...late, entries: [hold] } }), { message: /expired on/ });
    assert.equal((await judge({ base: { entries: [hold] } })).status, 'revoked');
  });

  test('ends with the CRL that ends first', async () => {
    const [base, delta] = [await crlOf({ nextUpdate: after(9000) }), await deltaOf({ nextUpdate: after(5000) })];
    assert.equal(endOfCrls({ base }, during), after(9000).getTime());
    assert.equal(endOfCrls({ base, delta }, during), after(5000).getTime());
    assert.equal(endOfCrls({ base: await crlOf({ nextUpdate: after(5000) }), delta: await deltaOf() }, during), after(5000).getTime());
    assert.equal(endOfCrls({ base, delta }, after(5000)), after(5000).getTime());
    assert.equal(endOfCrls({ base, delta }, after(5001)), undefined);
    assert.equal(endOfCrls({ base: await crlOf({ nextUpdate: 'none' }) }, during), undefined);
    assert.equal(endOfCrls({ base: await crlOf({ thisUpdate: after(301_000) }) }, during), undefined);
    assert.equal(
      endOfCrls({ base: await crlOf({ thisUpdate: after(300_000), nextUpdate: after(400_000) }) }, during),
      after(400_000).getTime(),
    );
  });
});

describe('the entries of a certificate', () => {
  const entry = (reason: number | undefined, ms = 0, ...extensions: EntryDraft['extensions'] & object): EntryDraft => ({
    serial: leaf.serial,
    revokedAt: after(ms),
    ...(reason !== undefined && { reason }),
    extensions,
  });
  const found = async (base: readonly EntryDraft[], delta?: readonly EntryDraft[], question?: Partial<CrlQuestion>) =>
    judge({ base: { entries: base }, ...(delta && { delta: { entries: delta } }), ...(question && { question }) });
  const [hold, removed] = [6, 8];

  test('tell when and why it was revoked', async () => {
    assert.deepEqual(await found([entry(undefined, -5000)]), { status: 'revoked', revokedAt: after(-5000) });
    assert.deepEqual(await found([entry(0)]), { status: 'revoked', revokedAt: during });
    assert.deepEqual(await found([entry(1)]), { status: 'revoked', revokedAt: during, reason: 'keyCompromise' });
    assert.deepEqual(await found([], [entry(4)]), { status: 'revoked', revokedAt: during, reason: 'superseded' });
    assert.deepEqual(await found([entry(1, 0, invalidityDate(after(-9000)))]), {
      status: 'revoked',
      revokedAt: during,
      reason: 'keyCompromise',
      invalidityDate: after(-9000),
    });
  });

  test('of another certificate say nothing', async () => {
    assert.equal((await found([{ ...entry(1), serial: authority.serial }])).status, 'good');
  });

  test('with an invalidity date do not count for what was signed before', async () => {
    const dated = [entry(1, 0, invalidityDate(after(-9000)))];
    const signedAt = async (ms: number) => (await found(dated, undefined, { authenticSigningTime: after(ms) })).status;
    assert.deepEqual([await signedAt(-10_000), await signedAt(-9000), await signedAt(0)], ['good', 'revoked', 'revoked']);
    assert.equal((await found([entry(1)], undefined, { authenticSigningTime: after(-10_000) })).status, 'revoked');
  });

  const outcomes: readonly (readonly [title: string, base: readonly EntryDraft[], delta: readonly EntryDraft[], expected: string])[] = [
    ['a hold that was lifted', [entry(hold)], [entry(removed, 1000)], 'good'],
    ['a hold that was lifted before', [entry(hold, 1000)], [entry(removed)], 'revoked certificateHold'],
    ['a hold that was lifted at the same time', [entry(hold)], [entry(removed)], 'revoked certificateHold'],
    ['a hold lifted and made again', [entry(hold)], [entry(removed, 1000), entry(hold, 2000)], 'revoked certificateHold'],
    ['a hold made twice and lifted', [entry(hold), entry(hold, 1000)], [entry(removed, 2000)], 'good'],
    ['a revocation for good, and a removal', [entry(1)], [entry(removed, 1000)], 'revoked keyCompromise'],
    ['a hold, and then a revocation for good', [entry(hold, 1000)], [entry(1)], 'revoked keyCompromise'],
    ['a hold lifted and made again at once', [entry(hold, -1000)], [entry(removed), entry(hold)], 'revoked certificateHold'],
    ['a removal of nothing', [], [entry(removed)], 'good'],
  ];
  for (const [title, base, delta, expected] of outcomes)
    test(title, async () => {
      const answer = await found(base, delta);
      assert.equal(answer.status === 'revoked' ? `revoked ${answer.reason}` : 'good', expected);
    });

  test('cannot be taken back by a complete CRL', () =>
    assert.rejects(found([entry(removed)]), { code: 'REVOCATION', message: /removeFromCRL in a complete CRL$/ }));
});
