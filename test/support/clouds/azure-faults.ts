// What Azure Key Vault itself, and whoever gives out tokens for it, may say or do wrong.
import { generateKeyPairSync } from 'node:crypto';
import type { KeySpec } from '../../../src/core/algorithm.ts';
import type { ContractErrorCode } from '../../../src/protocol/error.ts';
import { keyOf, mintCa, mintLeaf } from '../pki.ts';
import type { WireSign } from './aws.ts';
import { type AzureVersion, azureRequestId } from './azure.ts';
import { chainFlaws } from './chain-faults.ts';
import { longestSalt, signDigest, signPkcs1, signPss } from './digest-signature.ts';
import { malformedFixed } from './malformed.ts';
import type { Expected, Row, StageName } from './row.ts';
import type { Refusal } from './server.ts';

const certificate: readonly StageName[] = ['azure describe', 'azure certificate'];
const sign: readonly StageName[] = ['azure sign'];
const secret: readonly StageName[] = ['azure secret'];
const vault: readonly StageName[] = [...certificate, ...sign, ...secret];

/** Refusals by what they mean for the caller; each is told by its code and request id. */
const refusals: readonly (readonly [ContractErrorCode, readonly StageName[], Refusal, says?: RegExp])[] = [
  ['ACCESS_DENIED', vault, { status: 401, code: 'Unauthorized' }],
  ['ACCESS_DENIED', sign, { status: 403, code: 'Forbidden', inner: 'ForbiddenByRbac' }, /Key Vault Crypto User/],
  ['ACCESS_DENIED', certificate, { status: 403, code: 'Forbidden', inner: 'ForbiddenByRbac' }, /Key Vault (Reader|Certificate User)/],
  ['ACCESS_DENIED', secret, { status: 403, code: 'Forbidden', inner: 'ForbiddenByRbac' }, /Key Vault Secrets User/],
  ['ACCESS_DENIED', sign, { status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy' }, /sign.*access policy|access policy.*sign/],
  ['ACCESS_DENIED', certificate, { status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy' }, /access policy/],
  ['ACCESS_DENIED', secret, { status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy' }, /access policy/],
  ['ACCESS_DENIED', vault, { status: 403, code: 'Forbidden', inner: 'ForbiddenByFirewall' }, /firewall|network/],
  ['ACCESS_DENIED', vault, { status: 403, code: 'Forbidden', inner: 'ForbiddenByConnection' }, /firewall|network|endpoint/],
  [
    'ACCESS_DENIED',
    vault,
    { status: 403, code: 'Forbidden', message: 'Client address is not authorized and caller is not a trusted service.' },
    /firewall|network/,
  ],
  ['ACCESS_DENIED', vault, { status: 403, code: 'Forbidden', inner: 'SomethingNew' }],
  [
    'ACCESS_DENIED',
    vault,
    { status: 403, code: 'Forbidden', inner: 'KeyDisabled', message: 'Operation is not allowed on a disabled key.' },
    /enable|disabled/i,
  ],
  ['ACCESS_DENIED', sign, { status: 403, code: 'Forbidden', message: 'Operation sign is not permitted on this key.' }],
  ['VALIDATION_ERROR', sign, { status: 404, code: 'KeyNotFound' }],
  ['VALIDATION_ERROR', certificate, { status: 404, code: 'CertificateNotFound' }],
  ['VALIDATION_ERROR', secret, { status: 404, code: 'SecretNotFound' }],
  ['VALIDATION_ERROR', vault, { status: 400, code: 'BadParameter' }],
  ['VALIDATION_ERROR', vault, { status: 409, code: 'Conflict', inner: 'ObjectIsBeingRecovered' }],
  ['THROTTLED', vault, { status: 429, code: 'Throttled' }],
  ['TIMEOUT', vault, { status: 408, code: 'RequestTimeout' }],
  ['ERROR', vault, { status: 500, code: 'InternalServerError' }],
  ['ERROR', vault, { status: 504, code: 'GatewayTimeout' }],
];

const denials: readonly Row[] = refusals.map(([outcome, at, refusal, says]) => ({
  name: `${refusal.status} ${[refusal.code, refusal.inner ?? refusal.message].filter(Boolean).join(' ')}`,
  at,
  act: { does: 'refuse', refusal },
  seconds: 3,
  expected: { outcome, ...(says && { says: [says] }), metadata: [refusal.code, azureRequestId] },
}));

/** A vault that refuses every token, and vaults that want to be given somebody else's. */
const challenges: readonly Row[] = [
  challenge('refuses every token', 'authorization="https://login.microsoftonline.com/common", resource="https://vault.azure.net"'),
  challenge(
    'wants a token for something else',
    'authorization="https://login.microsoftonline.com/common", resource="https://management.azure.com"',
  ),
  challenge('wants a token from somebody else', 'authorization="https://evil.invalid/common", resource="https://vault.azure.net"'),
  challenge('says nothing of tokens', undefined),
];

function challenge(name: string, text: string | undefined): Row {
  const headers = text === undefined ? {} : { 'www-authenticate': `Bearer ${text}` };
  const refusal = { status: 401, code: 'Unauthorized', headers };
  return { name: `a vault that ${name}`, at: vault, act: { does: 'refuse', refusal }, expected: { outcome: 'ACCESS_DENIED' } };
}

const tokens: readonly Row[] = [
  ['AADSTS7000215', 401, 'invalid_client', /secret|AADSTS7000215/i],
  ['AADSTS90002', 400, 'invalid_request', /AADSTS90002/],
  ['AADSTS700016', 400, 'unauthorized_client', /AADSTS700016/],
].map(([number, status, code, says]): Row => {
  const refusal = { status: Number(status), code: String(code), message: `${number}: not this one.` };
  return {
    name: `the token is refused: ${number}`,
    at: ['azure token'],
    act: { does: 'refuse', refusal },
    expected: { outcome: 'ACCESS_DENIED', says: [says as RegExp] },
  };
});

const strangers: readonly Row[] = [
  {
    name: 'no credentials',
    alone: true,
    at: ['azure token'],
    scene: { azureCredentials: 'none' },
    expected: { outcome: 'ACCESS_DENIED', says: [/AZURE_CLIENT_ID/], metadata: ['CredentialUnavailableError'] },
  },
  {
    name: 'nothing that the default credential finds',
    at: ['azure token'],
    alone: true,
    scene: { azureCredentials: 'none', config: { credential_type: 'default' } },
    expected: { outcome: 'ACCESS_DENIED', says: [/az login/, /credential_type/], metadata: ['AggregateAuthenticationError'] },
  },
];

const found: Expected = { outcome: 'success' };
const mismatch: Expected = { outcome: 'VALIDATION_ERROR' };
const newer = 'ffffffffffffffffffffffffffffffff';

/** Versions come and go: the one that signs must be the leaf's. */
const versions: readonly Row[] = [
  {
    name: 'a rotation after the certificate was read',
    at: ['azure certificate'],
    scene: { versions: async (honest) => [honest, { ...(await renew(honest)), appears: 'after the certificate was read' }] },
    expected: found,
  },
  {
    name: 'a newer key than the one of cert_chain',
    at: sign,
    scene: { versions: async (honest) => [honest, await renew(honest)], keyId: (origin) => `${origin}/keys/release` },
    expected: { outcome: ['success', 'VALIDATION_ERROR'] },
  },
  {
    name: 'an older version, by its id',
    at: ['azure certificate', 'azure describe'],
    scene: {
      versions: async (honest) => [honest, await renew(honest)],
      keyId: (origin, version) => `${origin}/certificates/release/${version}`,
    },
    expected: found,
  },
  {
    name: 'a version that is not there',
    at: vault,
    scene: { keyId: (origin) => `${origin}/keys/release/${newer}` },
    expected: mismatch,
  },
  { name: 'a name that is not there', at: vault, scene: { keyId: (origin) => `${origin}/keys/absent` }, expected: mismatch },
  {
    name: 'a signature of another version',
    at: ['azure certificate', 'azure sign'],
    scene: { versions: (honest) => [{ ...honest, sign: (_, digest) => signDigest(keyOf('EC-256', 'renewed'), digest) }] },
    expected: mismatch,
  },
  {
    name: 'a signature of the right version under the id of another',
    at: ['azure certificate', 'azure sign'],
    scene: { versions: (honest) => [{ ...honest, claims: newer }] },
    expected: mismatch,
  },
  {
    name: 'a certificate of another key',
    at: ['azure certificate'],
    scene: { versions: (honest) => [{ ...honest, key: keyOf('EC-256', 'stranger') }] },
    expected: mismatch,
  },
];

/** The next version, with a key and a certificate of its own. */
async function renew(honest: AzureVersion): Promise<AzureVersion> {
  const issuer = await mintCa('intermediate 1', await mintCa('root', undefined));
  const { key, certificate } = await mintLeaf('renewed', issuer);
  return { ...honest, version: newer, key, certificate: certificate.der };
}

/** Curves that are none of the three. */
const otherCurves: readonly Row[] = [
  { name: 'a certificate on P-256K', at: certificate, scene: { versions: onSecp256k1 }, expected: mismatch },
  { name: 'a bare key on P-256K', at: ['azure describe'], scene: { source: 'none', versions: onSecp256k1 }, expected: mismatch },
];

async function onSecp256k1({ certificate: leaf, ...honest }: AzureVersion): Promise<readonly AzureVersion[]> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const publicKeyInfo = publicKey.export({ format: 'der', type: 'spki' });
  const issuer = await mintCa('intermediate 1', await mintCa('root', undefined));
  const { certificate } = await mintLeaf('leaf', issuer, { publicKeyInfo });
  const key = { ...honest.key, privateKey, publicKeyInfo };
  return [{ ...honest, key, curve: 'P-256K', ...(leaf && { certificate: certificate.der }) }];
}

const wrong: readonly Row[] = [
  signs('EC-256', 'another digest', (key, digest) => signDigest(key, digest.toReversed())),
  signs('RSA-2048', 'with the longest salt', (key, digest) => signPss(key, digest, longestSalt(key.algorithm))),
  signs('RSA-2048', 'without salt', (key, digest) => signPss(key, digest, 0)),
  signs('RSA-2048', 'by PKCS#1 v1.5', signPkcs1),
  signs('RSA-2048', 'with a byte too few', (key, digest) => signDigest(key, digest).subarray(1)),
  ...Object.entries(malformedFixed).map(([what, reform]) => ({
    ...signs('EC-256', `with ${what}`, (key, digest) => reform(signDigest(key, digest))),
    expected: { outcome: ['VALIDATION_ERROR', 'ERROR'] } as const,
  })),
];

function signs(spec: KeySpec, how: string, wire: WireSign): Row {
  const scene = { spec, versions: (honest: AzureVersion) => [{ ...honest, sign: wire }] };
  return { name: `${spec} signs ${how}`, at: sign, scene, expected: mismatch };
}

/** The leaf comes from the vault and the rest from a file; what is wrong with the rest shows where both are put together. */
const chains: readonly Row[] = chainFlaws.map(([flaw, expected]) => ({
  name: `ca_certs with a chain ${flaw}`,
  at: ['azure certificate'],
  scene: { flaw },
  expected,
}));

export const azureFaults: readonly Row[] = [
  ...denials,
  ...challenges,
  ...tokens,
  ...strangers,
  ...versions,
  ...otherCurves,
  ...wrong,
  ...chains,
];
