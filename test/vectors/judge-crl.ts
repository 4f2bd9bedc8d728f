// Verdicts about CRLs, as the vectors of other projects state them.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { NotationError } from '../../src/core/error.ts';
import type { Files, Http } from '../../src/core/ports.ts';
import { askCrls } from '../../src/revocation/crl.ts';
import { crlCachePath, openCrlCache } from '../../src/revocation/crl-cache.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.ts';
import { type CrlPair, type CrlQuestion, checkBaseCrl, checkDeltaCrl, judgeCrls } from '../../src/x509/crl/check.ts';
import { freshestCrlOid, parseCrl } from '../../src/x509/crl/crl.ts';
import { parseDistributionPoints } from '../../src/x509/crl/distribution-point.ts';
import { extensionOid } from '../../src/x509/extension.ts';
import { type CrlDraft, type EntryDraft, invalidityDate, mintCrl } from '../support/crl-mint.ts';
import { during, type Holder, keyOf, mintCa, mintLeaf } from '../support/pki.ts';
import { crlDistributionPoints } from '../support/revocable.ts';
import { readVector, rowOf, type VectorCase } from '../support/third-party.ts';

/**
 * Holds one case of group crl against its verdict. Answers why where ours is another one.
 * @throws AssertionError
 */
export async function judgeCrl(one: VectorCase): Promise<string | undefined> {
  const drive = drives.find(({ ids }) => ids.test(one.id));
  assert.ok(drive, `no drive for ${one.id}`);
  return (await drive.run(one)) ?? undefined;
}

type Status = 'good' | 'revoked' | 'unknown' | 'not revocable';

const drives: readonly { readonly ids: RegExp; readonly run: (one: VectorCase) => Promise<string | undefined> }[] = [
  { ids: /^crl-bssl-/, run: judgeBundle },
  { ids: /^crl-freshest-/, run: judgeFreshest },
  { ids: /^crl-base-with-freshest$/, run: judgeBaseWithFreshest },
  { ids: /^crlval-/, run: judgeValidation },
  { ids: /^crlent-/, run: judgeEntries },
  { ids: /^crl-e2e-/, run: judgeServed },
  { ids: /^crlcache-/, run: judgeCacheName },
];

/** BoringSSL's: a CRL, its issuer, a certificate, a time. */
async function judgeBundle(one: VectorCase): Promise<string | undefined> {
  const text = Buffer.from(readVector(one.files[0]?.path ?? '')).toString();
  const [crl] = blocks(text, 'CRL');
  const [issuer] = blocks(text, 'CA CERTIFICATE').map((der) => parseCertificate(der));
  const [certificate] = blocks(text, 'CERTIFICATE').map((der) => parseCertificate(der));
  assert.ok(crl && issuer && certificate);
  const found = statusOf(() => {
    const base = parseCrl(crl, 'CRL');
    return { crls: { base }, issuer, question: { certificate, ...pointOf(certificate), now: new Date(String(one.params?.['time'])) } };
  });
  if (one.id === 'crl-bssl-bad-thisupdate-too-old') {
    assert.equal(found, 'good');
    return 'a CRL of at most 7 days is asked for by the test, not by RFC 5280 or Notation: its next update is in the future';
  }
  assert.equal(found, one.expected['status']);
  return undefined;
}

/** The URLs in the extension by which a certificate names delta CRLs. */
async function judgeFreshest(one: VectorCase): Promise<undefined> {
  const [der] = blocks(Buffer.from(readVector(one.files[0]?.path ?? '')).toString(), 'CERTIFICATE');
  const certificate = parseCertificate(der ?? new Uint8Array());
  const extension = certificate.extensions.find(({ oid }) => oid === freshestCrlOid);
  const urls = parseDistributionPoints(extension?.value ?? new Uint8Array(), 'freshest CRL').flatMap((point) => point.urls);
  assert.equal(urls.length, one.expected['freshestCRLUrls']);
  assert.ok(urls.every((url) => url.startsWith(String(one.expected['urlPrefix']))));
}

/** Upstream asks no issuer here: the CRL is read, and without a delta CRL it is not enough. */
async function judgeBaseWithFreshest(one: VectorCase): Promise<undefined> {
  const base = parseCrl(readVector(one.files[0]?.path ?? ''), 'CRL');
  assert.equal(base.freshestUrls.length, 2);
  const { certificate } = await mintCa('root', undefined);
  assert.throws(() => checkDeltaCrl({ base }, certificate), /expected its delta CRL, found none/);
  assert.throws(() => parseCrl(Buffer.from('invalid crl'), 'CRL'), isOurs);
}

interface ValidationRow {
  readonly nextUpdate?: string;
  readonly signature?: string;
  readonly criticalExtension?: string;
  readonly certificate?: string;
  readonly delta?: { readonly number: number; readonly indicator: number; readonly nextUpdate?: null };
}

async function judgeValidation(one: VectorCase): Promise<undefined> {
  const { input } = rowOf<ValidationRow>(one);
  const { ca, leaf } = await holders(input.certificate ?? '');
  if (one.expected['status'] === 'nonRevokable') {
    assert.equal((await askCrls(leaf, ca.certificate, nothing)).status, 'not revocable');
    return;
  }
  const base = await mintCrl({
    ca: input.signature === undefined ? ca : { ...ca, key: keyOf('EC-256', 'another') },
    number: 20240720,
    ...(input.nextUpdate !== undefined && { nextUpdate: at(input.nextUpdate) }),
    ...(input.criticalExtension?.startsWith('2.5.29.28') && {
      extensions: [{ oid: '2.5.29.28', critical: true, value: Buffer.from('3000', 'hex') }],
    }),
  });
  const { delta } = input;
  const deltaDraft: CrlDraft | undefined = delta && {
    ca,
    number: delta.number,
    baseNumber: delta.indicator,
    ...(delta.nextUpdate === null && { nextUpdate: 'none' }),
  };
  const deltaDer = deltaDraft && (await mintCrl(deltaDraft));
  const found = statusOf(() => ({ crls: pairOf(base, deltaDer), issuer: ca.certificate, question: { certificate: leaf, now: during } }));
  assert.equal(found, one.expected['status'] ?? 'good');
}

interface RowEntry {
  readonly revocationTime?: string;
  readonly reason?: 'certificateHold' | 'removeFromCRL';
  readonly invalidityDate?: string;
  readonly criticalExtension?: string;
  readonly invalidityDateBytes?: string;
}

interface EntriesRow {
  readonly base: readonly RowEntry[];
  readonly delta: readonly RowEntry[] | null;
  readonly signingTime?: string;
}

async function judgeEntries(one: VectorCase): Promise<undefined> {
  const { input } = rowOf<EntriesRow>(one);
  const { ca, leaf } = await holders('');
  const entries = (rows: readonly RowEntry[]) => rows.map((row) => entryOf(row, leaf.serial));
  const base = await mintCrl({ ca, number: 1, entries: entries(input.base) });
  const delta = input.delta && (await mintCrl({ ca, number: 2, baseNumber: 1, entries: entries(input.delta) }));
  const question = {
    certificate: leaf,
    now: during,
    ...(input.signingTime !== undefined && { authenticSigningTime: at(input.signingTime) }),
  };
  const found = statusOf(() => ({ crls: pairOf(base, delta ?? undefined), issuer: ca.certificate, question }));
  assert.equal(found, one.expected['status'] === 'ok' ? 'good' : one.expected['status']);
}

/** A chain whose CRLs are served at two URLs; `serve` says which file is where. */
async function judgeServed(one: VectorCase): Promise<undefined> {
  const [leaf, intermediate, root] = parseCertificates(readVector('crl/common/notation/certchain_with_crl.pem'), 'chain');
  assert.ok(leaf && intermediate && root);
  const written = new Map<string, Uint8Array>();
  const said: string[] = [];
  const unwritable = one.id === 'crl-e2e-cache-dir-unwritable';
  const open = () =>
    openCrlCache({
      folder: 'cache',
      files: filesIn(written),
      write: async (path, content) => {
        if (unwritable) throw new NotationError('FILE', `${path} cannot be written`);
        written.set(path, Buffer.from(content));
      },
      now: () => new Date(),
      log: (level, message) => said.push(`${level} ${message}`),
    });
  const ask = async (http: Http) => {
    const ports = { http, now: () => new Date(), cache: open(), patienceMs: 5000 };
    return [(await askCrls(leaf, intermediate, ports)).status, (await askCrls(intermediate, root, ports)).status];
  };
  const expected = one.expected.verdict === 'valid' ? 'good' : 'revoked';
  assert.deepEqual(await ask(servedBy(one.params?.['serve'] as Readonly<Record<string, string>>)), [expected, 'good']);
  if (!unwritable) assert.deepEqual(await ask(nothing.http), [expected, 'good'], 'from the cache');
  assert.deepEqual(said, unwritable ? ['warn CRL cache: a file cannot be written', 'debug CRL cache: a file cannot be written'] : []);
}

async function judgeCacheName(one: VectorCase): Promise<undefined> {
  const { input, expected } = rowOf<{ readonly url: string }>(one);
  assert.equal(basename(crlCachePath('', input.url)), expected['fileName']);
}

function statusOf(make: () => { readonly crls: CrlPair; readonly issuer: Certificate; readonly question: CrlQuestion }): Status {
  try {
    const { crls, issuer, question } = make();
    checkBaseCrl(crls.base, issuer);
    checkDeltaCrl(crls, issuer);
    return judgeCrls(crls, question).status;
  } catch (error) {
    assert.ok(isOurs(error), String(error));
    return 'unknown';
  }
}

function isOurs(error: unknown): boolean {
  return error instanceof NotationError && error.code !== 'INTERNAL';
}

function blocks(text: string, label: string): readonly Uint8Array[] {
  const found = text.replaceAll('\r', '').matchAll(new RegExp(`-----BEGIN ${label}-----\n([^-]*)-----END`, 'g'));
  return [...found].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

function pointOf({ extensions }: Certificate): Pick<CrlQuestion, 'point'> {
  const extension = extensions.find(({ oid }) => oid === extensionOid.crlDistributionPoints);
  const [point] = extension ? parseDistributionPoints(extension.value, 'CRL distribution points') : [];
  return point ? { point } : {};
}

async function holders(wish: string): Promise<{ readonly ca: Holder; readonly leaf: Certificate }> {
  const ca = await mintCa('CRL vector CA', undefined);
  const own = wish.startsWith('has freshestCRL') ? [{ ...crlDistributionPoints(['http://a/delta.crl']), oid: freshestCrlOid }] : [];
  return { ca, leaf: (await mintLeaf('CRL vector leaf', ca, { extensions: own })).certificate };
}

function pairOf(base: Uint8Array, delta: Uint8Array | undefined): CrlPair {
  return { base: parseCrl(base, 'CRL'), ...(delta && { delta: parseCrl(delta, 'delta CRL') }) };
}

/** `now`, `+1h`, `-2h`. */
function at(offset: string): Date {
  const hours = offset === 'now' ? 0 : Number(/^([+-]\d+)h$/.exec(offset)?.[1]);
  return new Date(during.getTime() + hours * 3_600_000);
}

function entryOf(row: RowEntry, serial: string): EntryDraft {
  const date = invalidityDate(row.invalidityDate === undefined ? during : at(row.invalidityDate));
  const bytes = row.invalidityDateBytes;
  const extensions = [
    ...(row.invalidityDate === undefined ? [] : [date]),
    ...(bytes === undefined
      ? []
      : [{ ...date, value: /^[0-9a-f]+$/.test(bytes) ? Buffer.from(bytes, 'hex') : Buffer.concat([date.value, Buffer.of(0)]) }]),
    ...(row.criticalExtension === undefined ? [] : [{ oid: row.criticalExtension, critical: true, value: Buffer.of(5, 0) }]),
  ];
  const reason = row.reason && { certificateHold: 6, removeFromCRL: 8 }[row.reason];
  return { serial, revokedAt: at(row.revocationTime ?? 'now'), ...(reason !== undefined && { reason }), extensions };
}

function servedBy(serve: Readonly<Record<string, string>>): Http {
  return {
    send: async ({ url }) => ({
      status: url in serve ? 200 : 404,
      headers: {},
      body: url in serve ? readVector(serve[url] ?? '') : new Uint8Array(),
    }),
    warm: () => undefined,
  };
}

function filesIn(written: ReadonlyMap<string, Uint8Array>): Files {
  return {
    look: async (path) => (written.has(path) ? { kind: 'file', mode: 0o600 } : undefined),
    read: async (path) => written.get(path) ?? new Uint8Array(),
  };
}

const nothing = {
  http: {
    send: async () => {
      throw new NotationError('UNAVAILABLE', 'no network here');
    },
    warm: () => undefined,
  },
  now: () => during,
  cache: openCrlCache({ files: filesIn(new Map()), write: async () => undefined, now: () => during, log: () => undefined }),
  patienceMs: 1000,
};
