// One request to one of Google's REST services.
import { type JsonObject, parseJson } from '../../core/json.ts';
import type { Http, HttpResponse } from '../../core/ports.ts';
import { version } from '../../core/version.ts';
import type { Verdict } from '../../http/retry.ts';
import { type Attempt, toGoogleError } from './error.ts';
import type { GcpToken } from './token.ts';

export interface GcpRequest {
  readonly method: 'GET' | 'POST';
  readonly origin: string;
  /** Below `/v1/`. */
  readonly path: string;
  readonly body?: JsonObject;
}

/**
 * Sends a request and answers the JSON of a success.
 * @throws NotationError as `toGoogleError` has it, and what the network says
 */
export async function send(request: GcpRequest, token: GcpToken, http: Http, attempt: Omit<Attempt, 'host' | 'secrets'>): Promise<unknown> {
  const { method, origin, path, body } = request;
  const url = `${origin}/v1/${path}`;
  const response = await http.send({
    method,
    url,
    headers: {
      authorization: `Bearer ${token.token}`,
      'user-agent': `notation-ts-kms/${version}`,
      ...(token.quotaProject !== undefined && { 'x-goog-user-project': token.quotaProject }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const whole = { ...attempt, host: new URL(url).host, secrets: [token.token] };
  if (response.status !== 200) throw toGoogleError(response, whole);
  return parseJson(response.body, `${whole.host}: answer`, 'UNAVAILABLE');
}

/** Which answers of Google's services are worth asking again for. */
export function judgeGoogle({ status }: HttpResponse): Verdict {
  if (status === 429) return 'throttled';
  return status === 408 || status >= 500 ? 'again' : 'final';
}
