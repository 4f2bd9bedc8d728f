// Who we are to one registry: nobody first, then what its challenge asks for; tokens are kept for as long as they hold.
import { NotationError } from '../core/error.ts';
import type { Clock, HttpRequest, HttpResponse } from '../core/ports.ts';
import { type Challenge, chooseChallenge } from './challenge.ts';
import type { Credential, CredentialSource } from './credential.ts';
import type { Exchange } from './exchange.ts';
import type { Place } from './place.ts';
import { follow } from './redirect.ts';
import { loginHint } from './refusal.ts';
import { basic, fetchToken, type Token } from './token.ts';

/** Sends requests to one registry, as the user that it wants. */
export interface Session {
  readonly place: Place;
  /** @param scope what the request needs, as in `repository:app:pull`; empty for nothing */
  send(request: HttpRequest, scope: string): Promise<HttpResponse>;
}

export interface SessionContext {
  readonly exchange: Exchange;
  readonly credentials: CredentialSource;
  readonly now: Clock;
}

/** What is known of a registry's wishes so far. */
interface Memory {
  challenge: Challenge | undefined;
  credential?: Promise<Credential | undefined>;
  readonly tokens: Map<string, Promise<Token>>;
  /** The scope that the registry itself named, by ours. */
  readonly scopes: Map<string, string>;
}

/** A session that lasts for the run. Nothing is sent before the first request. */
export function openSession(place: Place, context: SessionContext): Session {
  const memory: Memory = { challenge: undefined, tokens: new Map(), scopes: new Map() };
  return { place, send: (request, scope) => send(request, scope, place, memory, context) };
}

async function send(request: HttpRequest, scope: string, place: Place, memory: Memory, context: SessionContext): Promise<HttpResponse> {
  // Where an upload continues elsewhere, the address itself says who may.
  if (new URL(request.url).origin !== place.origin) return context.exchange(request);
  const shown = await authorization(scope, place, memory, context);
  const first = await follow(withAuthorization(request, shown), context.exchange);
  if (first.response.status !== 401 || first.origin !== place.origin) return first.response;
  memory.challenge = chooseChallenge(first.response.headers['www-authenticate']) ?? memory.challenge;
  if (memory.challenge === undefined) return first.response;
  await forget(shown, scope, memory);
  const next = await authorization(scope, place, memory, context);
  if (next === undefined || (next === shown && memory.challenge.scheme === 'basic')) return first.response;
  return (await follow(withAuthorization(request, next), context.exchange)).response;
}

function withAuthorization(request: HttpRequest, authorization: string | undefined): HttpRequest {
  return authorization === undefined ? request : { ...request, headers: { ...request.headers, authorization } };
}

/** The token that was refused, unless another request has replaced it already; and the scope that the refusal names. */
async function forget(shown: string | undefined, scope: string, memory: Memory): Promise<void> {
  const wanted = memory.scopes.get(scope) ?? scope;
  const kept = await memory.tokens.get(wanted)?.catch(() => undefined);
  if (kept !== undefined && shown === bearer(kept.text)) memory.tokens.delete(wanted);
  if (memory.challenge?.scheme === 'bearer') memory.scopes.set(scope, mergeScopes(scope, memory.challenge.scope ?? ''));
}

/** The header to show; undefined as long as the registry asks for nothing. */
async function authorization(scope: string, place: Place, memory: Memory, context: SessionContext): Promise<string | undefined> {
  const { challenge } = memory;
  if (challenge === undefined) return undefined;
  memory.credential ??= context.credentials(place.registry);
  const credential = await memory.credential;
  if (credential?.kind === 'access') return bearer(credential.token);
  if (challenge.scheme === 'basic') return basicOf(credential, place);
  const wanted = memory.scopes.get(scope) ?? scope;
  const wish = { ...challenge, scope: wanted, credential };
  return bearer((await keptToken(wanted, memory, context.now, () => fetchToken(wish, place, context.exchange, context.now))).text);
}

function basicOf(credential: Exclude<Credential, { readonly kind: 'access' }> | undefined, { registry }: Place): string {
  if (credential === undefined) throw denied(registry, 'basic credential not found');
  if (credential.kind !== 'password' || credential.password === '') throw denied(registry, 'missing username or password for basic auth');
  return basic(credential);
}

/** Requests of the same scope share one token; the one who finds it old gets the next. */
async function keptToken(scope: string, { tokens }: Memory, now: Clock, fetch: () => Promise<Token>): Promise<Token> {
  const kept = tokens.get(scope);
  if (kept !== undefined) {
    const token = await kept;
    if (now().getTime() < token.usableUntil) return token;
    if (tokens.get(scope) === kept) tokens.delete(scope);
  }
  const next = tokens.get(scope) ?? fetch();
  tokens.set(scope, next);
  next.catch(() => tokens.get(scope) === next && tokens.delete(scope));
  return next;
}

/** The scopes of both, each once; actions on the same resource are put together. */
function mergeScopes(ours: string, theirs: string): string {
  const actions = new Map<string, Set<string>>();
  for (const one of `${ours} ${theirs}`.split(' ').filter((text) => text !== '' && text.length < 1024)) {
    const cut = one.lastIndexOf(':');
    const known = actions.get(one.slice(0, cut)) ?? new Set();
    for (const action of one.slice(cut + 1).split(',')) known.add(action);
    actions.set(one.slice(0, cut), known);
  }
  return [...actions].map(([resource, all]) => `${resource}:${[...all].sort().join(',')}`).join(' ');
}

function bearer(token: string): string {
  return `Bearer ${token}`;
}

function denied(registry: string, message: string): NotationError {
  return new NotationError('ACCESS_DENIED', `${registry}: ${message}`, { hint: loginHint(registry) });
}
