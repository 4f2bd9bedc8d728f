// One server, one identity: what is asked of Vault or OpenBao, with failures as ours.
import { NotationError } from '../../core/error.ts';
import { asObject, type JsonObject, parseJson } from '../../core/json.ts';
import { once } from '../../core/once.ts';
import type { Http, HttpResponse } from '../../core/ports.ts';
import { type Verdict, withRetries } from '../../http/retry.ts';
import type { KeyContext } from '../provider.ts';
import { type Attempt, isLasting, toVaultError, wordsOf } from './error.ts';
import { clientTlsOf, type VaultPlace } from './place.ts';
import { findTokenSource } from './token.ts';

export interface VaultSession {
  /**
   * Sends one request below `/v1/` and answers the `data` of the response.
   * @param action what it is for, in Vault's own words: "sign", "read the key" …
   * @throws NotationError as `toVaultError` has it
   */
  ask(action: Attempt['action'], path: string, body?: JsonObject): Promise<JsonObject>;
}

/** Opens the way to a server; nothing is asked, and no secret read, before the first request. */
export function openSession(place: VaultPlace, context: KeyContext): VaultSession {
  const http = withRetries(context.http, judge, context);
  const tls = once(() => clientTlsOf(place.product, context.environment, context.files));
  const exchange = async ({ action, path, body, token, secrets }: Exchange) => {
    const attempt = { action, path, product: place.product, host: new URL(place.address).host, secrets };
    return bodyOf(await send(http, place, { path, body, token, tls: await tls() }), attempt);
  };
  const token = once(() => openToken(place, context, exchange));
  return {
    ask: async (action, path, body) => {
      const mine = await token();
      const secrets = mine === undefined ? [] : [mine];
      const answer = await exchange({ action, path, body, token: mine, secrets });
      return asObject(answer['data'], `${place.product}'s answer`, 'UNAVAILABLE');
    },
  };
}

interface Exchange {
  readonly action: Attempt['action'];
  readonly path: string;
  readonly body: JsonObject | undefined;
  readonly token: string | undefined;
  readonly secrets: readonly string[];
}

/** The token, after logging in where that is how it is had; undefined when an agent adds its own. */
async function openToken(
  place: VaultPlace,
  context: KeyContext,
  exchange: (exchange: Exchange) => Promise<JsonObject>,
): Promise<string | undefined> {
  const source = await findTokenSource(place, context);
  if (source.method === 'agent') return undefined;
  if (source.method === 'token') return source.token;
  const { path, request } = source;
  const answer = await exchange({ action: 'log in', path, body: request, token: undefined, secrets: Object.values(request) });
  const auth = asObject(answer['auth'], `${place.product}'s answer to a login`, 'UNAVAILABLE');
  const { client_token: token } = auth;
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new NotationError('UNAVAILABLE', `${place.product}: expected a token for the login, found something else`);
}

interface Sending {
  readonly path: string;
  readonly body: JsonObject | undefined;
  readonly token: string | undefined;
  readonly tls: Awaited<ReturnType<typeof clientTlsOf>>;
}

function send(http: Http, { address, namespace }: VaultPlace, { path, body, token, tls }: Sending): Promise<HttpResponse> {
  return http.send({
    method: body === undefined ? 'GET' : 'POST',
    url: `${address}/v1/${path}`,
    headers: {
      'x-vault-request': 'true',
      ...(token !== undefined && { 'x-vault-token': token }),
      ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(tls !== undefined && { tls }),
  });
}

function bodyOf(response: HttpResponse, attempt: Attempt): JsonObject {
  if (response.status !== 200) throw toVaultError(response, attempt);
  return asObject(parseJson(response.body, `${attempt.host}: answer`, 'UNAVAILABLE'), `${attempt.host}: answer`, 'UNAVAILABLE');
}

/** 412 is a replica that has not heard yet what another one did. */
function judge({ status, body }: HttpResponse): Verdict {
  if (status === 429) return 'throttled';
  if (status === 500 && isLasting(wordsOf(body))) return 'final';
  return status >= 500 || status === 412 ? 'again' : 'final';
}
