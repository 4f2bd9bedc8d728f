// Policies at random, before notation and before us: both take it, or neither.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { NotationError } from '../../src/core/error.ts';
import { parseOciPolicy } from '../../src/policy/oci.ts';
import { temporaryFolder } from '../support/key-files.ts';
import { openFolder, removeFolder } from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { start } from '../support/process.ts';
import { type Random, randomFrom } from '../support/random.ts';

const rounds = Number(process.env['NOTATION_TS_KMS_POLICIES'] ?? 100);
const seed = Number(process.env['NOTATION_TS_KMS_FUZZ_SEED'] ?? 11);

/** How often a part of a statement is a doubtful one: many policies break one rule, and not all of them many. */
const doubtful = 8;

describe('policies at random', () => {
  let folder: string;
  before(() => {
    folder = openFolder();
  });
  after(() => removeFolder(folder));

  test(`${rounds} with seed ${seed}`, needs('notation'), async (t) => {
    const random = randomFrom(seed);
    const counts = { taken: 0, refused: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const text = JSON.stringify(policy(random));
      const [ours, theirs] = [verdictOf(text), await askNotation(text, folder)];
      assert.equal(ours.taken, theirs.taken, `round ${round}: ${text}\nours: ${ours.said}\nnotation: ${theirs.said}`);
      counts[ours.taken ? 'taken' : 'refused'] += 1;
    }
    t.diagnostic(`${counts.taken} taken, ${counts.refused} refused by both`);
    assert.ok(Math.min(counts.taken, counts.refused) * 5 > rounds, 'enough of each');
  });
});

/** RFC 4514 §2.4 wants these escaped, or UTF-8; notation 1.3.2 takes them as they stand, and what it is built with now does not. */
const unescaped = ['O="e"', 'O=e<f>', 'O=e\u0000f', 'O=e\\C3'];

describe('names that RFC 4514 does not know', () => {
  for (const attribute of unescaped) {
    test(JSON.stringify(attribute), needs('notation'), async (t) => {
      const folder = temporaryFolder(t);
      const text = JSON.stringify({
        version: '1.0',
        trustPolicies: [{ ...good, trustedIdentities: [`x509.subject: C=US, ST=WA, ${attribute}`] }],
      });
      const [ours, theirs] = [verdictOf(text), await askNotation(text, folder)];
      assert.deepEqual([ours.taken, theirs.taken], [false, true], theirs.said);
    });
  }
});

const good = { name: 'a', registryScopes: ['*'], signatureVerification: { level: 'strict' }, trustStores: ['ca:a'] };

interface Verdict {
  readonly taken: boolean;
  readonly said: string;
}

function verdictOf(text: string): Verdict {
  try {
    parseOciPolicy(Buffer.from(text), 'policy.json');
    return { taken: true, said: '' };
  } catch (error) {
    assert.ok(error instanceof NotationError && error.code === 'POLICY', String(error));
    return { taken: false, said: error.message };
  }
}

async function askNotation(text: string, folder: string): Promise<Verdict> {
  const path = join(folder, 'policy.json');
  writeFileSync(path, text);
  const env = { HOME: folder, XDG_CONFIG_HOME: join(folder, 'config') };
  const { code, stderr } = await start([openPeer('notation'), 'policy', 'import', '--force', path], { env });
  return { taken: code === 0, said: stderr };
}

function policy(random: Random): unknown {
  const statements = Array.from({ length: 1 + random.below(3) }, (_, index) => statement(random, index));
  return { version: rarely(random, ['', '1', '1.0 ', null, 1]) ?? '1.0', trustPolicies: rarely(random, [[], null, {}]) ?? statements };
}

function statement(random: Random, index: number): object {
  const skips = random.below(6) === 0;
  const trust = {
    trustStores: rarely(random, [[], null, 'ca:a', [null], [1]]) ?? someOf(random, stores, doubtfulStores),
    trustedIdentities: rarely(random, [[], null, '*', ['*'], ['*', '*'], [null]]) ?? someOf(random, identities, doubtfulIdentities),
  };
  const scopes = rarely(random, [[], null, 'a/b', [null]]) ?? [
    `registry.example.com/${index}`,
    ...someOf(random, [`a/b${index}`], doubtfulScopes),
  ];
  return {
    name: rarely(random, ['', 'statement 0', null, 7, 'ü\n']) ?? `statement ${index}`,
    registryScopes: index === 0 && random.below(4) === 0 ? ['*'] : scopes,
    signatureVerification: verification(random, skips),
    ...(skips && random.below(4) > 0 ? rarely(random, [{ trustStores: [], trustedIdentities: null }]) : trust),
  };
}

function verification(random: Random, skips: boolean): unknown {
  const level = skips ? 'skip' : random.pick(['strict', 'permissive', 'audit']);
  const changed = random.pick(['authenticity', 'expiry', 'authenticTimestamp', 'revocation']);
  const override = { [changed]: random.pick(['enforce', 'log']) };
  return (
    rarely(random, [null, {}, 'strict', []]) ?? {
      level: rarely(random, ['', 'Strict', 'none', null, 1]) ?? level,
      ...(random.below(3) === 0 && { override: rarely(random, doubtfulOverrides) ?? (skips ? {} : override) }),
      ...(random.below(3) === 0 && {
        verifyTimestamp: rarely(random, ['', 'never', 'Always', null, 1]) ?? random.pick(['always', 'afterCertExpiry']),
      }),
    }
  );
}

const doubtfulOverrides = [
  null,
  [],
  { integrity: 'enforce' },
  { revocation: 'skip' },
  { expiry: 'skip' },
  { revocation: 'ignore' },
  { expiry: null },
  { timestamp: 'log' },
  { authenticity: '' },
];

const stores = ['ca:a', 'ca:A_b.c-1', 'signingAuthority:s', 'tsa:t'];
const doubtfulStores = ['ca', 'ca:', ':a', 'CA:a', 'ca:a:b', 'ca:a b', 'ca:a/b', 'ca:\u00e4', '', 'ca:...', ' ca:a', 'ca:a\n'];

const identities = [
  'x509.subject: C=US, ST=WA, O=a',
  'x509.subject: C=US, ST=WA, O=b, CN=x',
  'x509.subject:CN=y,O=c,S=WA,C=US',
  'x509.subject: C=US, ST=WA, O=d\\, Inc., OU=\\#1',
  'role:x',
];
const doubtfulIdentities = [
  '*',
  '',
  ':',
  'x509.subject',
  'x509.subject:',
  'X509.subject: C=US, ST=WA, O=a',
  'x509.subject : C=US',
  'C=US, ST=WA, O=a',
  'x509.subject: C=US, ST=WA',
  'x509.subject: C=US, O=a',
  'x509.subject: c=US, st=WA, o=a',
  'x509.subject: C=US, S=WA, ST=WA, O=a',
  'x509.subject: C=US, ST=WA, O=a, O=b',
  'x509.subject: C=US, ST=WA, O=a+OU=b',
  'x509.subject: C=US, ST=WA, O=#0401ff',
  'x509.subject: C=US, ST=WA, O= #0401ff',
  'x509.subject: C=US, ST=WA, O=',
  'x509.subject: C=US, ST=WA, O=e, OU=',
  'x509.subject: C=US, ST=WA, O=e=f',
  'x509.subject: C=US, ST=WA, O=e,',
  'x509.subject: C=US, ST=WA, O=e,,',
  'x509.subject: C=US; ST=WA; O=e',
  'x509.subject: C=US, ST=WA, O=e;',
  'x509.subject: C=US, ST=WA, O=e\\',
  'x509.subject: C=US, ST=WA, O=e\\ ',
  'x509.subject: C=US, ST=WA, O=\\ e',
  'x509.subject: C=US, ST=WA, O=e\\C3\\A9',
  'x509.subject: C=US, ST=WA, O=\\zz',
  'x509.subject: C=US, ST=WA, O=e\\<f\\>',
  'x509.subject: C=US, ST=WA, O=e\tf',
  'x509.subject:\tC=US, ST=WA, O=e',
  'x509.subject: C=US, ST=WA, O=e\n',
  'x509.subject: C=US, ST=WA, O=\u00e9\u{1f600}',
  'x509.subject: C=US, ST=WA, O=e, 1.2.840.113549.1.9.1=x',
  'x509.subject: C=US, ST=WA, O=e, unknown=x',
  'x509.subject: C=US, ST=WA, O=e, =x',
  'x509.subject: C=US, ST=WA, O=e, x',
  'x509.subject: C =US, ST= WA, O = e',
  'x509.subject: C=US, ST=WA, O=e, street=1, L=x, postalCode=2',
  'x509.subject: ',
  'x509.subject: C=US, ST=WA, O=e, \\43N=x',
  'x509.subject: C=US, ST=WA, O=e, OU=a\\=b',
  'x509.subject: C=US, ST=WA, O=e, OU=a\\+b',
  "x509.subject: C=US, ST=WA, O=e, OU='",
  'x509.subject: C=US, ST=WA, O=a',
];

const doubtfulScopes = [
  '*',
  '',
  'a',
  'a/b',
  'a/B',
  'A/b',
  'a/b:v1',
  `a/b@sha256:${'0'.repeat(64)}`,
  'https://a/b',
  'a/*',
  'a/b/',
  'a//b',
  '/a/b',
  'a:5000/b',
  'a:/b',
  'a:x/b',
  '[::1]/b',
  'a..b/c',
  'a./b',
  'a_b/c',
  '-a/b',
  'a-/b',
  'a--b/c',
  'a/b..c',
  'a/b__c',
  'a/b___c',
  'a/b--c',
  'a/b._c',
  'a/-b',
  'a/b-',
  '\u00e4/b',
  'a/b\n',
  ' a/b',
  'xn--a/b',
  '1.2.3.4:5/b/c/d',
  'a/b%20',
  'a.b/c?d',
];

/** Now and then one of these. */
function rarely<T>(random: Random, values: readonly T[]): T | undefined {
  return random.below(doubtful * 4) === 0 ? random.pick(values) : undefined;
}

function someOf(random: Random, usual: readonly string[], strange: readonly string[]): readonly string[] {
  const picked = usual.filter(() => random.below(2) === 0);
  const some = picked.length === 0 ? usual.slice(0, 1) : picked;
  return random.below(doubtful) === 0 ? [...some, random.pick(strange)] : some;
}
