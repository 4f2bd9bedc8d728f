// Google Cloud KMS on the wire (REST), with real keys behind it; and what gives out tokens for it.
import type { KeySpec } from '../../../src/core/algorithm.ts';
import type { Der } from '../../../src/core/bytes.ts';
import { checksumOf } from '../../../src/kms/gcp/checksum.ts';
import { toPemBlock } from '../../../src/x509/bundle.ts';
import type { TestKey } from '../pki.ts';
import type { WireSign } from './aws.ts';
import { signDigest, toDer } from './digest-signature.ts';
import { answerGcpToken, isGcpCaller } from './gcp-identity.ts';
import { indiscretion } from './secret.ts';
import type { Answer, Asked, Refusal, Service } from './server.ts';
import { hiddenHosts } from './tls.ts';

/** One version of a key. */
export interface GcpVersion {
  /** Number, as text. */
  readonly version: string;
  readonly key: TestKey;
  readonly state?: 'ENABLED' | 'DISABLED' | 'DESTROYED' | 'DESTROY_SCHEDULED' | 'PENDING_GENERATION';
  /** What the version is, where it is none of the four. */
  readonly other?: { readonly algorithm: string; readonly publicKeyInfo?: Der };
  /** PSS with the digest's salt, or DER, unless said. */
  readonly sign?: WireSign;
  /** What is changed in the answer to a request for a signature. */
  readonly spoil?: Readonly<Record<string, unknown>>;
}

export const gcpKey = 'projects/test-project/locations/europe-west3/keyRings/release/cryptoKeys/app';

const names: Readonly<Partial<Record<KeySpec, string>>> = {
  'RSA-2048': 'RSA_SIGN_PSS_2048_SHA256',
  'RSA-4096': 'RSA_SIGN_PSS_4096_SHA512',
  'EC-256': 'EC_SIGN_P256_SHA256',
  'EC-384': 'EC_SIGN_P384_SHA384',
};

/** The service, with these versions of one key or of several, by the names of their keys; `app` unless said. */
export function gcpService(versions: readonly GcpVersion[], keys: Readonly<Record<string, readonly GcpVersion[]>> = {}): Service {
  const all = { app: versions, ...keys };
  return {
    hiddenHost: hiddenHosts.gcp,
    operationOf: ({ url }) => operationOf(url.pathname),
    answer: (asked) => {
      const answered = answerGcpToken(asked) ?? (isGcpCaller(asked) ? answer(asked, all) : unauthenticated);
      return 'body' in answered ? answered : refuse(answered, asked);
    },
    refuse,
  };
}

function operationOf(path: string): string {
  if (path === '/token') return 'token';
  if (path.startsWith('/computeMetadata/')) return 'metadata';
  if (path.endsWith(':generateAccessToken')) return 'generateAccessToken';
  if (path.endsWith(':asymmetricSign')) return 'asymmetricSign';
  if (path.endsWith('/publicKey')) return 'getPublicKey';
  return path.endsWith('/cryptoKeyVersions') ? 'listVersions' : 'getVersion';
}

const unauthenticated: Refusal = { status: 401, code: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials.' };

/** OAuth and the metadata server have forms of their own. */
function refuse({ status, code, inner, message = 'refused by the test', headers }: Refusal, asked: Asked): Answer {
  const text = `${message}${indiscretion(asked)}`;
  if (asked.operation === 'token')
    return { status, ...(headers && { headers }), body: JSON.stringify({ error: code, error_description: text }) };
  const details =
    inner === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: inner, domain: 'googleapis.com' }];
  return { status, ...(headers && { headers }), body: JSON.stringify({ error: { code: status, message: text, status: code, details } }) };
}

function ok(value: object): Answer {
  return { status: 200, body: JSON.stringify(value) };
}

function answer(asked: Asked, keys: Readonly<Record<string, readonly GcpVersion[]>>): Answer | Refusal {
  const [, name = '', key = '', number] =
    /^\/v1\/(projects\/.+\/cryptoKeys\/([\w-]+)(?:\/cryptoKeyVersions\/(\d+))?)/.exec(asked.url.pathname) ?? [];
  if (asked.operation === 'listVersions')
    return ok({ cryptoKeyVersions: (keys[key] ?? []).map((one) => describe(`${name}/cryptoKeyVersions/${one.version}`, one)) });
  const version = keys[key]?.find((one) => one.version === number);
  if (version === undefined) return { status: 404, code: 'NOT_FOUND', message: `CryptoKeyVersion ${name} not found.` };
  if (asked.operation === 'getVersion') return ok(describe(name, version));
  const { state = 'ENABLED' } = version;
  if (state !== 'ENABLED')
    return { status: 400, code: 'FAILED_PRECONDITION', message: `${name} is not enabled, current state is: ${state}.` };
  return asked.operation === 'getPublicKey' ? publicKey(name, version) : sign(asked, name, version);
}

function algorithmOf({ key, other }: GcpVersion): string {
  return other?.algorithm ?? names[key.algorithm.keySpec] ?? '';
}

function describe(name: string, version: GcpVersion): object {
  return {
    name,
    state: version.state ?? 'ENABLED',
    protectionLevel: 'SOFTWARE',
    algorithm: algorithmOf(version),
    createTime: '2026-01-01T00:00:00Z',
  };
}

function publicKey(name: string, version: GcpVersion): Answer {
  const pem = toPemBlock('PUBLIC KEY', version.other?.publicKeyInfo ?? version.key.publicKeyInfo);
  return ok({ name, pem, pemCrc32c: checksumOf(Buffer.from(pem)), algorithm: algorithmOf(version), protectionLevel: 'SOFTWARE' });
}

function sign(asked: Asked, name: string, version: GcpVersion): Answer | Refusal {
  const { digest = {}, digestCrc32c } = JSON.parse(asked.body) as {
    readonly digest?: Readonly<Record<string, string>>;
    readonly digestCrc32c?: string;
  };
  const { hash, hashBytes, kind } = version.key.algorithm;
  const bytes = Buffer.from(digest[hash.toLowerCase().replace('-', '')] ?? '', 'base64');
  const suits =
    bytes.length === hashBytes && Object.keys(digest).length === 1 && (version.other === undefined || version.sign !== undefined);
  if (!suits) return { status: 400, code: 'INVALID_ARGUMENT', message: 'The digest is not compatible with the algorithm.' };
  if (digestCrc32c !== checksumOf(bytes)) return { status: 400, code: 'INVALID_ARGUMENT', message: 'digest_crc32c did not match.' };
  const signature =
    version.sign?.(version.key, bytes) ?? (kind === 'RSA' ? signDigest(version.key, bytes) : toDer(signDigest(version.key, bytes)));
  const told = { verifiedDigestCrc32c: true, name, signatureCrc32c: checksumOf(signature), protectionLevel: 'SOFTWARE' };
  return ok({ ...told, signature: Buffer.from(signature).toString('base64'), ...version.spoil });
}
