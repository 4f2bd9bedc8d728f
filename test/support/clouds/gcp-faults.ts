// What Google Cloud KMS itself, and what gives out tokens for it, may say or do wrong.
import { generateKeyPairSync } from 'node:crypto';
import type { KeySpec } from '../../../src/core/algorithm.ts';
import type { ContractErrorCode } from '../../../src/protocol/error.ts';
import { keyOf } from '../pki.ts';
import type { WireSign } from './aws.ts';
import { chainFlaws } from './chain-faults.ts';
import { longestSalt, orderOf, signDigest, signPkcs1, signPss, toDer } from './digest-signature.ts';
import { gcpKey } from './gcp.ts';
import { malformedDer } from './malformed.ts';
import type { Expected, Row, StageName } from './row.ts';
import { secrets } from './secret.ts';

const both: readonly StageName[] = ['gcp describe', 'gcp sign'];
const asked: readonly StageName[] = [...both, 'gcp tool'];

/** The canonical codes (google/rpc/code.proto), each with the status that Google's REST services give it. */
const codes: readonly (readonly [code: string, status: number, outcome: ContractErrorCode, says?: RegExp, at?: readonly StageName[]])[] = [
  ['CANCELLED', 499, 'ERROR'],
  ['UNKNOWN', 500, 'ERROR'],
  ['INVALID_ARGUMENT', 400, 'VALIDATION_ERROR'],
  ['DEADLINE_EXCEEDED', 504, 'TIMEOUT'],
  ['NOT_FOUND', 404, 'VALIDATION_ERROR', /location/],
  ['ALREADY_EXISTS', 409, 'ERROR'],
  // Who may not see a version may see its public key: the tool asks for that.
  ['PERMISSION_DENIED', 403, 'ACCESS_DENIED', /cloudkms\.cryptoKeyVersions\..*roles\/cloudkms\./, both],
  ['RESOURCE_EXHAUSTED', 429, 'THROTTLED'],
  ['FAILED_PRECONDITION', 400, 'VALIDATION_ERROR'],
  ['ABORTED', 409, 'ERROR'],
  ['OUT_OF_RANGE', 400, 'VALIDATION_ERROR'],
  ['UNIMPLEMENTED', 501, 'ERROR', /endpoint/],
  ['INTERNAL', 500, 'ERROR'],
  ['UNAVAILABLE', 503, 'ERROR'],
  ['DATA_LOSS', 500, 'ERROR'],
  ['UNAUTHENTICATED', 401, 'ACCESS_DENIED', /clock/],
  ['SOMETHING_NEW', 400, 'ERROR'],
];

const refusals: readonly Row[] = codes.map(([code, status, outcome, says, at = asked]) => ({
  name: `the code ${code}`,
  at,
  act: { does: 'refuse', refusal: { status, code, message: `refused: ${code}` } },
  expected: { outcome, says: [new RegExp(code), ...(says ? [says] : [])], metadata: [code, String(status)] },
  seconds: 3,
}));

const transient: readonly Row[] = (['UNAVAILABLE', 'INTERNAL'] as const).map((code) => ({
  name: `the code ${code}, which may pass`,
  at: both,
  act: { does: 'refuse', refusal: { status: 503, code } },
  expected: { outcome: 'ERROR', retryable: true },
  seconds: 3,
}));

const reasons: readonly Row[] = (
  [
    ['SERVICE_DISABLED', /gcloud services enable/],
    ['USER_PROJECT_DENIED', /GOOGLE_CLOUD_QUOTA_PROJECT/],
    ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', /scope/],
    ['SECURITY_POLICY_VIOLATED', /perimeter/],
    ['BILLING_DISABLED', /billing/],
  ] as const
).map(([inner, says]) => ({
  name: `a denial for ${inner}`,
  at: both,
  act: { does: 'refuse', refusal: { status: 403, code: 'PERMISSION_DENIED', inner } },
  expected: { outcome: 'ACCESS_DENIED', says: [says], metadata: [inner] },
}));

const states: readonly Row[] = (
  [
    ['DISABLED', /versions enable/],
    ['DESTROY_SCHEDULED', /versions restore/],
    ['DESTROYED', /gone for good/],
    ['PENDING_GENERATION', /wait/],
  ] as const
).map(([state, says]) => ({
  name: `a version that is ${state}`,
  at: both,
  scene: { gcp: { state } },
  expected: { outcome: 'VALIDATION_ERROR', says: [new RegExp(state), says], metadata: ['FAILED_PRECONDITION'] },
}));

const refused: Expected = { outcome: 'VALIDATION_ERROR' };
const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });

const keys: readonly Row[] = [
  other('RSA_SIGN_PSS_3072_SHA256', 'RSA-3072', /SHA-384/),
  other('RSA_SIGN_PSS_4096_SHA256', 'RSA-4096', /rsa-sign-pss-4096-sha512/),
  other('RSA_SIGN_PKCS1_2048_SHA256', 'RSA-2048', /rsa-sign-pss-2048-sha256/),
  other('RSA_SIGN_RAW_PKCS1_4096', 'RSA-4096', /rsa-sign-pss-4096-sha512/),
  other('EC_SIGN_SECP256K1_SHA256', 'EC-256', /ec-sign-p256-sha256/),
  {
    ...other('EC_SIGN_ED25519', 'EC-256', /ec-sign-p256-sha256/),
    scene: { gcp: { other: { algorithm: 'EC_SIGN_ED25519', publicKeyInfo: ed25519 } } },
  },
  other('PQ_SIGN_ML_DSA_65', 'EC-256', /ec-sign-p256-sha256/),
  other('GOOGLE_SYMMETRIC_ENCRYPTION', 'EC-256', /purpose asymmetric-signing/),
  {
    name: 'a certificate of EC-521, which no version has',
    at: ['gcp sign'],
    scene: { spec: 'EC-521' },
    expected: { ...refused, says: [/EC-521/, /ec-sign-p384-sha384/], asks: [] },
  },
  {
    name: 'a version of PSS with another hash, under its certificate',
    at: ['gcp sign'],
    scene: { spec: 'RSA-4096', gcp: { other: { algorithm: 'RSA_SIGN_PSS_4096_SHA256' } } },
    expected: { ...refused, says: [/RSA_SIGN_PSS_4096_SHA256/, /SHA-512/], asks: ['asymmetricSign', 'getPublicKey'] },
  },
  {
    name: 'a version of PKCS#1, under its certificate',
    at: ['gcp sign'],
    scene: { spec: 'RSA-2048', gcp: { sign: signPkcs1, other: { algorithm: 'RSA_SIGN_PKCS1_2048_SHA256' } } },
    expected: { ...refused, says: [/RSA_SIGN_PKCS1_2048_SHA256/, /PKCS#1/], asks: ['asymmetricSign', 'getPublicKey'] },
  },
  {
    name: 'a version that is not there',
    at: both,
    scene: { keyId: () => `${gcpKey}/cryptoKeyVersions/9` },
    expected: { ...refused, says: [/cryptoKeyVersions\/9/], metadata: ['NOT_FOUND'] },
  },
  {
    name: 'a key id without a version',
    at: [...asked],
    scene: { keyId: () => `gcpkms://${gcpKey}` },
    expected: { ...refused, says: [/enabled: 7;/, /cryptoKeyVersions\/7/], asks: ['listVersions'] },
  },
  {
    name: 'the short form of a version',
    at: both,
    scene: { keyId: () => `gcpkms://${gcpKey}/versions/7` },
    expected: { outcome: 'success', times: 1 },
  },
];

function other(algorithm: string, spec: KeySpec, says: RegExp): Row {
  const expected = { ...refused, says: [new RegExp(algorithm), says], times: 1 };
  return { name: `a version of ${algorithm}`, at: ['gcp describe'], scene: { spec, gcp: { other: { algorithm } } }, expected };
}

/** What Cloud KMS tells around a signature so that it can be checked. */
const spoiled: readonly Row[] = (
  [
    ['that the digest was not received with its checksum', { verifiedDigestCrc32c: false }],
    ['nothing of the digest', { verifiedDigestCrc32c: undefined }],
    ['another name', { name: `${gcpKey}/cryptoKeyVersions/8` }],
    ['the name of another key', { name: `${gcpKey.replace(/app$/, 'other')}/cryptoKeyVersions/7` }],
    ['the name of another project', { name: `${gcpKey.replace('test-project', 'other-project')}/cryptoKeyVersions/7` }],
    ['another checksum', { signatureCrc32c: '1' }],
    ['no checksum', { signatureCrc32c: undefined }],
    ['a checksum that is a number', { signatureCrc32c: 1 }],
    ['another signature', { signature: Buffer.from('another').toString('base64') }],
    ['no signature', { signature: undefined }],
    ['a signature in base64url', { signature: '-_-_' }],
  ] as const
).map(([what, spoil]) => ({
  name: `a signature, and tells ${what}`,
  at: ['gcp sign'],
  scene: { gcp: { spoil } },
  expected: { outcome: 'ERROR', says: [/expected/], times: 1 },
}));

const numbered: readonly Row[] = [
  {
    name: 'a signature, and tells the number of the project in place of its id',
    at: ['gcp sign'],
    scene: { gcp: { spoil: { name: `${gcpKey.replace('test-project', '123456789012')}/cryptoKeyVersions/7` } } },
    expected: { outcome: 'success' },
  },
];

/** Signatures that verify under another key, another scheme or not at all: the leaf certificate tells. */
const wrong: readonly Row[] = [
  signs('EC-256', 'with another key', (_, digest) => toDer(signDigest(keyOf('EC-256', 'stranger'), digest))),
  signs('EC-256', 'with an r as great as the order', (key, digest) =>
    toDer(Buffer.concat([orderOf(key.algorithm), signDigest(key, digest).subarray(32)])),
  ),
  signs('EC-256', 'another digest', (key, digest) => toDer(signDigest(key, digest.toReversed()))),
  signs('RSA-2048', 'with another key', (_, digest) => signDigest(keyOf('RSA-2048', 'stranger'), digest)),
  signs('RSA-2048', 'with the longest salt', (key, digest) => signPss(key, digest, longestSalt(key.algorithm))),
  signs('RSA-2048', 'without salt', (key, digest) => signPss(key, digest, 0)),
  signs('RSA-2048', 'with a byte too few', (key, digest) => signDigest(key, digest).subarray(1)),
];

const malformed: readonly Row[] = Object.entries(malformedDer).map(([what, reform]) => ({
  ...signs('EC-256', `with ${what}`, (key, digest) => reform(signDigest(key, digest))),
  expected: { outcome: 'ERROR' },
}));

function signs(spec: KeySpec, how: string, sign: WireSign): Row {
  const expected: Expected = { outcome: ['VALIDATION_ERROR', 'ERROR'], times: 1 };
  return { name: `${spec} signs ${how}`, at: ['gcp sign'], scene: { spec, gcp: { sign } }, expected };
}

const chains: readonly Row[] = chainFlaws.map(([flaw, expected]) => ({
  name: `a chain ${flaw}`,
  at: ['gcp sign'],
  scene: { flaw },
  expected,
}));

const credentials: readonly Row[] = [
  {
    name: 'no credentials',
    at: ['gcp sign', 'gcp tool'],
    scene: { gcpCredentials: 'none' },
    expected: { outcome: 'ACCESS_DENIED', says: [/gcloud auth application-default login/], times: 0 },
  },
  credentialFile('a credentials file that is not there', undefined, /nowhere/),
  credentialFile('a credentials file that is no JSON', '{"type":', /JSON/),
  credentialFile('a credentials file without a type', '{}', /type/),
  credentialFile('a credentials file of another type', '{"type":"gdch_service_account"}', /types are/),
  credentialFile('a service account without its key', '{"type":"service_account","client_email":"a@b.c"}', /private_key/),
  credentialFile(
    'a service account whose key is none',
    `{"type":"service_account","client_email":"a@b.c","private_key":"${secrets.gcpClientSecret}"}`,
    /private key/,
  ),
  credentialFile(
    'credentials of another universe',
    '{"type":"service_account","universe_domain":"example.org"}',
    /GOOGLE_CLOUD_UNIVERSE_DOMAIN/,
  ),
  credentialFile(
    'a federation that sends its token in clear',
    '{"type":"external_account","audience":"a","subject_token_type":"t","token_url":"http://sts.example.org/","credential_source":{"file":"x"}}',
    /token_url/,
  ),
  credentialFile(
    'a federation by certificate',
    '{"type":"external_account","audience":"a","subject_token_type":"t","credential_source":{"certificate":{}}}',
    /certificate/,
  ),
  {
    ...credentialFile(
      'a federation by a program that nobody allowed',
      '{"type":"external_account","audience":"a","subject_token_type":"t","credential_source":{"executable":{"command":"/bin/true"}}}',
      /GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES/,
    ),
    expected: { outcome: 'ACCESS_DENIED', says: [/GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES/], times: 0 },
  },
  {
    name: 'a federation that is refused',
    at: ['gcp token'],
    act: { does: 'refuse', refusal: { status: 400, code: 'invalid_grant', message: 'The audience does not match.' } },
    expected: { outcome: 'ACCESS_DENIED', says: [/invalid_grant/, /attribute condition/], metadata: ['invalid_grant'], times: 1 },
  },
  {
    name: 'a token service that is unavailable, and is asked three times',
    at: ['gcp token', 'gcp user', 'gcp metadata', 'gcp impersonation'],
    act: { does: 'refuse', refusal: { status: 503, code: 'UNAVAILABLE' } },
    expected: { outcome: 'ERROR', times: 3, retryable: true },
    seconds: 10,
  },
  {
    name: 'a login that has expired',
    at: ['gcp user'],
    act: { does: 'refuse', refusal: { status: 400, code: 'invalid_grant', message: 'Token has been expired or revoked.' } },
    expected: { outcome: 'ACCESS_DENIED', says: [/invalid_grant/, /gcloud auth application-default login/], times: 1 },
  },
  {
    name: 'a machine without a service account',
    at: ['gcp metadata'],
    act: { does: 'answer', answer: { status: 404, headers: { 'metadata-flavor': 'Google' }, body: 'not found' } },
    expected: { outcome: 'ACCESS_DENIED', says: [/no service account/] },
  },
  {
    name: 'something else at the address of the metadata server',
    at: ['gcp metadata'],
    act: { does: 'change', change: (honest) => ({ ...honest, headers: {} }) },
    expected: { outcome: 'ERROR', says: [/metadata server/] },
  },
  {
    name: 'an account that may not be acted as',
    at: ['gcp impersonation'],
    act: { does: 'refuse', refusal: { status: 403, code: 'PERMISSION_DENIED' } },
    expected: { outcome: 'ACCESS_DENIED', says: [/roles\/iam\.serviceAccountTokenCreator/] },
  },
  {
    name: 'an account that is none',
    at: ['gcp sign'],
    scene: { config: { gcp_impersonate: 'nobody' } },
    expected: { outcome: 'VALIDATION_ERROR', says: [/gcp_impersonate/], times: 0 },
  },
  {
    name: 'an endpoint in clear',
    at: ['gcp sign'],
    scene: { config: { gcp_endpoint: 'http://cloudkms.example.org' } },
    expected: { outcome: 'VALIDATION_ERROR', says: [/gcp_endpoint/], times: 0 },
  },
];

function credentialFile(name: string, content: string | undefined, says: RegExp): Row {
  const config = { gcp_credentials_file: '/nowhere/credentials.json' };
  return {
    name,
    at: ['gcp sign'],
    scene: content === undefined ? { config } : { gcpCredentialsFile: content },
    expected: { outcome: 'VALIDATION_ERROR', says: [says], times: 0 },
  };
}

export const gcpFaults: readonly Row[] = [
  ...refusals,
  ...transient,
  ...reasons,
  ...states,
  ...keys,
  ...spoiled,
  ...numbered,
  ...wrong,
  ...malformed,
  ...chains,
  ...credentials,
];
