// One key, one identity: what is asked of Cloud KMS, with failures as ours.
import { asObject, type JsonObject } from '../../core/json.ts';
import { once } from '../../core/once.ts';
import { withRetries } from '../../http/retry.ts';
import type { KeyContext } from '../provider.ts';
import { findCredential } from './credential.ts';
import type { GcpPermission } from './error.ts';
import { placeOf } from './place.ts';
import { judgeGoogle, send } from './request.ts';
import type { Credential, GcpToken, Identification } from './token.ts';

/** What is done with a resource, by what its URL ends in. */
export interface GcpQuestion {
  readonly permission: GcpPermission;
  readonly resource: string;
  /** What follows the resource's name: `:asymmetricSign`, `/publicKey`. */
  readonly ending?: string;
  readonly body?: JsonObject;
}

export interface GcpSession {
  /** Host of the service, for messages. */
  readonly host: string;
  /** Asks Cloud KMS once, with a token. @throws NotationError */
  ask(question: GcpQuestion): Promise<JsonObject>;
  /** Who asks; no token is asked for. @throws NotationError */
  credential(): Promise<Credential>;
  token(): Promise<GcpToken>;
}

/** Opens the way to Cloud KMS; nothing is asked, and no credential read, before the first question. @throws NotationError `CONFIG` */
export function openSession(context: KeyContext): GcpSession {
  const place = placeOf(context);
  const http = withRetries(context.http, judgeGoogle, context);
  const credential = once(() => identify({ place, http, context }));
  const token = holdToken(credential, context);
  const host = new URL(place.kms).host;
  return {
    host,
    credential,
    token,
    ask: async ({ permission, resource, ending = '', body }) => {
      // Reading the credential, and asking for a token, takes as long as connecting.
      context.http.warm(place.kms);
      const request = {
        method: body === undefined ? 'GET' : 'POST',
        origin: place.kms,
        path: resource + ending,
        ...(body && { body }),
      } as const;
      const said = await send(request, await token(), http, { service: 'Cloud KMS', permission, resource });
      return asObject(said, `${host}: answer`, 'UNAVAILABLE');
    },
  };
}

async function identify(identification: Identification): Promise<Credential> {
  const { place, context } = identification;
  const { gcp_impersonate: account } = context.settings.text;
  if (account === undefined) return findCredential(identification, `https://cloudkms.${place.universe}/`);
  const { impersonating, iamAudience, parseImpersonation } = await import('./impersonation.ts');
  const wanted = parseImpersonation(account);
  const own = await findCredential(identification, iamAudience(place));
  const source = impersonating(wanted, own.source, identification);
  return { ...own, source, from: `${own.from}, acting as ${wanted.account}`, account: wanted.account };
}

/** Fresh enough for the request that it goes with. */
const leastMs = 60_000;

/** One token for all, until it is about to expire. */
function holdToken(credential: () => Promise<Credential>, { now }: Pick<KeyContext, 'now'>): () => Promise<GcpToken> {
  const ask = async () => (await credential()).source();
  let held: Promise<GcpToken> | undefined;
  return async () => {
    if (held === undefined) {
      held = ask();
      return held;
    }
    const current = await held;
    if (current.expires === undefined || current.expires - now().getTime() > leastMs) return current;
    const fresh = ask();
    held = fresh;
    return fresh;
  };
}
