// AWS KMS on the wire (JSON 1.1), with real keys behind it; and where its credentials may come from.
import type { KeySpec } from '../../../src/core/algorithm.ts';
import type { Der } from '../../../src/core/bytes.ts';
import type { TestKey } from '../pki.ts';
import { answerAssumeRole, answerCaller, answerContainer, isKnown } from './aws-credentials.ts';
import { signDigest, toDer } from './digest-signature.ts';
import { indiscretion } from './secret.ts';
import type { Answer, Asked, Refusal, Service } from './server.ts';
import { hiddenHosts } from './tls.ts';

/** How a service puts the signature of a digest on the wire. */
export type WireSign = (key: TestKey, digest: Uint8Array) => Uint8Array;

export interface AwsKey {
  /** UUID, or `mrk-` and hexadecimal digits. */
  readonly id: string;
  /** Each with `alias/` before it. */
  readonly aliases?: readonly string[];
  readonly key: TestKey;
  readonly state?: 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport';
  readonly usage?: 'SIGN_VERIFY' | 'ENCRYPT_DECRYPT' | 'KEY_AGREEMENT';
  /** What the key is, where it is none of the six. */
  readonly other?: { readonly spec: string; readonly algorithms: readonly string[]; readonly publicKeyInfo: Der };
  /** PSS with the digest's salt, or DER, unless said. */
  readonly sign?: WireSign;
}

export const awsRegion = 'eu-central-1';
const awsAccount = '111122223333';

/** The service's names for the six key specs. */
const awsNames: Readonly<Record<KeySpec, { readonly spec: string; readonly algorithm: string }>> = {
  'RSA-2048': { spec: 'RSA_2048', algorithm: 'RSASSA_PSS_SHA_256' },
  'RSA-3072': { spec: 'RSA_3072', algorithm: 'RSASSA_PSS_SHA_384' },
  'RSA-4096': { spec: 'RSA_4096', algorithm: 'RSASSA_PSS_SHA_512' },
  'EC-256': { spec: 'ECC_NIST_P256', algorithm: 'ECDSA_SHA_256' },
  'EC-384': { spec: 'ECC_NIST_P384', algorithm: 'ECDSA_SHA_384' },
  'EC-521': { spec: 'ECC_NIST_P521', algorithm: 'ECDSA_SHA_512' },
};

function arnOf({ id }: AwsKey): string {
  return `arn:aws:kms:${awsRegion}:${awsAccount}:key/${id}`;
}

/** The service in one region, with these keys. */
export function awsService(keys: readonly AwsKey[]): Service {
  return {
    hiddenHost: hiddenHosts.aws,
    operationOf: ({ method, url, headers, body = '' }) => {
      if (method === 'GET' && url.pathname === '/credentials') return 'Credentials';
      return headers['x-amz-target']?.replace('TrentService.', '') ?? new URLSearchParams(body).get('Action') ?? 'AssumeRole';
    },
    answer: (asked) => {
      if (asked.operation === 'Credentials') return answerContainer(asked);
      if (asked.operation === 'AssumeRole') return answerAssumeRole(asked);
      if (asked.operation === 'GetCallerIdentity') return answerCaller(asked);
      const answered = isKnown(asked) ? answerKms(asked, keys) : refusals.unrecognized;
      return 'body' in answered ? answered : refuse(answered, asked);
    },
    refuse,
  };
}

function refuse({ status, code, message = 'refused by the test', headers }: Refusal, asked: Asked): Answer {
  const text = `${message}${indiscretion(asked)}`;
  const body = asked.headers['x-amz-target'] === undefined ? xmlError(code, text) : JSON.stringify({ __type: code, message: text });
  return { status, headers: { ...responseHeaders, ...headers, ...(code !== '' && { 'x-amzn-errortype': code }) }, body };
}

export const awsRequestId = '6f3c0a52-5d5b-4f0e-9a51-0f7c6c1f1e11';
const responseHeaders = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': awsRequestId };

function xmlError(code: string, message: string): string {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error><RequestId>${awsRequestId}</RequestId></ErrorResponse>`;
}

const refusals = {
  unrecognized: { status: 400, code: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' },
  dryRun: { status: 412, code: 'DryRunOperationException', message: 'The request would have succeeded, but the DryRun option is set.' },
  usage: { status: 400, code: 'InvalidKeyUsageException', message: 'The key usage does not fit the operation.' },
} as const;

interface KmsRequest {
  readonly KeyId?: string;
  readonly Message?: string;
  readonly MessageType?: string;
  readonly SigningAlgorithm?: string;
  readonly DryRun?: boolean;
}

function answerKms(asked: Asked, keys: readonly AwsKey[]): Answer | Refusal {
  const request = JSON.parse(asked.body) as KmsRequest;
  const key = find(request.KeyId ?? '', keys);
  if (key === undefined) return notFound(request.KeyId ?? '');
  if (asked.operation === 'DescribeKey') return ok({ KeyMetadata: describe(key) });
  const problem = stateProblem(key);
  if (problem !== undefined) return problem;
  return asked.operation === 'GetPublicKey' ? ok(publicKey(key)) : sign(request, key);
}

function ok(value: object): Answer {
  return { status: 200, headers: responseHeaders, body: JSON.stringify(value) };
}

function find(id: string, keys: readonly AwsKey[]): AwsKey | undefined {
  const prefix = `arn:aws:kms:${awsRegion}:${awsAccount}:`;
  return keys.find((key) => id === key.id || id === arnOf(key) || key.aliases?.some((alias) => id === alias || id === prefix + alias));
}

function notFound(id: string): Refusal {
  const what = id.includes('alias/') ? 'Alias' : 'Key';
  const name = id.startsWith('arn:') ? id : `arn:aws:kms:${awsRegion}:${awsAccount}:${what === 'Key' ? `key/${id}` : id}`;
  return { status: 400, code: 'NotFoundException', message: `${what} '${name}' does not exist` };
}

function stateProblem(key: AwsKey): Refusal | undefined {
  if (key.state === 'Disabled') return { status: 400, code: 'DisabledException', message: `${arnOf(key)} is disabled.` };
  if (key.state === 'PendingDeletion')
    return { status: 400, code: 'KMSInvalidStateException', message: `${arnOf(key)} is pending deletion.` };
  if (key.state === 'PendingImport') return { status: 400, code: 'KMSInvalidStateException', message: `${arnOf(key)} is pending import.` };
  return undefined;
}

function describe(key: AwsKey): object {
  return {
    AWSAccountId: awsAccount,
    Arn: arnOf(key),
    KeyId: key.id,
    Enabled: (key.state ?? 'Enabled') === 'Enabled',
    KeyState: key.state ?? 'Enabled',
    KeyManager: 'CUSTOMER',
    MultiRegion: key.id.startsWith('mrk-'),
    Origin: 'AWS_KMS',
    ...capabilities(key),
  };
}

function capabilities({ key, usage = 'SIGN_VERIFY', other }: AwsKey): object {
  const names = awsNames[key.algorithm.keySpec];
  const algorithms = other?.algorithms ?? [names.algorithm];
  return {
    CustomerMasterKeySpec: other?.spec ?? names.spec,
    KeySpec: other?.spec ?? names.spec,
    KeyUsage: usage,
    ...(usage === 'SIGN_VERIFY' && { SigningAlgorithms: algorithms }),
    ...(usage === 'ENCRYPT_DECRYPT' && { EncryptionAlgorithms: ['RSAES_OAEP_SHA_256'] }),
    ...(usage === 'KEY_AGREEMENT' && { KeyAgreementAlgorithms: ['ECDH'] }),
  };
}

function publicKey(key: AwsKey): object {
  const spki = key.other?.publicKeyInfo ?? key.key.publicKeyInfo;
  return { KeyId: arnOf(key), PublicKey: Buffer.from(spki).toString('base64'), ...capabilities(key) };
}

function sign(request: KmsRequest, key: AwsKey): Answer | Refusal {
  const { algorithm } = key.key;
  if ((key.usage ?? 'SIGN_VERIFY') !== 'SIGN_VERIFY' || key.other !== undefined) return refusals.usage;
  if (request.SigningAlgorithm !== awsNames[algorithm.keySpec].algorithm) return refusals.usage;
  const digest = Buffer.from(request.Message ?? '', 'base64');
  if (request.DryRun === true) return refusals.dryRun;
  if (request.MessageType !== 'DIGEST' || digest.length !== algorithm.hashBytes)
    return { status: 400, code: 'ValidationException', message: 'Digest is invalid length for algorithm.' };
  const signature = (key.sign ?? honestly)(key.key, digest);
  return ok({ KeyId: arnOf(key), Signature: Buffer.from(signature).toString('base64'), SigningAlgorithm: request.SigningAlgorithm });
}

const honestly: WireSign = (key, digest) => {
  const signature = signDigest(key, digest);
  return key.algorithm.kind === 'RSA' ? signature : toDer(signature);
};
