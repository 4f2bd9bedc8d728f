import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { algorithms } from '../../../../src/core/algorithm.ts';
import { parseCertificate } from '../../../../src/x509/certificate.ts';
import { isIssuedBy, isSelfSigned, orderChain } from '../../../../src/x509/chain/chain.ts';
import { keyUsage } from '../../../../src/x509/issue/issue.ts';
import { fingerprint } from '../../../../src/x509/public-key.ts';
import { type Holder, keyOf, mintCa, mintChain, mintLeaf, subjectOf } from '../../../support/pki.ts';

const certificatesOf = (holders: readonly Holder[]) => holders.map(({ certificate }) => certificate);

/** Every order of `items`. */
function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe('orderChain orders', () => {
  for (const { keySpec } of algorithms) {
    test(`a chain of ${keySpec} keys`, async () => {
      const chain = certificatesOf(await mintChain({ spec: keySpec, caSpec: keySpec, intermediates: 1 }));
      assert.deepEqual(orderChain(chain.toReversed()), chain);
    });
  }

  test('every permutation of four, with copies', async () => {
    const holders = await mintChain({ intermediates: 2 });
    const chain = certificatesOf(holders);
    for (const shuffled of permutations(chain)) {
      assert.deepEqual(orderChain(shuffled), chain);
      assert.deepEqual(orderChain([...shuffled, ...shuffled], holders[0]?.key.publicKeyInfo), chain);
    }
  });

  test('a self-signed leaf alone', async () => {
    const { certificate, key } = await mintLeaf('self', undefined);
    assert.deepEqual(orderChain([certificate]), [certificate]);
    assert.deepEqual(orderChain([certificate, certificate], key.publicKeyInfo), [certificate]);
  });

  test('CAs of one name, by whose key signed', async () => {
    const subject = subjectOf('Same CA');
    const root = await mintCa('same root', undefined, { subject, issuer: subject });
    const upper = await mintCa('same upper', root, { subject });
    const lower = await mintCa('same lower', upper, { subject });
    const leaf = await mintLeaf('leaf', lower);
    const chain = certificatesOf([leaf, lower, upper, root]);
    for (const shuffled of permutations(chain)) assert.deepEqual(orderChain(shuffled), chain);
  });

  test('a root that another root cross-signed', async () => {
    const oldRoot = await mintCa('old root', undefined);
    const crossed = await mintCa('new root', oldRoot);
    const leaf = await mintLeaf('leaf', crossed);
    const chain = certificatesOf([leaf, crossed, oldRoot]);
    for (const shuffled of permutations(chain)) assert.deepEqual(orderChain(shuffled), chain);
  });
});

interface Refusal {
  readonly title: string;
  readonly holders: () => Promise<readonly Holder[]>;
  readonly words: RegExp;
}

const refused: readonly Refusal[] = [
  { title: 'nothing', holders: async () => [], words: /expected certificates, found none/ },
  {
    title: 'no root',
    holders: async () => (await mintChain()).slice(0, -1),
    words: /issuer of "CN=intermediate 1,.*", "CN=root,.*", found no certificate of that name/,
  },
  {
    title: 'no intermediate',
    holders: async () => (await mintChain()).toSpliced(1, 1),
    words: /found 2 certificates that issued no other here: "CN=leaf,.*", "CN=root,/,
  },
  {
    title: 'a leaf alone',
    holders: async () => (await mintChain()).slice(0, 1),
    words: /issuer of "CN=leaf,.*", "CN=intermediate 1,.*", found no certificate/,
  },
  {
    title: 'two leaves',
    holders: async () => {
      const chain = await mintChain();
      return [...chain, await mintLeaf('second', chain[1])];
    },
    words: /found 2 certificates that issued no other here: "CN=leaf,.*", "CN=second,/,
  },
  {
    title: 'an unrelated root',
    holders: async () => [...(await mintChain()), await mintCa('stranger', undefined)],
    words: /found 2 certificates .*"CN=stranger,/,
  },
  {
    title: 'an issuer of that name with another key',
    holders: async () => {
      const [leaf, intermediate, root] = (await mintChain()) as [Holder, Holder, Holder];
      const imposter = await mintCa('imposter', root, { subject: intermediate.certificate.subject });
      return [leaf, imposter, root];
    },
    words: /found 2 certificates that issued no other/,
  },
  {
    title: 'a loop',
    holders: async () => {
      const [a, b] = [await mintCa('a', undefined), await mintCa('b', undefined)];
      return [await mintCa('a', b), await mintCa('b', a)];
    },
    words: /found a loop: each of "CN=a,.*" issued another/,
  },
  {
    title: 'a leaf below a loop',
    holders: async () => {
      const [a, b] = [await mintCa('a', undefined), await mintCa('b', undefined)];
      const [crossA, crossB] = [await mintCa('a', b), await mintCa('b', a)];
      return [await mintLeaf('leaf', crossA), crossA, crossB];
    },
    words: /found a loop through "CN=leaf,/,
  },
  {
    title: 'both variants of a cross-signed CA',
    holders: async () => {
      const [one, two] = [await mintCa('root one', undefined), await mintCa('root two', undefined)];
      const [ca, crossed] = [await mintCa('ca', one), await mintCa('ca', two)];
      return [await mintLeaf('leaf', ca), ca, crossed, one, two];
    },
    words: /expected one chain from "CN=leaf,.*", found "CN=ca,.*", "CN=root two,.*" outside it/,
  },
  {
    title: 'more certificates than any chain has',
    holders: async () => {
      const many: Holder[] = [];
      for (let i = 0; i < 33; i += 1) many.push(await mintLeaf('leaf', undefined, { subject: subjectOf(`leaf ${i}`) }));
      return many;
    },
    words: /expected at most 32 certificates, found 33/,
  },
  {
    title: 'a self-issued root that another key signed',
    holders: async () => {
      const root = await mintCa('root', undefined);
      return [await mintCa('false root', root, { subject: subjectOf('root'), issuer: subjectOf('root') })];
    },
    words: /to be signed by its own key/,
  },
];

describe('orderChain refuses', () => {
  for (const { title, holders, words } of refused) {
    test(title, async () => {
      const certificates = certificatesOf(await holders());
      assert.throws(() => orderChain(certificates), { code: 'CERTIFICATE', message: words });
    });
  }

  test('a maze of renewed CAs without the search running away', async () => {
    const [odd, even] = [subjectOf('odd'), subjectOf('even')];
    const root = await mintCa('odd key', undefined, { subject: odd, issuer: odd });
    const other = await mintCa('even key', undefined, { subject: even, issuer: even });
    const maze: Holder[] = [root, await mintCa('odd key', other, { subject: odd })];
    // Every odd one is issued by every even one and the other way round; two odd ones too many for a chain.
    for (let i = 0; i < 14; i += 1)
      maze.push(await mintCa('odd key', other, { subject: odd }), await mintCa('even key', root, { subject: even }));
    const started = performance.now();
    assert.throws(() => orderChain(certificatesOf(maze), root.key.publicKeyInfo), { code: 'CERTIFICATE', message: /too many ways/ });
    assert.ok(performance.now() - started < 5000);
  });

  test('a key that no certificate has, naming both by fingerprint', async () => {
    const chain = await mintChain();
    const other = keyOf('EC-384', 'other').publicKeyInfo;
    const words = new RegExp(
      `the key P-384 sha256:${fingerprint(other)}, found none: "CN=leaf,.*" has P-256 sha256:${fingerprint(chain[0]?.key.publicKeyInfo ?? other)}`,
    );
    assert.throws(() => orderChain(certificatesOf(chain), other), { code: 'KEY_MISMATCH', message: words });
  });

  test('a key that only an issuer has', async () => {
    const chain = await mintChain();
    assert.throws(() => orderChain(certificatesOf(chain), chain[1]?.key.publicKeyInfo), {
      code: 'CERTIFICATE',
      message: /found "CN=leaf,.*" outside it/,
    });
  });
});

describe('isIssuedBy', () => {
  test('needs the name byte for byte', async () => {
    const root = await mintCa('root', undefined);
    const { certificate } = await mintLeaf('leaf', root, { issuer: subjectOf('Root') });
    assert.equal(isIssuedBy(certificate, root.certificate), false);
  });
  test('needs the signature', async () => {
    const root = await mintCa('root', undefined);
    const { certificate } = await mintLeaf('leaf', root);
    assert.equal(isIssuedBy(certificate, root.certificate), true);
    const at = certificate.der.length - 1;
    assert.equal(isIssuedBy(parseCertificate(certificate.der.with(at, (certificate.der[at] ?? 0) ^ 1)), root.certificate), false);
  });
  test('says nothing about who may issue: the profile does', async () => {
    const parent = await mintLeaf('parent', undefined, { extensions: [keyUsage(['digitalSignature'])] });
    assert.equal(isIssuedBy((await mintLeaf('child', parent)).certificate, parent.certificate), true);
  });
  test('a root is its own issuer', async () => {
    assert.equal(isSelfSigned((await mintCa('root', undefined)).certificate), true);
    assert.equal(isSelfSigned((await mintChain())[1]?.certificate ?? assert.fail()), false);
  });
});
