// Every secret that the fakes and their clients share: made anew in each process, so that finding one in an output is no accident.
import { randomBytes } from 'node:crypto';
import type { Asked } from './server.ts';

/** What nobody but the services may be told. Access key ids, client ids and tenants are no secrets. */
export const secrets = {
  awsSecretKey: fresh('aws-secret-key'),
  awsSessionToken: fresh('aws-session-token'),
  containerToken: fresh('container-authorization-token'),
  containerSecretKey: fresh('container-secret-key'),
  containerSessionToken: fresh('container-session-token'),
  roleSecretKey: fresh('role-secret-key'),
  roleSessionToken: fresh('role-session-token'),
  identityHeader: fresh('identity-header'),
  clientSecret: fresh('client-secret'),
  accessToken: fresh('access-token'),
  federatedToken: fresh('federated-token'),
  gcpToken: fresh('gcp-token'),
  gcpSubjectToken: fresh('gcp-subject-token'),
  gcpRefreshToken: fresh('gcp-refresh-token'),
  gcpClientSecret: fresh('gcp-client-secret'),
  vaultToken: fresh('vault-token'),
  vaultSecretId: fresh('vault-secret-id'),
  vaultLoginToken: fresh('vault-login-token'),
  proxyPassword: fresh('proxy-password'),
} as const;

/** Headers whose values let others act in the client's name. */
const sensitive = /^(authorization|proxy-authorization|x-amz-security-token|x-identity-header|x-vault-token)$/;

/** The secrets of one request as it came: whole headers, and the signature in an AWS authorization. */
export function secretsIn({ headers }: Pick<Asked, 'headers'>): readonly string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => (sensitive.test(name) ? [value] : []));
  return values.flatMap((value) => [value, ...(/Signature=([0-9a-f]{64})/.exec(value)?.slice(1) ?? [])]);
}

/** A secret in each form in which it may slip out; its first characters are enough, because messages get cut. */
export function formsOf(secret: string): readonly string[] {
  const encodings = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('base64url')];
  return [...new Set(encodings.map((form) => form.slice(0, /^[A-Z]/.test(form) && form.includes(' ') ? undefined : tell)))];
}

/** So many characters of a random secret are no accident. */
const tell = 20;

/** What an indiscreet service repeats in its errors, in one line and then in many: real ones answer a wrong signature with the whole canonical request. */
export function indiscretion({ method, url, headers, body }: Asked): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const told = lines.filter((line) => sensitive.test(line.slice(0, line.indexOf(':'))));
  return [` (${told.join(' ')})`, 'The request was', method, url.pathname + url.search, ...lines, body].join('\n');
}

function fresh(label: string): string {
  return `${randomBytes(18).toString('base64url')}/+${label}=`;
}
