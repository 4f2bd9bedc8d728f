// What Vault itself may say or do wrong.
import type { KeySpec } from '../../../src/core/algorithm.ts';
import type { ContractErrorCode } from '../../../src/protocol/error.ts';
import { keyOf } from '../pki.ts';
import type { WireSign } from './aws.ts';
import { chainFlaws } from './chain-faults.ts';
import { longestSalt, orderOf, signDigest, signPkcs1, signPss, toDer } from './digest-signature.ts';
import { malformedFixed } from './malformed.ts';
import type { Expected, Row, StageName } from './row.ts';
import { secrets } from './secret.ts';

const asked: readonly StageName[] = ['vault describe', 'vault chain', 'vault sign', 'vault tool'];

/** What the server says, by what it means for the caller. */
const meanings: readonly (readonly [
  name: string,
  status: number,
  words: string,
  outcome: ContractErrorCode,
  says: RegExp,
  at?: readonly StageName[],
])[] = [
  [
    'a token that may not',
    403,
    '1 error occurred:\n\t* permission denied\n\n',
    'ACCESS_DENIED',
    /permission denied.*capabilities = \["(update|read)"\]/,
    ['vault describe', 'vault sign', 'vault tool'],
  ],
  ['a key that is not there', 400, 'signing key not found', 'VALIDATION_ERROR', /transit_mount/, ['vault sign']],
  [
    'a mount that is not there',
    404,
    'no handler for route "transit/sign/release". route entry not found.',
    'VALIDATION_ERROR',
    /transit_mount|kv_mount|cert_chain/,
  ],
  ['a key that does not sign', 400, 'key type aes256-gcm96 does not support signing', 'VALIDATION_ERROR', /rsa-2048/, ['vault sign']],
  [
    'a version that is too old',
    500,
    'requested version for signing is less than the minimum encryption key version',
    'VALIDATION_ERROR',
    /min_encryption_version/,
    ['vault sign'],
  ],
  ['a server that is sealed', 503, 'Vault is sealed', 'ERROR', /sealed.*unseal/],
  ['a standby that passes nothing on', 473, '', 'ERROR', /standby.*active/],
  ['a standby that points to another', 307, '', 'ERROR', /standby.*active/],
  ['a replica that lags', 412, 'required index state not present', 'ERROR', /412/],
  ['a quota', 429, 'request path "transit/sign/release": rate limit quota exceeded', 'THROTTLED', /quota/],
  ['a namespace that is not there', 400, 'namespace not authorized', 'VALIDATION_ERROR', /vault_namespace/],
];

const refusals: readonly Row[] = meanings.map(([name, status, words, outcome, says, at = asked]) => ({
  name,
  at,
  act: { does: 'refuse', refusal: { status, code: words } },
  expected: { outcome, says: [says], metadata: [String(status)] },
  seconds: 3,
}));

const logins: readonly Row[] = [
  {
    name: 'a secret id that is refused',
    at: ['vault login'],
    act: { does: 'refuse', refusal: { status: 400, code: 'invalid role or secret ID' } },
    expected: { outcome: 'ACCESS_DENIED', says: [/auth\/approle\/login was refused/, /invalid role or secret ID/], times: 1 },
  },
  {
    name: 'a login that gives no token',
    at: ['vault login'],
    act: { does: 'answer', answer: { status: 200, body: '{"auth":{"client_token":"two lines\\nof it"}}' } },
    expected: { outcome: 'ERROR', says: [/expected a token/] },
  },
  scene('no address', ['vault sign'], { VAULT_ADDR: '' }, { outcome: 'VALIDATION_ERROR', says: [/VAULT_ADDR/] }),
  scene('no token', ['vault sign', 'vault tool'], { VAULT_TOKEN: '' }, { outcome: 'ACCESS_DENIED', says: [/VAULT_TOKEN/] }),
  scene(
    'a token of two lines',
    ['vault sign'],
    { VAULT_TOKEN: `${secrets.vaultToken}\nx-other: 1` },
    { outcome: 'VALIDATION_ERROR', says: [/VAULT_TOKEN/] },
  ),
  scene(
    'an address with a password in it',
    ['vault sign'],
    { VAULT_ADDR: `https://user:${secrets.proxyPassword}@localhost` },
    {
      outcome: 'VALIDATION_ERROR',
      says: [/VAULT_ADDR/],
    },
  ),
  scene(
    'a server that is not to be verified',
    ['vault sign'],
    { VAULT_SKIP_VERIFY: '1' },
    { outcome: 'VALIDATION_ERROR', says: [/VAULT_CACERT/] },
  ),
  scene(
    'a client certificate without its key',
    ['vault sign'],
    { VAULT_CLIENT_CERT: import.meta.filename },
    {
      outcome: 'VALIDATION_ERROR',
      says: [/VAULT_CLIENT_KEY/],
    },
  ),
];

function scene(name: string, at: readonly StageName[], environment: Readonly<Record<string, string>>, expected: Expected): Row {
  return { name, at, scene: { environment }, expected: { ...expected, times: 0 } };
}

const keys: readonly Row[] = [
  {
    name: 'a key for encryption',
    at: ['vault describe'],
    scene: { transit: { otherType: 'aes256-gcm96' } },
    expected: { outcome: 'VALIDATION_ERROR', says: [/aes256-gcm96/] },
  },
  {
    name: 'a leaf of an older version than the newest',
    at: ['vault sign'],
    scene: { rotated: true },
    expected: { outcome: 'success', asks: ['sign', 'read-key', 'sign'] },
  },
  {
    name: 'a leaf of a version that may not sign any more',
    at: ['vault sign'],
    scene: { rotated: true, transit: { least: 2 } },
    expected: { outcome: 'VALIDATION_ERROR', says: [/min_encryption_version/] },
  },
  {
    name: 'a leaf of no version',
    at: ['vault sign'],
    scene: { flaw: 'of another key' },
    expected: { outcome: 'VALIDATION_ERROR', says: [/public key of a version/], asks: ['sign', 'read-key'] },
  },
];

/** Signatures that verify under another key, another scheme or not at all: the leaf certificate tells, and then the versions are asked for. */
const wrong: readonly Row[] = [
  signs('EC-256', 'with another key', (_, digest) => signDigest(keyOf('EC-256', 'stranger'), digest)),
  signs('EC-256', 'with an r as great as the order', (key, digest) =>
    Buffer.concat([orderOf(key.algorithm), signDigest(key, digest).subarray(32)]),
  ),
  signs('EC-256', 'another digest', (key, digest) => signDigest(key, digest.toReversed())),
  signs('RSA-2048', 'with another key', (_, digest) => signDigest(keyOf('RSA-2048', 'stranger'), digest)),
  signs('RSA-2048', 'with the longest salt', (key, digest) => signPss(key, digest, longestSalt(key.algorithm))),
  signs('RSA-2048', 'without salt', (key, digest) => signPss(key, digest, 0)),
  signs('RSA-2048', 'by PKCS#1 v1.5', signPkcs1),
  signs('RSA-2048', 'with a byte too few', (key, digest) => signDigest(key, digest).subarray(1)),
  ...Object.entries(malformedFixed).map(([what, reform]) =>
    signs('EC-256', `with ${what}`, (key, digest) => reform(signDigest(key, digest))),
  ),
];

function signs(spec: KeySpec, how: string, sign: WireSign): Row {
  return {
    name: `${spec} signs ${how}`,
    at: ['vault sign'],
    scene: { spec, transit: { sign } },
    expected: { outcome: ['VALIDATION_ERROR', 'ERROR'] },
  };
}

/** What is written around a signature. */
const written: readonly Row[] = (
  [
    ['without its version', (signature) => `vault:${toText(signature)}`],
    ['of version 0', (signature) => `vault:v0:${toText(signature)}`],
    ['in base64', (signature) => `vault:v1:${Buffer.concat([toDer(signature), Buffer.from('~~~')]).toString('base64')}`],
    ['in two lines', (signature) => `vault:v1:${toText(signature)}\n`],
  ] as readonly (readonly [string, (signature: Uint8Array) => string])[]
).map(([how, write]) => ({
  name: `a signature ${how}`,
  at: ['vault sign'],
  scene: { transit: { write } },
  expected: { outcome: 'ERROR', says: [/signature/], times: 1 },
}));

function toText(signature: Uint8Array): string {
  return Buffer.from(signature).toString('base64url');
}

const chains: readonly Row[] = chainFlaws.flatMap(([flaw, expected]) =>
  (['vault sign', 'vault chain'] as const).map((at) => ({ name: `a chain ${flaw}`, at: [at], scene: { flaw }, expected })),
);

export const vaultFaults: readonly Row[] = [...refusals, ...logins, ...keys, ...wrong, ...written, ...chains];
