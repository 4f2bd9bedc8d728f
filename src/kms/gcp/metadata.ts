// The machine's own identity: the metadata server of Compute Engine, GKE, Cloud Run and the rest.
import { NotationError } from '../../core/error.ts';
import { asObject, parseJson } from '../../core/json.ts';
import type { Environment, HttpResponse } from '../../core/ports.ts';
import { type Identification, type TokenSource, tokenOf } from './token.ts';

/** How long it is looked for where nothing says that it is there. It answers within milliseconds. */
const patienceMs = 3000;

/** Tokens of the service account that the machine runs as. Google's library would look for the server by the process's environment and network. */
export function metadataSource({ http, context }: Identification): TokenSource {
  const { origin, isSure } = serverOf(context.environment);
  return async () => {
    if (!isSure && !(await isThere(context.http, origin))) throw noCredentials();
    const said = asObject(
      parseJson(bodyOf(await http.send({ method: 'GET', url: origin + tokenPath, headers }), origin), origin, 'UNAVAILABLE'),
      origin,
      'UNAVAILABLE',
    );
    const seconds = said['expires_in'];
    return {
      token: tokenOf(said['access_token'], hostOf(origin)),
      ...(typeof seconds === 'number' && { expires: context.now().getTime() + seconds * 1000 }),
    };
  };
}

const headers = { 'metadata-flavor': 'Google' };
const tokenPath = '/computeMetadata/v1/instance/service-accounts/default/token';

function serverOf(environment: Environment): { readonly origin: string; readonly isSure: boolean } {
  const named = environment['GCE_METADATA_IP'] || environment['GCE_METADATA_HOST'] || undefined;
  const detection = environment['METADATA_SERVER_DETECTION']?.trim().toLowerCase();
  if (detection === 'none') throw noCredentials();
  const url = URL.parse(`http://${named ?? '169.254.169.254'}`);
  if (url === null || url.pathname !== '/' || url.username !== '')
    throw new NotationError('CONFIG', 'GCE_METADATA_HOST: expected a host with or without a port, found something else');
  return { origin: url.origin, isSure: named !== undefined || detection === 'assume-present' };
}

async function isThere(http: Identification['http'], origin: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    return isGoogle(await http.send({ method: 'GET', url: `${origin}/`, headers, signal }));
  } catch {
    return false;
  }
}

/** Other clouds answer at the same address. */
function isGoogle({ headers }: HttpResponse): boolean {
  return headers['metadata-flavor'] === 'Google';
}

function bodyOf(response: HttpResponse, origin: string): Uint8Array {
  const { status, body } = response;
  const host = hostOf(origin);
  if (status === 200 && isGoogle(response)) return body;
  if (status === 404)
    throw new NotationError('ACCESS_DENIED', `${host}: this machine runs as no service account`, {
      hint: 'attach one to it, or name a credentials file with GOOGLE_APPLICATION_CREDENTIALS',
    });
  if (status === 403 || status === 401)
    throw new NotationError('ACCESS_DENIED', `${host}: the metadata server gives no token (status ${status})`, {
      hint: 'check which service account this machine runs as, and its workload identity',
    });
  if (status === 429) throw new NotationError('THROTTLED', `${host}: too many requests for tokens`, { hint: 'sign less at once' });
  throw new NotationError('UNAVAILABLE', `${host}: expected the metadata server's token, found something else (status ${status})`, {
    hint: 'check GCE_METADATA_HOST, and that no proxy answers in its place',
    metadata: { status: String(status), ...(status >= 500 && { retryable: 'true' }) },
  });
}

function noCredentials(): NotationError {
  return new NotationError(
    'ACCESS_DENIED',
    'no Google Cloud credentials: no file of application default credentials, and no metadata server',
    {
      hint: 'sign in with gcloud auth application-default login, set GOOGLE_APPLICATION_CREDENTIALS, or name a file with the plugin config option gcp_credentials_file',
    },
  );
}

function hostOf(origin: string): string {
  return new URL(origin).host;
}
