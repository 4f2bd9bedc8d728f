// What AWS KMS itself may say or do wrong.
import { generateKeyPairSync } from 'node:crypto';
import type { KeySpec } from '../../../src/core/algorithm.ts';
import type { ContractErrorCode } from '../../../src/protocol/error.ts';
import { keyOf, type TestKey } from '../pki.ts';
import { type AwsKey, awsRegion, awsRequestId, type WireSign } from './aws.ts';
import { chainFlaws } from './chain-faults.ts';
import { longestSalt, orderOf, signDigest, signPkcs1, signPss, toDer } from './digest-signature.ts';
import { malformedDer } from './malformed.ts';
import type { Expected, Row, StageName } from './row.ts';
import { awsKeyId } from './scene.ts';

const both: readonly StageName[] = ['aws describe', 'aws sign'];
const asked: readonly StageName[] = [...both, 'aws tool'];

const region = new RegExp(awsRegion);
const name = new RegExp(awsKeyId);

/** The exceptions of KMS by what they mean for the caller; each is told by its name and request id, with what was asked and where. */
const meanings: Readonly<Partial<Record<ContractErrorCode, readonly (readonly [code: string, says?: RegExp])[]>>> = {
  VALIDATION_ERROR: [
    ['NotFoundException', /aws_region|region/],
    ['InvalidKeyUsageException', /SIGN_VERIFY/],
    ['InvalidArnException'],
    ['UnsupportedOperationException'],
    ['ValidationException'],
    ['DisabledException', /enable/i],
    ['KMSInvalidStateException'],
  ],
  ACCESS_DENIED: [
    ['AccessDeniedException', /kms:(Sign|GetPublicKey|DescribeKey)/],
    ['InvalidGrantTokenException'],
    ['UnrecognizedClientException'],
    ['ExpiredTokenException'],
    ['InvalidSignatureException'],
  ],
  THROTTLED: [['ThrottlingException'], ['LimitExceededException'], ['RequestLimitExceeded']],
  TIMEOUT: [['DependencyTimeoutException']],
  ERROR: [['KeyUnavailableException'], ['KMSInternalException'], ['SomethingNewException']],
};

/** The same request may succeed later, which a caller may want to know. */
const transient: ReadonlySet<string> = new Set(['KeyUnavailableException', 'KMSInternalException']);

/** KMS answers its own failures with status 500 and refusals with 400. */
const statuses: Readonly<Record<string, number>> = { TIMEOUT: 500, ERROR: 500 };

const exceptions: readonly Row[] = Object.entries(meanings).flatMap(([outcome, names]) =>
  names.map(([code, says]): Row => {
    const refusal = { status: statuses[outcome] ?? 400, code, message: `refused: ${code}` };
    const expected = {
      outcome: outcome as ContractErrorCode,
      says: [region, name, ...(says ? [says] : [])],
      metadata: [code, awsRequestId],
      ...(transient.has(code) && { retryable: true as const }),
    };
    return { name: code, at: asked, act: { does: 'refuse', refusal }, expected, seconds: 3 };
  }),
);

/** A name with the namespace before it or a URL behind it, as other services of AWS write them. */
const spellings: readonly Row[] = [
  'com.amazonaws.kms#DisabledException',
  'DisabledException:http://internal.amazon.com/coral/com.amazonaws.kms/',
].map(
  (code): Row => ({
    name: `the exception ${code}`,
    at: both,
    act: { does: 'refuse', refusal: { status: 400, code } },
    expected: { outcome: 'VALIDATION_ERROR', metadata: ['DisabledException'] },
  }),
);

const ssoProfile = `[profile sso]
sso_session = here
sso_account_id = 111122223333
sso_role_name = signer
region = ${awsRegion}
[sso-session here]
sso_region = ${awsRegion}
sso_start_url = https://sso.invalid/start
`;

const secp256k1 = otherKey('secp256k1', 'ECC_SECG_P256K1', ['ECDSA_SHA_256']);
const sm2 = otherKey('SM2', 'SM2', ['SM2DSA']);

function otherKey(namedCurve: string, spec: string, algorithms: readonly string[]): NonNullable<AwsKey['other']> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve });
  return { spec, algorithms, publicKeyInfo: publicKey.export({ format: 'der', type: 'spki' }) };
}

const refused: Expected = { outcome: 'VALIDATION_ERROR' };
const keys: readonly Row[] = [
  { name: 'a disabled key', at: both, scene: { aws: { state: 'Disabled' } }, expected: { ...refused, says: [/disabled/i] } },
  {
    name: 'a key pending deletion',
    at: both,
    scene: { aws: { state: 'PendingDeletion' } },
    expected: { ...refused, says: [/pending deletion/i] },
  },
  {
    name: 'a key pending import',
    at: both,
    scene: { aws: { state: 'PendingImport' } },
    expected: { ...refused, says: [/pending import/i] },
  },
  {
    name: 'a key for encryption',
    at: both,
    scene: { spec: 'RSA-2048', aws: { usage: 'ENCRYPT_DECRYPT' } },
    expected: { ...refused, says: [/SIGN_VERIFY/] },
  },
  {
    name: 'a key for key agreement',
    at: both,
    scene: { aws: { usage: 'KEY_AGREEMENT' } },
    expected: { ...refused, says: [/SIGN_VERIFY/] },
  },
  { name: 'a key on secp256k1', at: both, scene: { aws: { other: secp256k1 } }, expected: refused },
  { name: 'an SM2 key', at: both, scene: { aws: { other: sm2 } }, expected: refused },
  {
    name: 'a key that is not there',
    at: both,
    scene: { aws: { id: '00000000-0000-4000-8000-000000000000' } },
    expected: { ...refused, says: [region], metadata: ['NotFoundException'] },
  },
  {
    name: 'an alias that is not there',
    at: both,
    scene: { keyId: () => 'alias/absent' },
    expected: { ...refused, says: [/alias\/absent/, region] },
  },
  { name: 'an alias', at: both, scene: { keyId: () => 'alias/release' }, expected: { outcome: 'success', times: 1 } },
  {
    name: 'an ARN and aws_region that name two regions',
    at: both,
    scene: { keyId: () => `arn:aws:kms:us-east-1:111122223333:key/${awsKeyId}`, config: { aws_region: 'eu-west-1' } },
    expected: { ...refused, says: [/us-east-1/, /eu-west-1/], times: 0 },
  },
  {
    name: 'an ARN of another region than the server',
    at: both,
    scene: { keyId: () => `arn:aws:kms:us-east-1:111122223333:key/${awsKeyId}` },
    expected: { ...refused, says: [/us-east-1/], metadata: ['NotFoundException'] },
  },
];

/** Signatures that verify under another key, another scheme or not at all: the leaf certificate tells. */
const wrong: readonly Row[] = [
  signs('EC-256', 'with another key', (_, digest) => toDer(signDigest(keyOf('EC-256', 'stranger'), digest))),
  {
    ...signs('EC-256', 'with an r as great as the order', (key, digest) =>
      toDer(Buffer.concat([orderOf(key.algorithm), signDigest(key, digest).subarray(32)])),
    ),
    expected: { outcome: ['VALIDATION_ERROR', 'ERROR'] },
  },
  signs('EC-256', 'another digest', (key, digest) => toDer(signDigest(key, digest.toReversed()))),
  signs('RSA-2048', 'with another key', (_, digest) => signDigest(keyOf('RSA-2048', 'stranger'), digest)),
  signs('RSA-2048', 'with the longest salt', (key, digest) => signPss(key, digest, longestSalt(key.algorithm))),
  signs('RSA-2048', 'without salt', (key, digest) => signPss(key, digest, 0)),
  signs('RSA-2048', 'by PKCS#1 v1.5', signPkcs1),
  signs('RSA-2048', 'with a byte too few', (key, digest) => signDigest(key, digest).subarray(1)),
  signs('RSA-2048', 'with a byte too many', (key, digest) => Buffer.concat([new Uint8Array(1), signDigest(key, digest)])),
];

const malformed: readonly Row[] = Object.entries(malformedDer).map(([what, reform]) => ({
  ...signs('EC-256', `with ${what}`, (key, digest) => reform(signDigest(key, digest))),
  expected: { outcome: 'ERROR' },
}));

/** DER is as long as its numbers: these are honest, and rare. */
const unusual: readonly Row[] = [
  ['with a short r', (signature: Uint8Array) => signature[0] === 0],
  ['with a short s', (signature: Uint8Array) => signature[32] === 0],
  ['with the first bit of r and of s set', (signature: Uint8Array) => (signature[0] ?? 0) >= 0x80 && (signature[32] ?? 0) >= 0x80],
  ['with neither', (signature: Uint8Array) => (signature[0] ?? 0) < 0x80 && (signature[32] ?? 0) < 0x80],
].map(([how, suits]) => ({
  ...signs('EC-256', String(how), (key, digest) => toDer(signUntil(suits as (signature: Uint8Array) => boolean, key, digest))),
  expected: { outcome: 'success' },
}));

function signs(spec: KeySpec, how: string, sign: WireSign): Row {
  return {
    name: `${spec} signs ${how}`,
    at: ['aws sign'],
    scene: { spec, aws: { sign } },
    expected: { outcome: 'VALIDATION_ERROR', times: 1 },
  };
}

function signUntil(suits: (signature: Uint8Array) => boolean, key: TestKey, digest: Uint8Array): Uint8Array {
  const signature = signDigest(key, digest);
  return suits(signature) ? signature : signUntil(suits, key, digest);
}

/** Chains come from files here, and spoil everything that a certificate can spoil. */
const chains: readonly Row[] = chainFlaws.map(([flaw, expected]) => ({
  name: `a chain ${flaw}`,
  at: ['aws sign'],
  scene: { flaw },
  expected,
}));

/** Where the SDK looks for credentials: in its process, whose variables and home must be the test's own. */
const credentials: readonly Row[] = [
  {
    name: 'no credentials',
    at: ['aws sign', 'aws tool'],
    alone: true,
    scene: { awsCredentials: 'none' },
    expected: { outcome: 'ACCESS_DENIED', says: [/AWS_ACCESS_KEY_ID/], metadata: ['CredentialsProviderError'], times: 0 },
  },
  {
    name: 'a login that was never made',
    at: ['aws sign', 'aws tool'],
    alone: true,
    scene: { awsCredentials: 'none', config: { aws_profile: 'sso' }, files: { '.aws/config': ssoProfile } },
    expected: { outcome: 'ACCESS_DENIED', says: [/aws sso login/], times: 0 },
  },
  {
    name: 'a profile that is not there',
    at: ['aws sign', 'aws tool'],
    alone: true,
    scene: { config: { aws_profile: 'absent' } },
    expected: { outcome: ['ACCESS_DENIED', 'VALIDATION_ERROR'], says: [/absent/], times: 0 },
  },
  {
    name: 'a role that may not be taken',
    at: ['aws role'],
    act: { does: 'refuse', refusal: { status: 403, code: 'AccessDenied', message: 'not authorized to perform: sts:AssumeRole' } },
    expected: { outcome: 'ACCESS_DENIED', says: [/sts:AssumeRole/], metadata: ['AccessDenied'] },
  },
  {
    name: 'a container that is told nothing',
    at: ['aws container'],
    act: { does: 'refuse', refusal: { status: 403, code: 'AccessDenied' } },
    expected: { outcome: 'ACCESS_DENIED' },
  },
];

export const awsFaults: readonly Row[] = [
  ...exceptions,
  ...spellings,
  ...keys,
  ...wrong,
  ...malformed,
  ...unusual,
  ...chains,
  ...credentials,
];
