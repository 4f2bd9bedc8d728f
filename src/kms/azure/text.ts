import type { Environment } from '../../core/ports.ts';

/** A code of an error, which is words in one; nothing else is repeated in its place. */
export function codeIn(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z]{1,60}$/.test(value) ? value : '';
}

/** A request's id, which is a GUID; nothing else is repeated in its place. */
export function requestIdIn(headers: Readonly<Record<string, string>>): string {
  const id = headers['x-ms-request-id'] ?? '';
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id : '';
}

/** Takes out the secrets that the environment holds for the SDK, in every form in which a service may repeat them. */
export function withoutSecrets(text: string, environment: Environment): string {
  const secrets = secretVariables.map((name) => environment[name] ?? '').filter((value) => value !== '');
  return secrets.flatMap(formsOf).reduce((rest, form) => rest.replaceAll(form, '[secret]'), text);
}

const secretVariables = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_PASSWORD',
  'SYSTEM_ACCESSTOKEN',
  'IDENTITY_HEADER',
  'MSI_SECRET',
];

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), bytes.toString('base64'), bytes.toString('base64url')];
}
