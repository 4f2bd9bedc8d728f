// The fakes themselves: honest by default, by node:crypto's and openssl's judgement, and wrong in just the ways they claim.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Algorithm, algorithms } from '../../../src/core/algorithm.ts';
import { longestSalt, signDigest, signPkcs1, signPss, toDer } from '../../support/clouds/digest-signature.ts';
import { openLedger } from '../../support/clouds/ledger.ts';
import { malformedDer, malformedFixed } from '../../support/clouds/malformed.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { keyOf, type TestKey } from '../../support/pki.ts';

const message = Buffer.from('a message');

function digestOf({ hash }: Algorithm): Uint8Array {
  return createHash(hash).update(message).digest();
}

function verifiesAs(key: TestKey, signature: Uint8Array, how: object): boolean {
  const publicKey = createPublicKey({ key: Buffer.from(key.publicKeyInfo), format: 'der', type: 'spki' });
  return verify(key.algorithm.hash, message, { key: publicKey, ...how }, signature);
}

function pss(saltLength: number): object {
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

test('a ledger finds a secret in every form, and nothing else', () => {
  const secret = 'd2f1c6/e0+7a9b4c5d6e7f8091a2b3c4d5=';
  const said = {
    plainly: `"${secret}"`,
    'in a URL': `?x=${encodeURIComponent(secret)}&y`,
    'in base64': `Basic ${Buffer.from(secret).toString('base64')}`,
    'cut off': `${secret.slice(0, 24)}…`,
  };
  const ledger = openLedger();
  ledger.hear('nothing', 'all is well');
  assert.deepEqual(ledger.leaks(), []);
  for (const [where, text] of Object.entries(said)) ledger.hear(where, text);
  ledger.guard([secret]);
  const found = new Set(ledger.leaks().map((leak) => leak.slice(0, leak.indexOf(':'))));
  assert.deepEqual([...found].sort(), Object.keys(said).sort());
});

for (const algorithm of algorithms) {
  const key = keyOf(algorithm.keySpec);
  const digest = digestOf(algorithm);

  test(`${algorithm.keySpec}: digests are signed as messages are`, () => {
    for (let round = 0; round < 8; round += 1) {
      const how = algorithm.kind === 'RSA' ? pss(algorithm.hashBytes) : { dsaEncoding: 'ieee-p1363' };
      assert.ok(verifiesAs(key, signDigest(key, digest), how));
    }
  });

  if (algorithm.kind === 'EC') {
    test(`${algorithm.keySpec}: openssl takes the DER, and none of what is malformed`, (t) => {
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, 'digest'), digest);
      writeFileSync(join(folder, 'key'), key.publicKeyInfo);
      const opensslTakes = (signature: Uint8Array) => {
        writeFileSync(join(folder, 'signature'), signature);
        const words = 'pkeyutl -verify -pubin -keyform DER -inkey key -in digest -sigfile signature'.split(' ');
        try {
          return execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' }).includes('Verified Successfully');
        } catch {
          return false;
        }
      };
      const signature = signDigest(key, digest);
      assert.ok(opensslTakes(toDer(signature)));
      for (const [name, reform] of Object.entries(malformedDer)) assert.ok(!opensslTakes(reform(signature)), name);
    });

    test(`${algorithm.keySpec}: nothing malformed is r‖s`, () => {
      const signature = signDigest(key, digest);
      for (const [name, reform] of Object.entries(malformedFixed))
        assert.ok(!verifiesAs(key, reform(signature), { dsaEncoding: 'ieee-p1363' }), name);
    });
  } else {
    test(`${algorithm.keySpec}: other salts and paddings are what they claim`, () => {
      const longest = longestSalt(algorithm);
      assert.ok(verifiesAs(key, signPss(key, digest, longest), pss(longest)));
      assert.ok(!verifiesAs(key, signPss(key, digest, longest), pss(algorithm.hashBytes)));
      assert.ok(verifiesAs(key, signPkcs1(key, digest), { padding: constants.RSA_PKCS1_PADDING }));
    });
  }
}
