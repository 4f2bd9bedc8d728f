import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import type { Certificate } from '../../../../src/x509/certificate.ts';
import { findPaths } from '../../../../src/x509/chain/issuer-path.ts';
import { type Holder, mintCa, mintLeaf } from '../../../support/pki.ts';

const certificates = (...holders: readonly Holder[]) => holders.map(({ certificate }) => certificate);

/** The ways found, each as the numbers of its certificates in `known`. */
function waysOf(leaf: Holder, pool: readonly Holder[], roots: readonly Holder[], known: readonly Holder[]): readonly (readonly number[])[] {
  const place = (one: Certificate) => known.findIndex(({ certificate }) => Buffer.compare(certificate.der, one.der) === 0);
  return [...findPaths(leaf.certificate, certificates(...pool), certificates(...roots))].map((path) => path.map(place));
}

describe('findPaths', async () => {
  const root = await mintCa('root', undefined);
  const other = await mintCa('other', undefined);
  const ca = await mintCa('ca', root);
  const leaf = await mintLeaf('leaf', ca);

  test('finds the one way, whatever else is there and however often', () => {
    assert.deepEqual(waysOf(leaf, [other, ca, ca, leaf, root], [root], [leaf, ca, root]), [[0, 1, 2]]);
  });

  test('ends where trust begins', () => {
    assert.deepEqual(waysOf(leaf, [ca, root], [ca], [leaf, ca, root]), [[0, 1]]);
    assert.deepEqual(waysOf(root, [], [root], [root]), [[0]]);
  });

  test('finds every way', async () => {
    const crossed = await mintCa('ca', other);
    const renewed = await mintCa('root', undefined, { notAfter: new Date('2040-01-01') });
    const found = waysOf(leaf, [ca, crossed], [root, renewed, other], [leaf, ca, crossed, root, renewed, other]);
    assert.deepEqual(found.toSorted(), [
      [0, 1, 3],
      [0, 1, 4],
      [0, 2, 5],
    ]);
  });

  test('finds none through a root that is not trusted, even when another with its name and key is issued by one that is', async () => {
    const crossedRoot = await mintCa('root', other);
    assert.deepEqual(waysOf(leaf, [ca, root], [other], []), []);
    assert.deepEqual(waysOf(leaf, [ca, crossedRoot], [other], [leaf, ca, crossedRoot, other]), [[0, 1, 2, 3]]);
  });

  test('goes through the certificate by which an authority passes on to a new key', async () => {
    const renewed = await mintCa('root', root, {}, 'EC-384');
    const below = await mintLeaf('leaf', renewed);
    assert.deepEqual(waysOf(below, [renewed], [root], [below, renewed, root]), [[0, 1, 2]]);
  });

  test('does not go in circles', async () => {
    const there = await mintCa('ca', await mintCa('back', undefined));
    const back = await mintCa('back', there);
    assert.deepEqual(waysOf(await mintLeaf('leaf', there), [there, back], [root], []), []);
    // Nor past a root that issued itself.
    assert.deepEqual(waysOf(leaf, [ca, other, there, back], [root], [leaf, ca, root]), [[0, 1, 2]]);
  });

  test('goes up ten certificates, and no further', async () => {
    const line = [root];
    for (let level = 0; level < 9; level += 1) line.unshift(await mintCa(`level ${level}`, line[0]));
    const [last, ninth] = line;
    assert.ok(last && ninth);
    assert.equal(waysOf(ninth, line, [root], line).length, 1);
    assert.equal(waysOf(last, line, [root], line).length, 1);
    assert.deepEqual(waysOf(await mintLeaf('leaf', last), line, [root], line), []);
  });

  test('refuses a maze', async () => {
    // Nine authorities one above the other, each with three certificates: 3⁹ ways, none of which leads to the root.
    const maze: Holder[] = [];
    for (let level = 8; level >= 0; level -= 1) {
      const above = maze[0] ?? other;
      for (let copy = 0; copy < 3; copy += 1) maze.unshift(await mintCa(`level ${level}`, above));
    }
    const entry = await mintLeaf('leaf', maze[0]);
    assert.throws(() => waysOf(entry, maze, [root], []), isError(/expected one chain, found too many ways to connect the certificates/));
  });

  test('refuses more certificates than honest chains have', () => {
    const pool = Array.from({ length: 33 }, () => ca);
    assert.throws(() => waysOf(leaf, pool, [root], []), isError(/expected at most 32 certificates, found 33/));
  });
});

function isError(words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof NotationError && error.code === 'CERTIFICATE' && words.test(error.message);
}
