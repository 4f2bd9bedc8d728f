// Vault on the wire: AppRole, a secret of KV version 2, and keys of Transit with real keys behind them.
import { toPemBlock } from '../../../src/x509/bundle.ts';
import type { TestKey } from '../pki.ts';
import { transitSpecs } from '../vault.ts';
import type { WireSign } from './aws.ts';
import { signDigest } from './digest-signature.ts';
import { indiscretion, secrets } from './secret.ts';
import type { Answer, Asked, Refusal, Service } from './server.ts';
import { hiddenHosts } from './tls.ts';

/** One Transit key. */
export interface TransitItem {
  readonly name: string;
  /** Oldest first; all of one spec. */
  readonly versions: readonly TestKey[];
  /** The least version that may sign. */
  readonly least?: number;
  /** What the key is, where it is none of the six. */
  readonly otherType?: string;
  /** PSS with the digest's salt, or r‖s, unless said. */
  readonly sign?: WireSign;
  /** The signature's text, where it is not `vault:v<N>:<base64url>`. */
  readonly write?: (signature: Uint8Array, version: number) => string;
  /** PEM, in the secret of the same name. */
  readonly certificate?: string;
}

export const vaultRoleId = 'a-role-id';

/** The server, with these keys below `transit/`, and their chains below `secret/`. */
export function vaultService(items: readonly TransitItem[]): Service {
  return {
    hiddenHost: hiddenHosts.vault,
    operationOf: ({ url }) => operationOf(url.pathname),
    answer: (asked) => {
      if (asked.operation === 'login') return answerLogin(asked);
      if (![secrets.vaultToken, secrets.vaultLoginToken].includes(asked.headers['x-vault-token'] ?? '')) return refuse(denied, asked);
      const answered = answer(asked, items);
      return 'body' in answered ? answered : refuse(answered, asked);
    },
    refuse: (refusal, asked) => refuse({ ...refusal, message: `${refusal.message ?? refusal.code}${indiscretion(asked)}` }, asked),
  };
}

function operationOf(path: string): string {
  if (path.endsWith('/login')) return 'login';
  if (path === '/v1/auth/token/lookup-self') return 'lookup-self';
  if (path.startsWith('/v1/transit/keys/')) return 'read-key';
  return path.startsWith('/v1/transit/sign/') ? 'sign' : 'read-secret';
}

const denied: Refusal = { status: 403, code: 'permission denied', message: '1 error occurred:\n\t* permission denied\n\n' };

function refuse({ status, code, message = code, headers }: Refusal, _asked: Asked): Answer {
  return { status, ...(headers && { headers }), body: JSON.stringify({ errors: [message] }) };
}

function ok(data: object): Answer {
  return { status: 200, body: JSON.stringify({ request_id: 'b7b0', lease_id: '', data }) };
}

function answerLogin(asked: Asked): Answer {
  const { role_id: role, secret_id: secret } = JSON.parse(asked.body) as Readonly<Record<string, string>>;
  if (role !== vaultRoleId || secret !== secrets.vaultSecretId) return refuse({ status: 400, code: 'invalid role or secret ID' }, asked);
  return { status: 200, body: JSON.stringify({ auth: { client_token: secrets.vaultLoginToken, lease_duration: 3600 } }) };
}

interface SignRequest {
  readonly input?: string;
  readonly batch_input?: readonly { readonly input: string }[];
  readonly key_version?: number;
  readonly prehashed?: boolean;
  readonly salt_length?: string;
  readonly marshaling_algorithm?: string;
}

function answer(asked: Asked, items: readonly TransitItem[]): Answer | Refusal {
  const item = items.find(({ name }) => name === asked.url.pathname.split('/').at(-1));
  if (asked.operation === 'read-secret') {
    return item?.certificate === undefined ? { status: 404, code: '' } : ok({ data: { certificate: item.certificate }, metadata: {} });
  }
  if (asked.operation === 'lookup-self')
    return ok({ id: asked.headers['x-vault-token'], display_name: 'approle', policies: ['default', 'sign'] });
  if (asked.operation === 'read-key') return item === undefined ? { status: 404, code: '' } : ok(keyOf(item));
  if (item === undefined) return { status: 400, code: 'signing key not found' };
  return sign(JSON.parse(asked.body) as SignRequest, item);
}

function keyOf({ name, versions, least = 0, otherType }: TransitItem): object {
  const keys = versions.map(({ publicKeyInfo }, index) => [index + 1, { public_key: toPemBlock('PUBLIC KEY', publicKeyInfo) }] as const);
  return {
    name,
    type: otherType ?? typeOf(versions),
    keys: otherType === undefined ? Object.fromEntries(keys) : { 1: 1_735_689_600 },
    latest_version: versions.length,
    min_encryption_version: least,
    exportable: false,
    deletion_allowed: false,
  };
}

function typeOf([first]: readonly TestKey[]): string {
  return first === undefined ? '' : transitSpecs[first.algorithm.keySpec];
}

function sign(request: SignRequest, item: TransitItem): Answer | Refusal {
  const { versions, least = 0, otherType } = item;
  const version = request.key_version ?? versions.length;
  const key = versions[version - 1];
  if (otherType !== undefined) return { status: 400, code: `key type ${otherType} does not support signing` };
  if (key === undefined || version < least) {
    return { status: 500, code: 'requested version for signing is less than the minimum encryption key version' };
  }
  const strict =
    request.prehashed === true && request.marshaling_algorithm === 'jws' && (key.algorithm.kind === 'EC' || request.salt_length === 'hash');
  if (!strict) return { status: 400, code: 'the test wants another request' };
  const one = (input: string) => {
    const signature = (item.sign ?? signDigest)(key, Buffer.from(input, 'base64'));
    return (item.write ?? write)(signature, version);
  };
  if (request.batch_input === undefined) return ok({ signature: one(request.input ?? ''), key_version: version });
  return ok({ batch_results: request.batch_input.map(({ input }) => ({ signature: one(input), key_version: version })) });
}

function write(signature: Uint8Array, version: number): string {
  return `vault:v${version}:${Buffer.from(signature).toString('base64url')}`;
}
