// Who may ask the Azure fakes: access tokens, and the places that give them out.
import { secrets } from './secret.ts';
import type { Answer, Asked, Refusal, Service } from './server.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const clientId = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const vaultResource = 'https://vault.azure.net';

// In the shape of a JWT, because some clients look into it.
const claims = { aud: vaultResource, tid: tenant, appid: clientId, exp: 4_102_444_800 };
export const accessToken: string = [{ alg: 'RS256', typ: 'JWT' }, claims]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat(Buffer.from(secrets.accessToken).toString('base64url'))
  .join('.');

/** The environment variables of an App Service with a managed identity that `origin` serves. */
export function managedEnvironment(origin: string): Readonly<Record<string, string>> {
  return { IDENTITY_ENDPOINT: `${origin}/msi/token`, IDENTITY_HEADER: secrets.identityHeader };
}

/** The environment variables of an application with a client secret. */
export const applicationEnvironment: Readonly<Record<string, string>> = {
  AZURE_TENANT_ID: tenant,
  AZURE_CLIENT_ID: clientId,
  AZURE_CLIENT_SECRET: secrets.clientSecret,
};

/** The managed identity's token service in its App Service form. */
export const identityService: Service = {
  operationOf: () => 'token',
  answer: (asked) => {
    if (asked.headers['x-identity-header'] !== secrets.identityHeader) return refuseToken({ status: 401, code: 'unauthorized' }, asked);
    return asked.url.searchParams.get('resource') === vaultResource ? managedToken() : refuseToken(unknownResource, asked);
  },
  refuse: refuseToken,
};

const unknownResource: Refusal = { status: 400, code: 'invalid_resource', message: 'The resource is not known to this identity.' };

function managedToken(): Answer {
  const expires = String(Math.floor(Date.now() / 1000) + 3600);
  const token = { access_token: accessToken, expires_on: expires, resource: vaultResource, token_type: 'Bearer', client_id: clientId };
  return { status: 200, body: JSON.stringify(token) };
}

/** In the shapes of both: `error` and `error_description` of Entra, `statusCode` and `message` of App Service. */
function refuseToken(
  { status, code, message = 'refused by the test', headers = {} }: Refusal,
  { url, headers: asked, body }: Asked,
): Answer {
  const told = `${url.search} ${JSON.stringify(asked)} ${body}`;
  const text = `${message} Trace ID: ${azureTraceId} Correlation ID: ${azureTraceId} Timestamp: 2026-11-24 06:00:00Z ${told}`;
  const numbers = /AADSTS(\d+)/.exec(message)?.slice(1).map(Number) ?? [];
  const entra = { error: code, error_description: text, error_codes: numbers, trace_id: azureTraceId, correlation_id: azureTraceId };
  return { status, headers, body: JSON.stringify({ ...entra, statusCode: status, message: text }) };
}

const azureTraceId = 'c0ffee00-1111-4222-8333-444444444444';

export function isAuthorized({ headers }: Asked): boolean {
  return headers['authorization'] === `Bearer ${accessToken}`;
}

/** The 401 that tells where a token comes from and what for. */
export function challenge({ headers }: Asked): Answer {
  const text = `Bearer authorization="https://login.microsoftonline.com/${tenant}", resource="${vaultResource}"`;
  const error = { code: 'Unauthorized', message: `AKV10022: Invalid audience or token. ${JSON.stringify(headers)}` };
  return { status: 401, headers: { 'www-authenticate': text }, body: JSON.stringify({ error }) };
}

/** Microsoft Entra, as much of it as a client secret needs: what the authority is, and a token for the right secret. */
export function answerAuthority(asked: Asked): Answer {
  const authority = `https://${asked.headers['host'] ?? 'localhost'}`;
  if (asked.url.pathname.endsWith('/discovery/instance')) return ok({ tenant_discovery_endpoint: discoveryOf(authority), metadata: [] });
  if (asked.url.pathname.endsWith('/openid-configuration')) return ok(configurationOf(authority));
  const form = new URLSearchParams(asked.body);
  if (form.get('client_secret') === secrets.clientSecret && form.get('client_id') === clientId)
    return ok({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: accessToken });
  return refuseToken({ status: 401, code: 'invalid_client', message: 'AADSTS7000215: Invalid client secret provided.' }, asked);
}

function ok(value: object): Answer {
  return { status: 200, body: JSON.stringify(value) };
}

function discoveryOf(authority: string): string {
  return `${authority}/${tenant}/v2.0/.well-known/openid-configuration`;
}

function configurationOf(authority: string): object {
  return {
    issuer: `${authority}/${tenant}/v2.0`,
    authorization_endpoint: `${authority}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}/${tenant}/oauth2/v2.0/token`,
    jwks_uri: `${authority}/${tenant}/discovery/v2.0/keys`,
  };
}
