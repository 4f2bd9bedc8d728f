// What can be told of the way to a repository and its signatures, each part by itself; nothing is left behind.
import { NotationError } from '../core/error.ts';
import { type Finding, found, unknown } from '../core/finding.ts';
import { parseJson } from '../core/json.ts';
import type { Descriptor } from '../core/model.ts';
import type { HttpResponse } from '../core/ports.ts';
import { chooseChallenge } from './challenge.ts';
import { digestFault } from './digest.ts';
import { openExchange } from './exchange.ts';
import { getManifest, resolveManifest, scopeOf, type Target, urlOf } from './manifests.ts';
import type { RegistryOptions } from './open.ts';
import { placeOf, resolveLocation } from './place.ts';
import type { Reference } from './reference.ts';
import { listSignatures, type ReferrersHabits } from './referrers.ts';
import { refusalOf } from './refusal.ts';
import { openSession } from './session.ts';

export interface RegistryExamination {
  /** Whether a registry answers there. @throws NotationError */
  reach(): Promise<Reach>;
  /** Whether it lets in whoever this is. @throws NotationError `ACCESS_DENIED` */
  enter(): Promise<void>;
  /** @throws NotationError `NOT_FOUND`, `ACCESS_DENIED` … */
  resolve(): Promise<Descriptor>;
  /** Tries what needs the right to push and changes nothing. @throws NotationError `ACCESS_DENIED` … */
  tryToPush(): Promise<Finding>;
  /** The signatures of an artifact, `limit` at most, and whether the referrers API told of them. */
  signatures(subject: Descriptor, limit: number): Promise<Listing>;
}

/** What a registry says to who says nothing of himself. */
export interface Reach {
  readonly origin: string;
  readonly wants: 'nothing' | 'basic' | 'bearer';
}

export interface Listing {
  readonly count: number;
  readonly more: boolean;
  readonly api: boolean;
}

/** Opens the way; nothing is sent yet. */
export function openExamination(
  { registry, repository, tagOrDigest }: Reference,
  options: RegistryOptions & { readonly exchangeMs: number },
): RegistryExamination {
  const place = placeOf(registry, options);
  const exchange = openExchange(options);
  const target: Target = { session: openSession(place, { ...options, exchange }), repository };
  const base = { method: 'GET', url: `${place.origin}/v2/`, headers: {} } as const;
  return {
    reach: async () => ({ origin: place.origin, wants: wishIn(await exchange(base), registry) }),
    enter: async () => {
      const response = await target.session.send(base, '');
      if (response.status !== 200) throw refusalOf(response, registry, 'the credential to be accepted');
    },
    resolve: () => resolveManifest(target, tagOrDigest),
    tryToPush: () => tryToPush(target, tagOrDigest),
    signatures: ({ digest }, limit) => list(target, digest, limit),
  };
}

/** Distribution specification, "Determining Support". @throws NotationError `UNAVAILABLE` for what is no registry */
function wishIn(response: HttpResponse, registry: string): Reach['wants'] {
  if (response.status === 200) return 'nothing';
  const challenge = response.status === 401 ? chooseChallenge(response.headers['www-authenticate']) : undefined;
  if (challenge !== undefined) return challenge.scheme;
  if (response.status === 401 || response.status === 404) {
    throw new NotationError(
      'UNAVAILABLE',
      `${registry}: expected a registry (distribution specification, /v2/), found status ${response.status} without a challenge`,
      {
        hint: 'check the host and the port',
      },
    );
  }
  throw refusalOf(response, registry, 'an answer to /v2/');
}

/**
 * Tokens need not say what they are for, so that only trying tells. A blob that is in the repository is given to it once more, from itself: that
 * needs the right to push, and changes nothing. Where there is no such blob, or the registry takes none so, it begins an upload instead, which is
 * cancelled at once; where it cannot be, the registry forgets it by itself.
 */
async function tryToPush(target: Target, tagOrDigest: string): Promise<Finding> {
  const { registry, origin } = target.session.place;
  const scope = scopeOf(target, 'pull,push');
  const blob = await firstBlob(target, tagOrDigest).catch(() => undefined);
  const query = blob === undefined ? '' : `?mount=${encodeURIComponent(blob)}&from=${encodeURIComponent(target.repository)}`;
  const begun = await target.session.send({ method: 'POST', url: urlOf(target, `blobs/uploads/${query}`), headers: {} }, scope);
  if (begun.status === 201)
    return found('allowed: a blob of this repository was given to it once more, which changes nothing', { how: 'mount' });
  if (begun.status !== 202) throw refusalOf(begun, registry, 'to take a signature');
  const { location } = begun.headers;
  if (location === undefined) return unknown('the registry began an upload, and did not say where it could be ended');
  const ended = await target.session.send({ method: 'DELETE', url: resolveLocation(location, origin), headers: {} }, scope);
  const cancelled = (ended.status >= 200 && ended.status < 300) || ended.status === 404;
  const rest = cancelled ? 'an upload was begun and cancelled' : 'an upload was begun; the registry cancels none, and forgets it by itself';
  return found(`allowed: ${rest}`, { how: 'upload', cancelled });
}

/** The config or the first layer of the artifact; undefined where it has neither, as an index. */
async function firstBlob(target: Target, tagOrDigest: string): Promise<string | undefined> {
  const manifest = await getManifest(target, tagOrDigest);
  const document = manifest && (parseJson(manifest.bytes, 'manifest', 'MANIFEST') as Blobs | null);
  const layers = Array.isArray(document?.layers) ? document.layers : [];
  const digests = [document?.config, ...layers].map((one) => (one as { readonly digest?: unknown } | null | undefined)?.digest);
  return digests.find((digest): digest is string => typeof digest === 'string' && digestFault(digest) === undefined);
}

interface Blobs {
  readonly config?: unknown;
  readonly layers?: unknown;
}

async function list(target: Target, digest: string, limit: number): Promise<Listing> {
  const habits: ReferrersHabits = { api: undefined };
  let count = 0;
  for await (const _ of listSignatures(target, digest, habits)) {
    count += 1;
    if (count > limit) break;
  }
  return { count: Math.min(count, limit), more: count > limit, api: habits.api === true };
}
