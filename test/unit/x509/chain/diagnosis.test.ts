import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { nullValue, oid, sequence } from '../../../../src/x509/asn1/der-encode.ts';
import type { Certificate } from '../../../../src/x509/certificate.ts';
import { type Circumstances, diagnoseChain, type KnownCertificate } from '../../../../src/x509/chain/diagnosis.ts';
import { checkCodeSigningChain } from '../../../../src/x509/chain/profile.ts';
import { basicConstraints, keyUsage } from '../../../../src/x509/issue/issue.ts';
import { draftOf, during, type Holder, keyOf, mintCa, mintChain, mintLeaf, mintSigned, subjectOf } from '../../../support/pki.ts';

const certificatesOf = (holders: readonly Holder[]) => holders.map(({ certificate }) => certificate);
const knownAs = (place: string, certificates: readonly Certificate[]): readonly KnownCertificate[] =>
  certificates.map((certificate) => ({ certificate, place }));

/** The problems as `kind` or `kind!` for those that last, and the chain. */
function diagnose(given: readonly Certificate[], circumstances: Partial<Circumstances> = {}) {
  const { problems, chain } = diagnoseChain(given, { known: [], at: during, ...circumstances });
  const kinds = problems.map(({ kind, repairable }) => `${kind}${repairable ? '' : '!'}`);
  return { kinds, chain, said: problems.map(({ message }) => message).join('\n') };
}

describe('diagnoseChain', () => {
  let holders: readonly Holder[];
  let chain: readonly Certificate[];
  let other: readonly Certificate[];
  before(async () => {
    holders = await mintChain();
    chain = certificatesOf(holders);
    const root = await mintCa('other root', undefined);
    other = certificatesOf([await mintLeaf('other leaf', root, {}, 'EC-384'), root]);
  });

  test('has nothing to say of a whole chain, nor of a self-signed leaf', async () => {
    assert.deepEqual(diagnose(chain), { kinds: [], chain, said: '' });
    const { certificate } = await mintLeaf('alone', undefined);
    assert.deepEqual(diagnose([certificate]), { kinds: [], chain: [certificate], said: '' });
  });

  test('order: told with both orders, and put right', () => {
    const found = diagnose(chain.toReversed());
    assert.deepEqual([found.kinds, found.chain], [['order'], chain]);
    assert.match(found.said, /leaf first.*"CN=leaf.*"CN=intermediate 1.*"CN=root.*; found "CN=root.*"CN=intermediate 1.*"CN=leaf/);
  });

  test('duplicates are counted', () => {
    const found = diagnose([...chain, ...chain.slice(1), ...chain.slice(2)]);
    assert.deepEqual([found.kinds, found.chain], [['duplicate', 'duplicate'], chain]);
    assert.match(found.said, /"CN=intermediate 1,.*" stands here 2 times\n.*"CN=root,.*" stands here 3 times/);
  });

  test('strangers are left out: another root, and with the key at hand another leaf', () => {
    const [leaf, root] = other;
    assert.ok(leaf && root);
    const withRoot = diagnose([root, ...chain]);
    assert.deepEqual([withRoot.kinds, withRoot.chain], [['extra'], chain]);
    const withBoth = diagnose([...other, ...chain], { publicKeyInfo: holders[0]?.key.publicKeyInfo ?? new Uint8Array() });
    assert.deepEqual([withBoth.kinds, withBoth.chain], [['extra', 'extra'], chain]);
    const unsaid = diagnose([...other, ...chain]);
    assert.deepEqual([unsaid.kinds, unsaid.chain], [['leaf!'], []]);
    assert.match(unsaid.said, /found 2 signing certificates: "CN=other leaf.*"CN=leaf.*--id/);
  });

  test('a missing root or intermediate comes from the trust store, or is told', () => {
    const [leaf, intermediate, root] = chain;
    assert.ok(leaf && intermediate && root);
    const known = knownAs('the trust store ca:acme', [root, ...other]);
    const completed = diagnose([leaf, intermediate], { known });
    assert.deepEqual([completed.kinds, completed.chain], [['missing'], chain]);
    assert.match(completed.said, /^"CN=root,.*", the issuer of "CN=intermediate 1,.*", is not here; it is in the trust store ca:acme$/);
    const twice = diagnose([leaf], { known: knownAs('x', [intermediate, root]) });
    assert.deepEqual([twice.kinds, twice.chain], [['missing', 'missing'], chain]);
    const bridged = diagnose([leaf, root], { known: knownAs('x', [intermediate]) });
    assert.deepEqual([bridged.kinds, bridged.chain], [['missing'], chain]);
    const open = diagnose([leaf, intermediate], { known: knownAs('x', other) });
    assert.deepEqual([open.kinds, open.chain], [['missing!'], [leaf, intermediate]]);
    assert.match(open.said, /^"CN=root,.*", the issuer of "CN=intermediate 1,.*", is neither here nor in the trust store$/);
    const gap = diagnose([leaf, root]);
    assert.deepEqual(gap.kinds, ['missing!'], 'what stands above a gap is no stranger yet');
  });

  test('an issuer of the right name that did not sign is no issuer', async () => {
    const [leaf, intermediate] = chain;
    const impostor = await mintCa('impostor', undefined, { subject: subjectOf('root'), issuer: subjectOf('root') });
    assert.ok(leaf && intermediate);
    assert.deepEqual(diagnose([leaf, intermediate], { known: knownAs('x', [impostor.certificate]) }).kinds, ['missing!']);
    const forged = await mintCa('forged root', undefined, {});
    const broken = mintSigned(
      draftOf('forged root', undefined, forged.key, [basicConstraints(true), keyUsage(['keyCertSign'])]),
      ecdsa,
      () => Buffer.alloc(70),
    );
    assert.match(diagnose([(await mintLeaf('leaf', forged)).certificate, broken]).said, /own key did not sign it/);
  });

  test('the leaf must be of the key', () => {
    const found = diagnose(chain, { publicKeyInfo: keyOf('EC-521', 'stranger').publicKeyInfo });
    assert.deepEqual([found.kinds, found.chain], [['key!'], []]);
    assert.match(found.said, /expected a certificate for the key P-521 sha256:[0-9a-f]{64}, found none/);
  });

  test('of two leaves of one key, the one that is valid', async () => {
    const [holder, issuer] = holders;
    assert.ok(holder && issuer);
    const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') };
    const old = await mintLeaf('leaf', issuer, expired);
    const found = diagnose([old.certificate, ...chain], { publicKeyInfo: holder.key.publicKeyInfo });
    assert.deepEqual([found.kinds, found.chain], [['extra'], chain]);
  });

  test('every broken rule and every bad date, not only the first', async () => {
    const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') };
    const changes = [
      { ...expired, extensions: [keyUsage(['digitalSignature', 'keyEncipherment'], false)] },
      { extensions: [basicConstraints(true, 0, false), keyUsage(['cRLSign'])] },
      { ...expired, extensions: [basicConstraints(true, 0), keyUsage(['keyCertSign'])] },
    ];
    const found = diagnose(certificatesOf(await mintChain({ changes })).toReversed());
    assert.deepEqual(found.kinds, ['order', 'rule!', 'rule!', 'rule!', 'rule!', 'rule!', 'validity!', 'validity!']);
    for (const words of [/leaf.*key usage that is not critical/, /leaf.*found keyEncipherment/, /intermediate 1.*not critical/]) {
      assert.match(found.said, words);
    }
    for (const words of [/intermediate 1.*keyCertSign, found cRLSign/, /root.*of at least 1, found 0/, /leaf.*expired on 2021-01-01/]) {
      assert.match(found.said, words);
    }
  });

  test('a key that cannot sign, and a signature with SHA-1, are told with their place known', async () => {
    const [, issuer] = holders;
    assert.ok(issuer);
    const draft = draftOf('sha-1 leaf', issuer, keyOf('EC-256', 'sha-1 leaf'), [keyUsage(['digitalSignature'])]);
    const weak = mintSigned(draft, sha1Rsa, (tbs) => createHash('sha1').update(tbs).digest());
    const found = diagnose([weak, ...chain.slice(1)]);
    assert.deepEqual(found.kinds, ['rule!']);
    assert.match(found.said, /sha-1 leaf.*found SHA1WithRSA/);
  });

  test('only authorities', () => {
    assert.match(diagnose(chain.slice(1)).said, /"CN=intermediate 1.*cA false .*found cA true/);
    assert.match(diagnose([...chain.slice(2), ...other.slice(1)]).said, /expected one signing certificate.*all of authorities/);
  });

  test('whatever is shuffled, copied, thrown in or left to the trust store is put right', () => {
    const whole = fc.record({
      copies: fc.array(fc.nat(2), { maxLength: 4 }),
      strangers: fc.boolean(),
      absent: fc.subarray([1, 2]),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(whole, fc.infiniteStream(fc.nat()), ({ copies, strangers, absent }, random) => {
        const here = [0, ...[1, 2].filter((index) => !absent.includes(index))];
        const picked = [...here, ...copies.filter((index) => here.includes(index))]
          .map((index) => chain[index])
          .filter((one) => one !== undefined);
        const given = [...picked, ...(strangers ? other.slice(1) : [])]
          .map((one) => ({ one, rank: Number(random.next().value) }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ one }) => one);
        const found = diagnoseChain(given, { known: knownAs('x', [...chain, ...other]), at: during });
        assert.ok(found.problems.every(({ repairable }) => repairable));
        assert.deepEqual(found.chain, chain);
        checkCodeSigningChain(found.chain, during);
        assert.deepEqual(diagnose(found.chain).kinds, []);
      }),
      { numRuns: 100 },
    );
  });

  test('authorities that sign each other in all directions end in time', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `mutual ${index}`);
    const roots = await Promise.all(names.map((name) => mintCa(name, undefined)));
    const crossed = await Promise.all(
      roots.flatMap((issuer, index) => names.filter((_, at) => at !== index).map((name) => mintCa(name, issuer))),
    );
    const [first] = crossed;
    assert.ok(first);
    const given = certificatesOf([await mintLeaf('leaf', first), ...crossed]);
    assert.ok(diagnose(given).kinds.includes('missing!'));
  });
});

const ecdsa = sequence(oid('1.2.840.10045.4.3.2'));
const sha1Rsa = sequence(oid('1.2.840.113549.1.1.5'), nullValue());
