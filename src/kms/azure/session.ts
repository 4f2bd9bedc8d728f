// One vault and one identity: who is asked for tokens, when, and how often.
import type { AccessToken, TokenCredential } from '@azure/identity';
import type { Http, HttpRequest, HttpResponse } from '../../core/ports.ts';
import { withRetries } from '../../http/retry.ts';
import type { KeyContext } from '../provider.ts';
import { cloudOf, isLoopback } from './cloud.ts';
import { type Asked, toVaultError } from './error.ts';
import { clientOptions, judgeAzure, toSdkClient } from './http.ts';
import type { Identity } from './identity.ts';
import type { AzureKeyId } from './key-id.ts';

/** What an SDK client of one vault is made with. */
export interface Client {
  readonly origin: string;
  readonly credential: TokenCredential;
  readonly options: ReturnType<typeof clientOptions> & { readonly disableChallengeResourceVerification: boolean };
}

/** The way to one vault. */
export interface Session {
  /**
   * Runs one operation of an SDK client made for it.
   * @throws NotationError as `toVaultError` has it
   */
  ask<T>(asked: Asked, operation: (client: Client) => Promise<T>): Promise<T>;
  /** The last token that was got, and how; undefined before. */
  token(): GivenToken | undefined;
}

/** A token, which is a secret, and in words how it was got. */
export interface GivenToken {
  readonly text: string;
  readonly source: string;
}

/**
 * Opens the way to the vault of `id`, for a request that is sure to come: where it is known what the token must be for, it is asked for
 * at once, while the part of the SDK that the request needs is still loading.
 *
 * The SDK's clients send each first request without a token, to learn from the refusal what the token must be for. A vault in a
 * domain of Azure's own would always say the same, so that answer is made here and costs no round trip; when the vault then refuses
 * the token and names another tenant, that one is asked for once. Every other host is asked, and the SDK hands out a token only if
 * the host is below the domain that the token is for. Loopback names are excused from that: an emulator has no such name, whoever
 * writes `localhost` into a key id means a process of this machine, and no name server or other machine can stand in for it.
 */
export function openSession(id: AzureKeyId, context: KeyContext): Session {
  const cloud = cloudOf(id.hostname);
  const tokens = openTokens(async () => (await import('./identity.ts')).openIdentity(cloud?.authority, context));
  const challenges = openChallenges(cloud && `Bearer resource="${cloud.resource}"`);
  if (cloud) tokens.getToken([`${cloud.resource}/.default`]).catch(toldLater);
  else import('./identity.ts').catch(toldLater);
  const way = { id, tokens, challenges, http: withRetries(context.http, judgeAzure, context) };
  return { ask: (asked, operation) => ask(asked, operation, way), token: tokens.last };
}

/** What all operations on one vault share. */
interface Way {
  readonly id: AzureKeyId;
  readonly tokens: Tokens;
  readonly challenges: Challenges;
  readonly http: Http;
}

type Operation<T> = (client: Client) => Promise<T>;
type Outcome<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly error: unknown; readonly answer: HttpResponse | undefined };

async function ask<T>(asked: Asked, operation: Operation<T>, way: Way): Promise<T> {
  const first = await attempt(operation, way);
  const refused = !first.done && isChallenge(first.answer);
  if (refused) way.tokens.forget();
  const outcome = refused ? await attempt(operation, way) : first;
  if (outcome.done) return outcome.value;
  throw toVaultError(outcome.error, outcome.answer, asked);
}

/** A client of its own for each attempt: the SDK's would keep to the challenge that it met first. */
async function attempt<T>(operation: Operation<T>, { id, tokens, challenges, http }: Way): Promise<Outcome<T>> {
  const wire = openWire(http, challenges);
  const options = { ...clientOptions(wire.client), disableChallengeResourceVerification: isLoopback(id.hostname) };
  try {
    return { done: true, value: await operation({ origin: id.origin, credential: tokens, options }) };
  } catch (error) {
    return { done: false, error, answer: wire.answer() };
  }
}

/** The request that needs the token fails with the same error. */
const toldLater = () => undefined;

interface Challenges {
  readonly known: () => string | undefined;
  learn(response: HttpResponse): void;
}

/** What a request without a token is answered with: expected at first, then as the vault itself says it. */
function openChallenges(expected: string | undefined): Challenges {
  let known = expected;
  return {
    known: () => known,
    learn: (response) => {
      if (isChallenge(response)) known = response.headers['www-authenticate'];
    },
  };
}

function isChallenge(response: HttpResponse | undefined): boolean {
  return response?.status === 401 && /\b(?:resource|scope)="/.test(response.headers['www-authenticate'] ?? '');
}

/**
 * The wire of one operation: answers the SDK's request without a token by the challenge that is known, and keeps the vault's last answer
 * to a request with one.
 */
function openWire(http: Http, challenges: Challenges) {
  let answer: HttpResponse | undefined;
  const send = async (request: HttpRequest) => {
    const bare = request.headers['authorization'] === undefined;
    const challenge = challenges.known();
    if (bare && challenge !== undefined) return refusalWith(challenge);
    const response = await http.send(request);
    challenges.learn(response);
    if (!bare || !isChallenge(response)) answer = response;
    return response;
  };
  return { client: toSdkClient({ send, warm: http.warm }), answer: () => answer };
}

function refusalWith(challenge: string): HttpResponse {
  return { status: 401, headers: { 'www-authenticate': challenge }, body: new Uint8Array() };
}

interface Tokens extends TokenCredential {
  getToken(...asked: Parameters<TokenCredential['getToken']>): Promise<AccessToken | null>;
  forget(): void;
  last(): GivenToken | undefined;
}

/** One token for each scope, tenant and claim; the identity's code is loaded when the first is asked for. */
function openTokens(open: () => Promise<Identity>): Tokens {
  const tokens = new Map<string, Promise<AccessToken | null>>();
  let credential: Promise<Identity> | undefined;
  let last: GivenToken | undefined;
  const fetchToken = async (...[scopes, options]: Parameters<TokenCredential['getToken']>) => {
    credential ??= open();
    const identity = await credential;
    const token = await identity.getToken(scopes, { ...options, enableCae: true });
    if (token !== null) last = { text: token.token, source: identity.source() };
    return token;
  };
  return {
    getToken: (scopes, options) => {
      const key = JSON.stringify([scopes, options?.tenantId, options?.claims]);
      const token = tokens.get(key) ?? fetchToken(scopes, options);
      tokens.set(key, token);
      token.catch(() => tokens.delete(key));
      return token;
    },
    forget: () => tokens.clear(),
    last: () => last,
  };
}
