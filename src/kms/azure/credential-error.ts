// Why no token could be had, in one sentence instead of the SDK's pages.
import { NotationError, ownErrorIn } from '../../core/error.ts';
import type { Environment, HttpResponse } from '../../core/ports.ts';
import { quoteProvider } from '../../core/provider-text.ts';
import type { CredentialType } from './credential.ts';
import { requestIdIn, withoutSecrets } from './text.ts';

/** How the last request of a credential ended. */
export type Exchange = { readonly error: NotationError } | Refusal;

interface Refusal {
  readonly host: string;
  readonly status: number;
  /** Empty when there was none. */
  readonly requestId: string;
  /** Microsoft Entra's own numbered sentence, where there was one. */
  readonly entra: string | undefined;
}

/** How a response ended a request. The SDK and MSAL lose what it says in more than one way, so it is read here. */
export function exchangeOf(url: string, { status, headers, body }: HttpResponse): Exchange {
  const text = status < 400 ? '' : Buffer.from(body).toString('utf8');
  return { host: new URL(url).host, status, requestId: requestIdIn(headers), entra: numbered.exec(text)?.[0] };
}

/** To the end of the sentence, of the line, or of the JSON text that it is in. */
const numbered = /AADSTS\d+: .*?(?=\.[\s"\\]|Trace ID|["\\\r\n]|$)/;

/**
 * A failure of `getToken`: the network's own where that was the reason, whatever the SDK made of it; otherwise `ACCESS_DENIED` with what
 * each credential said. The SDK's error is not kept as the cause: it may hold what was sent.
 */
export function toCredentialError(
  error: unknown,
  type: CredentialType,
  last: Exchange | undefined,
  environment: Environment,
): NotationError {
  const network = ownErrorIn(error) ?? (last && failureOf(last));
  if (network !== undefined) return network;
  const refusal = last !== undefined && 'status' in last ? last : undefined;
  const texts = refusal?.entra === undefined ? partsOf(error).map(messageOf) : [refusal.entra];
  const said = texts.map((text) => sentenceOf(withoutSecrets(text, environment)));
  return new NotationError('ACCESS_DENIED', `no token for Azure (credential_type ${type}): ${said.join('; ')}`, {
    hint: hints[type],
    metadata: metadataOf(refusal, error),
  });
}

const hints: Readonly<Record<CredentialType, string>> = {
  default:
    'sign in with az login, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or choose with the plugin config option credential_type',
  environment: 'set AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH, where notation runs',
  workloadid: 'set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE where notation runs',
  managedid: 'give this machine a managed identity; name a user-assigned one with the plugin config option client_id',
  azurecli: 'sign in with az login as the user who runs notation',
  azurepowershell: 'sign in with Connect-AzAccount as the user who runs notation',
  azuredevcli: 'sign in with azd auth login as the user who runs notation',
  azurepipelines: 'run it in a task with a service connection, with SYSTEM_ACCESSTOKEN: $(System.AccessToken) in its env',
};

/** What the last request's end means by itself; undefined for a refusal, of which the credential says more. */
function failureOf(last: Exchange): NotationError | undefined {
  if ('error' in last) return last.error;
  const { host, status } = last;
  const details = { hint: 'try again later', metadata: { status: String(status) } };
  if (status === 429) return new NotationError('THROTTLED', `${host}: too many requests for tokens`, details);
  if (status === 408) return new NotationError('TIMEOUT', `${host}: the request for a token took too long`, details);
  if (status >= 500) return new NotationError('UNAVAILABLE', `${host}: the request for a token failed with status ${status}`, details);
  if (status >= 400) return undefined;
  return new NotationError('UNAVAILABLE', `${host}: expected a token, found something else`, {
    hint: 'check the authority host, and that no proxy answers in its place',
  });
}

/** The failures of a chain, each by itself. */
function partsOf(error: unknown): readonly unknown[] {
  const { errors } = error as { readonly errors?: readonly unknown[] };
  return error instanceof Error && Array.isArray(errors) && errors.length > 0 ? errors : [error];
}

const longest = 160;

/** "NameCredential: reason", the reason being the first sentence without headings. */
function sentenceOf(message: string): string {
  const [who] = credentialName.exec(message) ?? [];
  const [, described] = /\bDescription: (.*?)(?: - Correlation ID|\.?$)/m.exec(message) ?? [];
  const [first = ''] = quoteProvider((described ?? message).replace(/^\w*Error: /, '').replace(heading, '')).split(/\.(?:\s|$)/, 1);
  const reason = first.trim() === '' ? 'not available' : first.trim().slice(0, longest);
  return who === undefined ? reason : `${who}: ${reason}`;
}

const credentialName = /\b[A-Z]\w+Credential\b/;
const heading = /^[A-Z]\w+Credential:?\s*(?:is unavailable\.?|authentication failed\.?)?(?: Message:?)?\s*/i;

/** An AuthenticationError begins with headings and keeps the reason apart. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errorResponse } = error as { readonly errorResponse?: { readonly errorDescription?: string } };
  const [who = ''] = credentialName.exec(error.message) ?? [];
  return errorResponse?.errorDescription === undefined ? error.message : `${who}: ${errorResponse.errorDescription}`;
}

function metadataOf(refusal: Refusal | undefined, error: unknown): Readonly<Record<string, string>> {
  const [number] = /^AADSTS\d+/.exec(refusal?.entra ?? '') ?? [];
  const name = error instanceof Error ? error.name : 'unknown';
  return { providerCode: number ?? name, ...(refusal?.requestId && { requestId: refusal.requestId }) };
}
