// What a process remembers of CRLs: how long, and how much.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Files } from '../../../src/core/ports.ts';
import { openCrlCache } from '../../../src/revocation/crl-cache.ts';
import type { CrlPair } from '../../../src/x509/crl/check.ts';
import { parseCrl } from '../../../src/x509/crl/crl.ts';
import { mintCrl } from '../../support/crl-mint.ts';
import { during, mintCa } from '../../support/pki.ts';

const ca = await mintCa('CRL CA', undefined);
const later = (ms: number) => new Date(during.getTime() + ms);
const until = async (nextUpdate: Date | 'none') => ({ base: parseCrl(await mintCrl({ ca, nextUpdate }), 'CRL') });
/** The same CRL, as if it were so long. */
const long = ({ base }: CrlPair, mebibytes: number): CrlPair => ({ base: { ...base, der: new Uint8Array(mebibytes << 20) } });
const noFiles: Files = { look: async () => undefined, read: async () => new Uint8Array() };

/** A cache without files at a time that can be set; `downloads` are the URLs that were not in memory. */
function open() {
  const world = { now: during };
  const downloads: string[] = [];
  const cache = openCrlCache({ files: noFiles, write: async () => undefined, now: () => world.now, log: () => undefined });
  const obtain = (url: string, crls: CrlPair | Promise<CrlPair>) =>
    cache.obtain(url, ca.certificate, async () => {
      downloads.push(url);
      return crls;
    });
  return { world, downloads, obtain };
}

test('a CRL is remembered until its next update', async () => {
  const { world, downloads, obtain } = open();
  const crls = await until(later(3_600_000));
  for (const [ms, count] of [
    [0, 1],
    [3_599_000, 1],
    [3_601_000, 2],
  ] as const) {
    world.now = later(ms);
    await obtain('a', crls);
    assert.equal(downloads.length, count, String(ms));
  }
});

test('one that has expired, or tells no next update, is remembered for ten seconds', async () => {
  for (const crls of [await until(later(-1000)), await until('none')]) {
    const { world, downloads, obtain } = open();
    for (const [ms, count] of [
      [0, 1],
      [9999, 1],
      [10_000, 2],
    ] as const) {
      world.now = later(ms);
      await obtain('a', crls);
      assert.equal(downloads.length, count, String(ms));
    }
  }
});

test('the oldest are forgotten when all together have more than 64 MiB', async () => {
  const { downloads, obtain } = open();
  const crls = await until(later(3_600_000));
  for (const url of ['a', 'b', 'c', 'a', 'b', 'c']) await obtain(url, long(crls, 20));
  assert.deepEqual(downloads, ['a', 'b', 'c']);
  await obtain('d', long(crls, 20));
  for (const url of ['d', 'c', 'b']) await obtain(url, long(crls, 20));
  assert.deepEqual(downloads, ['a', 'b', 'c', 'd']);
  await obtain('a', long(crls, 20));
  assert.deepEqual(downloads, ['a', 'b', 'c', 'd', 'a']);
});

test('one that is longer than that by itself is remembered alone', async () => {
  const { downloads, obtain } = open();
  const crls = await until(later(3_600_000));
  for (const url of ['a', 'b', 'b', 'a']) await obtain(url, url === 'b' ? long(crls, 65) : crls);
  assert.deepEqual(downloads, ['a', 'b', 'a']);
});

test('a thousand are remembered, and no more', async () => {
  const { downloads, obtain } = open();
  const crls = await until(later(3_600_000));
  for (let index = 0; index < 1001; index += 1) await obtain(String(index), crls);
  for (const url of ['1000', '1', '0']) await obtain(url, crls);
  assert.deepEqual(downloads.slice(1001), ['0']);
});

test('what is being fetched is not forgotten', async () => {
  const { downloads, obtain } = open();
  const crls = await until(later(3_600_000));
  const slow = Promise.withResolvers<CrlPair>();
  const first = obtain('slow', slow.promise);
  for (const url of ['a', 'b', 'c', 'd']) await obtain(url, long(crls, 40));
  const second = obtain('slow', crls);
  slow.resolve(crls);
  assert.equal((await first).crls, (await second).crls);
  assert.equal(downloads.filter((url) => url === 'slow').length, 1);
});

test('a bug of ours while a file is read is no damaged file', async () => {
  const files: Files = {
    ...noFiles,
    look: async () => {
      throw new TypeError('a bug');
    },
  };
  const cache = openCrlCache({ folder: '/nowhere', files, write: async () => undefined, now: () => during, log: () => undefined });
  await assert.rejects(
    cache.obtain('a', ca.certificate, () => until(later(1000))),
    TypeError,
  );
});
