// Bearer tokens from a registry's token service: the Distribution project's token specification, and its OAuth 2.0 form.
import { NotationError } from '../core/error.ts';
import type { Clock, HttpRequest, HttpResponse } from '../core/ports.ts';
import type { Credential } from './credential.ts';
import type { Exchange } from './exchange.ts';
import { isLoopbackName, type Place } from './place.ts';
import { loginHint, refusalOf } from './refusal.ts';

/** Where to get a token, and what for. */
export interface TokenWish {
  readonly realm: string;
  readonly service: string | undefined;
  /** As in `repository:app:pull,push`; several are separated by spaces. Empty for none. */
  readonly scope: string;
  readonly credential: Exclude<Credential, { readonly kind: 'access' }> | undefined;
}

export interface Token {
  readonly text: string;
  /** Milliseconds since the epoch after which it is not used any more: a little before it expires. */
  readonly usableUntil: number;
}

const clientId = 'notation-ts-kms';
/** As in notation. */
const responseLimit = 128 * 1024;
const defaultSeconds = 60;

/**
 * Asks the token service that a registry names.
 * @throws NotationError `ACCESS_DENIED`, `UNAVAILABLE`, and the network's
 */
export async function fetchToken(wish: TokenWish, place: Place, exchange: Exchange, now: Clock): Promise<Token> {
  const realm = checkRealm(wish.realm, place);
  const asked = now().getTime();
  const { kind } = wish.credential ?? {};
  const response = await exchange(kind === 'refresh' ? postRequest(realm, wish) : getRequest(realm, wish));
  // A service that only knows OAuth 2.0.
  const elsewhere = kind === 'password' && (response.status === 404 || response.status === 405);
  return readToken(elsewhere ? await exchange(postRequest(realm, wish)) : response, realm, place, asked);
}

/** Credentials and tokens travel as safely as to the registry itself, and to nobody else in the clear. */
function checkRealm(realm: string, place: Place): URL {
  const url = URL.parse(realm);
  if (url === null || !/^https?:$/.test(url.protocol)) throw wrongRealm(place, 'an http: or https: URL', 'something else');
  const plain = url.protocol === 'http:';
  const near = new URL(place.origin).hostname === url.hostname || isLoopbackName(url.hostname);
  if (plain && !(place.origin.startsWith('http:') && near)) throw wrongRealm(place, 'one that is reached over TLS', `http://${url.host}`);
  url.username = '';
  url.password = '';
  return url;
}

function getRequest(realm: URL, { service, scope, credential }: TokenWish): HttpRequest {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const one of scope.split(' ').filter((text) => text !== '')) url.searchParams.append('scope', one);
  if (credential?.kind !== 'password') return { method: 'GET', url: url.href, headers: {}, limit: responseLimit };
  url.searchParams.set('account', credential.username);
  return { method: 'GET', url: url.href, headers: { authorization: basic(credential) }, limit: responseLimit };
}

function postRequest(realm: URL, { service, scope, credential }: TokenWish): HttpRequest {
  const form = new URLSearchParams({ client_id: clientId, ...(service !== undefined && { service }), ...(scope !== '' && { scope }) });
  if (credential?.kind === 'refresh') {
    form.set('grant_type', 'refresh_token');
    form.set('refresh_token', credential.token);
  } else if (credential?.kind === 'password') {
    form.set('grant_type', 'password');
    form.set('username', credential.username);
    form.set('password', credential.password);
  }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url: realm.href, headers, body: form.toString(), limit: responseLimit };
}

/** `Authorization` of the Basic scheme (RFC 7617), in UTF-8. */
export function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function readToken(response: HttpResponse, realm: URL, place: Place, asked: number): Token {
  if (response.status !== 200) throw withLogin(refusalOf(response, realm.host, `a token for ${place.registry}`), place);
  const { token, access_token: accessToken, expires_in: expiresIn } = parseObject(response.body);
  const text = [token, accessToken].find((value) => typeof value === 'string' && value !== '');
  // What is not plain characters could not be sent on in a header.
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) {
    throw new NotationError('UNAVAILABLE', `${realm.host}: expected a token for ${place.registry}, found an answer without one`);
  }
  const seconds = typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : defaultSeconds;
  return { text, usableUntil: asked + 1000 * (seconds - Math.max(seconds / 10, 5)) };
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(Buffer.from(body).toString('utf8')) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

/** The user logs in to the registry, not to its token service. */
function withLogin(refusal: NotationError, place: Place): NotationError {
  if (refusal.code !== 'ACCESS_DENIED') return refusal;
  return new NotationError('ACCESS_DENIED', refusal.message, { hint: loginHint(place.registry) });
}

function wrongRealm(place: Place, expected: string, found: string): NotationError {
  return new NotationError('UNAVAILABLE', `${place.registry}: the address of its token service: expected ${expected}, found ${found}`, {
    hint: 'no credential is sent there; tell whoever runs the registry',
  });
}
