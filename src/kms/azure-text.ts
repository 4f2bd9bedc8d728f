import type { Environment } from '../core/ports.ts';

const longest = 240;

/** Another program's message as one line that is short, and holds no token. */
export function clean(text: string): string {
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*/g, '[token]')
    .replace(/\bBearer [A-Za-z0-9._~+/=-]+/gi, 'Bearer [token]')
    .trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** `clean`, and without the values that `environment` holds for the SDK. */
export function cleanOf(environment: Environment): (text: string) => string {
  const secrets = secretVariables.map((name) => environment[name] ?? '').filter((value) => value.length > 3);
  return (text) => clean(secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text));
}

const secretVariables = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_PASSWORD',
  'SYSTEM_ACCESSTOKEN',
  'IDENTITY_HEADER',
  'MSI_SECRET',
];
