// Azure Key Vault on the wire (REST, api-version 7.x), with real keys behind it.
import { createHash } from 'node:crypto';
import type { KeySpec } from '../../../src/core/algorithm.ts';
import type { Der } from '../../../src/core/bytes.ts';
import type { TestKey } from '../pki.ts';
import type { WireSign } from './aws.ts';
import { answerAuthority, challenge, isAuthorized } from './azure-identity.ts';
import { signDigest } from './digest-signature.ts';
import { indiscretion } from './secret.ts';
import type { Answer, Asked, Refusal, Service } from './server.ts';
import { hiddenHosts } from './tls.ts';

export interface AzureVersion {
  /** 32 hexadecimal digits; of the key, of its certificate and of its secret alike. */
  readonly version: string;
  readonly key: TestKey;
  /** Keys without a certificate have neither this nor a secret. */
  readonly certificate?: Der;
  readonly secret?: Secret;
  /** Not there before its name's certificate was read once: a rotation in the middle of a signature. */
  readonly appears?: 'after the certificate was read';
  /** The curve's name where it is none of the three. */
  readonly curve?: string;
  /** PSS with the digest's salt, or r‖s, unless said. */
  readonly sign?: WireSign;
  /** Key id in the answer of `sign`, where it is not the one that signed. */
  readonly claims?: string;
}

export interface Secret {
  readonly contentType?: string;
  readonly value: string;
}

/** What a vault keeps under one name: versions, the newest last. */
export interface AzureItem {
  readonly name: string;
  readonly versions: readonly AzureVersion[];
}

/** The service's names for the six signing algorithms. */
const azureNames: Readonly<Record<KeySpec, string>> = {
  'RSA-2048': 'PS256',
  'RSA-3072': 'PS384',
  'RSA-4096': 'PS512',
  'EC-256': 'ES256',
  'EC-384': 'ES384',
  'EC-521': 'ES512',
};

export const azureRequestId = '2b7c1de0-8d34-4c6a-9d7c-3f1f0a9f7a77';

/** The vault; it says of itself what the request's Host header says. */
export function azureService(items: readonly AzureItem[]): Service {
  const read = new Set<string>();
  return {
    hiddenHost: hiddenHosts.azure,
    operationOf: ({ method, url }) => operationOf(method, url.pathname),
    answer: (asked) => {
      if (asked.operation === 'authority' || asked.operation === 'token') return answerAuthority(asked);
      if (!isAuthorized(asked)) return challenge(asked);
      const answered = answerVault(asked, visible(items, read));
      if (asked.operation === 'get-certificate' && 'body' in answered) read.add(placeOf(asked).name);
      return 'body' in answered ? answered : refuse(answered);
    },
    refuse: (refusal, asked) => refuse({ ...refusal, message: `${refusal.message ?? 'refused by the test'}${indiscretion(asked)}` }),
  };
}

function visible(items: readonly AzureItem[], read: ReadonlySet<string>): readonly AzureItem[] {
  return items.map((item) => ({ ...item, versions: item.versions.filter(({ appears }) => appears === undefined || read.has(item.name)) }));
}

function operationOf(method: string, path: string): string {
  const [, collection, , version, last] = path.split('/');
  if (collection === 'keys' && method === 'POST' && last === 'sign') return 'sign';
  if (collection === 'keys' && version === 'versions') return 'list-key-versions';
  const found = { keys: 'get-key', certificates: 'get-certificate', secrets: 'get-secret' }[collection ?? ''];
  return found ?? (path.endsWith('/oauth2/v2.0/token') ? 'token' : 'authority');
}

function refuse({ status, code, inner, message = 'refused', headers }: Refusal): Answer {
  const error = { code, message, ...(inner !== undefined && { innererror: { code: inner } }) };
  return { status, headers: { ...responseHeaders, ...headers }, body: JSON.stringify({ error }) };
}

const responseHeaders = { 'content-type': 'application/json; charset=utf-8', 'x-ms-request-id': azureRequestId };

interface Place {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
}

function placeOf({ url, headers }: Asked): Place {
  const [, , name = '', version = ''] = url.pathname.split('/');
  return { name, version, origin: `https://${headers['host'] ?? 'localhost'}` };
}

function answerVault(asked: Asked, items: readonly AzureItem[]): Answer | Refusal {
  if (!asked.url.searchParams.has('api-version')) return { status: 400, code: 'BadParameter', message: 'api-version must be specified' };
  const place = placeOf(asked);
  const item = items.find(({ name }) => name === place.name);
  if (asked.operation === 'list-key-versions') return item === undefined ? notFound('key', place) : ok(listVersions(item, place.origin));
  const version = place.version === '' ? item?.versions.at(-1) : item?.versions.find((one) => one.version === place.version);
  switch (asked.operation) {
    case 'get-certificate':
      return version?.certificate === undefined
        ? notFound('certificate', place)
        : ok(certificateBundle(version, version.certificate, place));
    case 'get-secret':
      return version?.secret === undefined ? notFound('secret', place) : ok(secretBundle(version, version.secret, place));
    case 'get-key':
      return version === undefined ? notFound('key', place) : ok(keyBundle(version, place));
    default:
      return version === undefined ? notFound('key', place) : sign(asked, version, place);
  }
}

function ok(value: object): Answer {
  return { status: 200, headers: responseHeaders, body: JSON.stringify(value) };
}

function notFound(kind: 'key' | 'certificate' | 'secret', { name, version }: Place): Refusal {
  const code = { key: 'KeyNotFound', certificate: 'CertificateNotFound', secret: 'SecretNotFound' }[kind];
  const message = `A ${kind} with (name/id) ${name}${version && `/${version}`} was not found in this key vault.`;
  return { status: 404, code, message };
}

const attributes = { enabled: true, nbf: 1_735_689_600, exp: 2_051_222_400, created: 1_735_689_600, updated: 1_735_689_600 };

function certificateBundle({ version }: AzureVersion, der: Der, { name, origin }: Place): object {
  return {
    id: `${origin}/certificates/${name}/${version}`,
    kid: `${origin}/keys/${name}/${version}`,
    sid: `${origin}/secrets/${name}/${version}`,
    x5t: createHash('sha1').update(der).digest('base64url'),
    cer: Buffer.from(der).toString('base64'),
    attributes,
    policy: { id: `${origin}/certificates/${name}/policy`, key_props: { exportable: true, kty: 'EC', reuse_key: false } },
  };
}

function secretBundle({ version }: AzureVersion, secret: object, { name, origin }: Place): object {
  return {
    ...secret,
    id: `${origin}/secrets/${name}/${version}`,
    kid: `${origin}/keys/${name}/${version}`,
    attributes,
    managed: true,
  };
}

function keyBundle({ version, key, curve }: AzureVersion, { name, origin }: Place): object {
  const jwk = key.privateKey.export({ format: 'jwk' });
  const numbers = jwk.kty === 'RSA' ? { n: jwk.n, e: jwk.e } : { crv: curve ?? jwk.crv, x: jwk.x, y: jwk.y };
  return { key: { kid: `${origin}/keys/${name}/${version}`, kty: jwk.kty, key_ops: ['sign', 'verify'], ...numbers }, attributes };
}

function listVersions({ name, versions }: AzureItem, origin: string): object {
  return { value: versions.map(({ version }) => ({ kid: `${origin}/keys/${name}/${version}`, attributes })), nextLink: null };
}

function sign(asked: Asked, version: AzureVersion, { name, origin }: Place): Answer | Refusal {
  const { alg, value } = JSON.parse(asked.body) as { readonly alg?: string; readonly value?: string };
  const { algorithm } = version.key;
  const digest = Buffer.from(value ?? '', 'base64url');
  if (alg !== azureNames[algorithm.keySpec] || version.curve !== undefined)
    return { status: 400, code: 'BadParameter', message: `Key and signing algorithm are incompatible. Key is ${algorithm.keySpec}.` };
  if (digest.length !== algorithm.hashBytes)
    return { status: 400, code: 'BadParameter', message: `Invalid length of 'value': ${digest.length} bytes.` };
  const signature = (version.sign ?? signDigest)(version.key, digest);
  const kid = `${origin}/keys/${name}/${version.claims ?? version.version}`;
  return ok({ kid, value: Buffer.from(signature).toString('base64url') });
}
