// Every rule of trust policies (trust policy specification § Trust Policy), broken alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { parseBlobPolicy } from '../../../src/policy/blob.ts';
import { levels } from '../../../src/policy/level.ts';
import { parseOciPolicy } from '../../../src/policy/oci.ts';

const good = {
  name: 'release',
  registryScopes: ['registry.example.com/app'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme'],
};
const at = 'policy.json: statement "release"';

type Case = readonly [what: string, document: unknown, words: string];

const withStatement = (change: object) => ({ version: '1.0', trustPolicies: [{ ...good, ...change }] });
const withVerification = (change: object) => withStatement({ signatureVerification: { level: 'strict', ...change } });
const withStores = (...trustStores: readonly unknown[]) => withStatement({ trustStores });
const withIdentities = (...trustedIdentities: readonly unknown[]) => withStatement({ trustedIdentities });
const withScopes = (...registryScopes: readonly unknown[]) => withStatement({ registryScopes });
const without = (member: keyof typeof good) => withStatement({ [member]: undefined });
const skipping = (change: object) =>
  withStatement({ signatureVerification: { level: 'skip' }, trustStores: [], trustedIdentities: [], ...change });

const documents: readonly Case[] = [
  ['an array', [], 'policy.json: expected a JSON object, found an array'],
  ['no version', { trustPolicies: [good] }, 'policy.json: expected version "1.0", found ""'],
  ['another version', { version: '1.1', trustPolicies: [good] }, 'policy.json: expected version "1.0", found "1.1"'],
  ['a version that is a number', { version: 1, trustPolicies: [good] }, 'policy.json: expected version to be a text, found a number'],
  ['no statements', { version: '1.0' }, 'policy.json: expected at least one statement'],
  ['an empty list', { version: '1.0', trustPolicies: [] }, 'policy.json: expected at least one statement'],
  [
    'statements that are no list',
    { version: '1.0', trustPolicies: {} },
    'policy.json: expected trustPolicies to be a list, found an object',
  ],
  ['a statement that is none', { version: '1.0', trustPolicies: [good, 'x'] }, 'policy.json: statement 2: expected a JSON object'],
  ['an unknown member', { version: '1.0', trustPolicies: [good], trustPolicy: 1 }, 'policy.json: unknown member "trustPolicy"'],
  ['no name', without('name'), 'policy.json: statement 1: expected a name, found none'],
  ['an empty name', withStatement({ name: '' }), 'policy.json: statement 1: expected a name, found none'],
  ['a name that is none', withStatement({ name: ['x'] }), 'policy.json: statement 1: expected name to be a text, found an array'],
  [
    'a name twice',
    { version: '1.0', trustPolicies: [good, { ...good, registryScopes: ['*'] }] },
    'policy.json: expected each statement\'s name once, found "release" twice',
  ],
  ['an unknown member of a statement', withStatement({ trustedIdentites: ['*'] }), `${at}: unknown member "trustedIdentites"`],
  ['another case of a member', withStatement({ TrustStores: ['ca:a'] }), `${at}: unknown member "TrustStores"`],
];

const verifications: readonly Case[] = [
  ['no signatureVerification', without('signatureVerification'), `${at}: signatureVerification: expected a JSON object, found nothing`],
  [
    'one that is none',
    withStatement({ signatureVerification: 'strict' }),
    `${at}: signatureVerification: expected a JSON object, found a string`,
  ],
  [
    'no level',
    withVerification({ level: undefined }),
    `${at}: expected level to be one of "strict", "permissive", "audit", "skip", found nothing`,
  ],
  [
    'another level',
    withVerification({ level: 'Strict' }),
    `${at}: expected level to be one of "strict", "permissive", "audit", "skip", found "Strict"`,
  ],
  ['a level that every object has', withVerification({ level: 'constructor' }), `${at}: expected level to be one of`],
  ['an unknown member', withVerification({ overide: {} }), `${at}: signatureVerification: unknown member "overide"`],
  ['an override that is a list', withVerification({ override: [] }), `${at}: override: expected a JSON object, found an array`],
  ['an override of no check', withVerification({ override: { timestamp: 'log' } }), `${at}: override: unknown member "timestamp"`],
  ['an override of integrity', withVerification({ override: { integrity: 'enforce' } }), `${at}: override: expected integrity to stay`],
  ...(['authenticity', 'expiry', 'authenticTimestamp'] as const).map(
    (check): Case => [
      `${check} skipped`,
      withVerification({ override: { [check]: 'skip' } }),
      `${at}: override: expected ${check} to be one of "enforce", "log", found "skip"`,
    ],
  ),
  [
    'an action that is none',
    withVerification({ override: { revocation: 'ignore' } }),
    'expected revocation to be one of "enforce", "log", "skip", found "ignore"',
  ],
  [
    'an action that is null',
    withVerification({ override: { revocation: null } }),
    'expected revocation to be one of "enforce", "log", "skip", found nothing',
  ],
  [
    'an action that is a number',
    withVerification({ override: { revocation: 1 } }),
    `${at}: override: expected revocation to be a text, found a number`,
  ],
  [
    'an override of skip',
    skipping({ signatureVerification: { level: 'skip', override: { expiry: 'log' } } }),
    `${at}: expected no override of level skip`,
  ],
  [
    'another verifyTimestamp',
    withVerification({ verifyTimestamp: 'never' }),
    `${at}: expected verifyTimestamp to be one of "always", "afterCertExpiry", found "never"`,
  ],
];

const trust: readonly Case[] = [
  ['no trust stores', without('trustStores'), `${at}: expected trustStores and trustedIdentities, found no trustStores`],
  ['an empty list of stores', withStores(), `${at}: expected trustStores and trustedIdentities, found no trustStores`],
  ['no identities', without('trustedIdentities'), `${at}: expected trustStores and trustedIdentities, found no trustedIdentities`],
  [
    'stores at level skip',
    skipping({ trustStores: ['ca:acme'] }),
    `${at}: expected no trustStores and no trustedIdentities where the level is skip`,
  ],
  [
    'identities at level skip',
    skipping({ trustedIdentities: ['*'] }),
    `${at}: expected no trustStores and no trustedIdentities where the level is skip`,
  ],
  [
    'stores that are no list',
    withStatement({ trustStores: 'ca:acme' }),
    `${at}: expected trustStores to be a list of texts, found a string`,
  ],
  ['a store that is none', withStores('ca:acme', null), `${at}: expected trustStores to be a list of texts, found null in it`],
  ['a store without a type', withStores('acme'), `${at}: expected trust stores as type:name, found "acme"`],
  ['an empty store', withStores(''), `${at}: expected trust stores as type:name, found ""`],
  [
    'another type of store',
    withStores('CA:acme'),
    `${at}: expected the type of trust store "CA:acme" to be one of "ca", "signingAuthority", "tsa", found "CA"`,
  ],
  ...['ca:', 'ca:a b', 'ca:a/b', 'ca:..', 'ca:.', 'ca:a:b', 'ca:ä', 'ca:a\n'].map(
    (store): Case => [
      `the store ${JSON.stringify(store)}`,
      withStores(store),
      `${at}: expected the name of a trust store in [a-zA-Z0-9_.-]+`,
    ],
  ),
  ['* beside others', withIdentities('*', 'x509.subject: C=US, ST=WA, O=acme'), `${at}: expected the trusted identity "*" alone`],
  ['* twice', withIdentities('*', '*'), `${at}: expected the trusted identity "*" alone`],
  ['an empty identity', withIdentities(''), `${at}: expected a trusted identity "x509.subject: …" or "*", found ""`],
  ['an identity without a prefix', withIdentities('C=US, ST=WA, O=acme'), `${at}: expected a trusted identity "x509.subject: …" or "*"`],
  [
    'a subject of nothing',
    withIdentities('x509.subject:'),
    `${at}: trusted identity: distinguished name "": expected C, ST and O at least, found no C`,
  ],
  ['a subject without ST', withIdentities('x509.subject: C=US, O=acme'), `${at}: trusted identity: `],
  [
    'an identity twice',
    withIdentities('x509.subject: C=US, ST=WA, O=a', 'x509.subject:O=a,S=WA,C=US'),
    `${at}: expected trusted identities that no certificate satisfies together`,
  ],
  [
    'an identity in another',
    withIdentities('x509.subject: C=US, ST=WA, O=a, OU=b', 'x509.subject: C=US, ST=WA, O=b', 'x509.subject: C=US, ST=WA, O=a'),
    'found "x509.subject: C=US, ST=WA, O=a" and "x509.subject: C=US, ST=WA, O=a, OU=b"',
  ],
];

const scopes: readonly Case[] = [
  ['no scopes', without('registryScopes'), `${at}: expected at least one registry scope, found none`],
  ['an empty list of scopes', withScopes(), `${at}: expected at least one registry scope, found none`],
  ['* beside others', withScopes('*', 'a/b'), `${at}: expected the registry scope "*" alone`],
  ['a scope that is none', withScopes(1), `${at}: expected registryScopes to be a list of texts, found a number in it`],
  ['a scope twice in a statement', withScopes('a/b', 'a/b'), 'policy.json: expected each registry scope once, found "a/b" twice'],
  [
    'a scope in two statements',
    { version: '1.0', trustPolicies: [good, { ...good, name: 'other' }] },
    'policy.json: expected each registry scope once, found "registry.example.com/app" twice',
  ],
  ...[
    '',
    'app',
    '/app',
    'a/',
    'a/b:v1',
    `a/b@sha256:${'0'.repeat(64)}`,
    'https://a/b',
    'a/B',
    'a b/c',
    'a/b c',
    'a_/b',
    'a/*',
    'a*',
    '**',
    'a/b/',
    'a//b',
    'a:x/b',
    '[::1]/b',
    '-a/b',
    'a/-b',
    'a/b\n',
    'a/b..c',
  ].map(
    (scope): Case => [
      `the scope ${JSON.stringify(scope)}`,
      withScopes(scope),
      `${at}: expected a registry scope as registry/repository or "*", found ${JSON.stringify(scope)}`,
    ],
  ),
];

for (const [group, cases] of [
  ['documents', documents],
  ['signatureVerification', verifications],
  ['stores and identities', trust],
  ['scopes', scopes],
] as const) {
  describe(group, () => {
    for (const [what, document, words] of cases) {
      test(`${what}: refused`, () => refuses(() => parseOciPolicy(Buffer.from(JSON.stringify(document)), 'policy.json'), words));
    }
  });
}

const bytes: readonly Case[] = [
  ['nothing', '', 'policy.json: expected one JSON object, found nothing'],
  ['no JSON', '{"version"', 'policy.json: expected one JSON object, found text that is not valid JSON'],
  ['what follows', `${JSON.stringify(withStatement({}))}{}`, 'policy.json: expected one JSON object, found text that is not valid JSON'],
  ['a byte order mark', `\ufeff${JSON.stringify(withStatement({}))}`, 'not valid JSON'],
  [
    'a member twice',
    JSON.stringify(withStatement({})).replace('"strict"', '"strict","level":"audit"'),
    'policy.json: expected each JSON member once',
  ],
];

describe('bytes', () => {
  for (const [what, text, words] of bytes)
    test(`${what}: refused`, () => refuses(() => parseOciPolicy(Buffer.from(String(text)), 'policy.json'), words));
});

const blobs: readonly Case[] = [
  [
    'globalPolicy that is a text',
    withStatement({ globalPolicy: 'true' }),
    `${at}: expected globalPolicy to be true or false, found a string`,
  ],
  ['skip for everything', skipping({ globalPolicy: true }), `${at}: expected another level than skip for the global statement`],
  [
    'two global statements',
    { version: '1.0', trustPolicies: ['a', 'b', 'c'].map((name) => ({ ...good, name, globalPolicy: name !== 'b' })) },
    'policy.json: expected one global statement at most, found "a" and "c"',
  ],
  ['an unknown member', withStatement({ global: true }), `${at}: unknown member "global"`],
];

describe('blob policies', () => {
  for (const [what, document, words] of blobs) {
    test(`${what}: refused`, () => refuses(() => parseBlobPolicy(Buffer.from(JSON.stringify(document)), 'policy.json'), words));
  }
});

test('what is misspelled is guessed', () => {
  for (const [change, hint] of [
    [{ signatureVerification: { level: 'strict', overide: {} } }, 'did you mean override?'],
    [{ trustedIdentites: [] }, 'did you mean trustedIdentities?'],
    [{ signatureVerification: { level: 'permisive' } }, 'did you mean permissive?'],
    [{ comment: '' }, 'the members are name, signatureVerification, trustStores, trustedIdentities, registryScopes, globalPolicy'],
  ] as const) {
    assert.throws(
      () => parseOciPolicy(Buffer.from(JSON.stringify(withStatement(change))), 'policy.json'),
      (error) => error instanceof NotationError && error.hint === hint,
    );
  }
});

test('what may be left out is left out', () => {
  const nothing = { trustStores: null, trustedIdentities: null, globalPolicy: null };
  const verification = { level: 'skip', override: null, verifyTimestamp: '' };
  const [statement] = parseOciPolicy(
    Buffer.from(JSON.stringify(skipping({ ...nothing, signatureVerification: verification }))),
    'p',
  ).statements;
  assert.deepEqual(statement, {
    name: 'release',
    level: 'skip',
    actions: levels.skip,
    verifyTimestamp: 'always',
    trustStores: [],
    trustedIdentities: [],
    registryScopes: good.registryScopes,
  });
});

test('a good statement is read whole', () => {
  const change = {
    registryScopes: ['a.b-c:5000/d/e__f.g', 'local/layout'],
    signatureVerification: {
      level: 'audit',
      override: { revocation: 'skip', authenticity: 'enforce' },
      verifyTimestamp: 'afterCertExpiry',
    },
    trustStores: ['tsa:a', 'ca:A_b.c-1', 'ca:A_b.c-1', 'signingAuthority:s'],
    trustedIdentities: ['x509.subject: C=US, ST=WA, O=a\\, b', 'cloud.role:x', 'x509.subject: C=US, ST=WA, O=b, CN=c'],
    globalPolicy: true,
  };
  const [statement] = parseOciPolicy(Buffer.from(JSON.stringify(withStatement(change))), 'p').statements;
  assert.deepEqual(statement, {
    name: 'release',
    level: 'audit',
    actions: { integrity: 'enforce', authenticity: 'enforce', expiry: 'log', authenticTimestamp: 'log', revocation: 'skip' },
    verifyTimestamp: 'afterCertExpiry',
    trustStores: [
      { type: 'tsa', name: 'a' },
      { type: 'ca', name: 'A_b.c-1' },
      { type: 'ca', name: 'A_b.c-1' },
      { type: 'signingAuthority', name: 's' },
    ],
    trustedIdentities: [
      {
        kind: 'subject',
        text: change.trustedIdentities[0],
        identity: new Map([
          ['C', 'US'],
          ['ST', 'WA'],
          ['O', 'a, b'],
        ]),
      },
      { kind: 'other', text: 'cloud.role:x' },
      {
        kind: 'subject',
        text: change.trustedIdentities[2],
        identity: new Map([
          ['C', 'US'],
          ['ST', 'WA'],
          ['O', 'b'],
          ['CN', 'c'],
        ]),
      },
    ],
    registryScopes: change.registryScopes,
  });
});

function refuses(read: () => unknown, words: string): void {
  assert.throws(read, (error) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.equal(error.code, 'POLICY');
    assert.ok(error.message.includes(words), error.message);
    return true;
  });
}
