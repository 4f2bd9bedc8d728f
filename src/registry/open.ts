// Repositories of registries, sharing what one run learns of them: who it is to them, how they take blobs, whether they list referrers.
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import type { Clock, NewSignature, Repository, StoredSignature } from '../core/ports.ts';
import { getBlob, hasBlob, pushBlob, type UploadHabits } from './blobs.ts';
import type { CredentialSource } from './credential.ts';
import { type ExchangeOptions, openExchange } from './exchange.ts';
import {
  checkSignatureDescriptor,
  digestOf,
  emptyObject,
  emptyObjectDigest,
  encodeSignatureManifest,
  parseSignatureManifest,
} from './manifest.ts';
import { getManifest, nameOf, putManifest, resolveManifest, type Target } from './manifests.ts';
import { imageManifest, signatureType } from './media-type.ts';
import { type PlainHttpRule, placeOf } from './place.ts';
import type { Reference } from './reference.ts';
import { listSignatures, type ReferrersHabits } from './referrers.ts';
import { type DeletionHabits, listReferrer } from './referrers-index.ts';
import { openSession, type Session } from './session.ts';

export interface RegistryOptions extends Omit<ExchangeOptions, 'exchangeMs'>, PlainHttpRule {
  readonly credentials: CredentialSource;
  readonly now: Clock;
  /** Keep the index under the referrers tag even where the registry has the referrers API, as notation 1.x does. */
  readonly forceReferrersTag: boolean;
  /** Milliseconds that one exchange has, repetitions included; a minute when absent. */
  readonly exchangeMs?: number;
}

/** Opens repositories; all of one run share what it learns. No request is sent before a repository is used; the connection is begun. */
export type OpenRepository = (reference: Pick<Reference, 'registry' | 'repository'>) => Repository;

/** A run's way to registries. */
export function openRegistries(options: RegistryOptions): OpenRepository {
  const exchange = openExchange({ ...options, exchangeMs: options.exchangeMs ?? 60_000 });
  const sessions = new Map<string, Session>();
  const repositories = new Map<string, Repository>();
  const start = (registry: string) => {
    const place = placeOf(registry, options);
    options.http.warm(place.origin);
    return openSession(place, { ...options, exchange });
  };
  return ({ registry, repository }) => {
    const session = sessions.get(registry) ?? start(registry);
    sessions.set(registry, session);
    const name = `${registry}/${repository}`;
    const opened = repositories.get(name) ?? openTarget({ session, repository }, options);
    repositories.set(name, opened);
    return opened;
  };
}

/** What a run knows of one repository. */
interface Habits extends UploadHabits, ReferrersHabits, DeletionHabits {
  /** The config that all signature manifests have, once it is on its way. */
  config?: Promise<void>;
  /** The last writer of each index under a tag: within a run they queue. */
  readonly writers: Map<string, Promise<void>>;
}

function openTarget(target: Target, options: RegistryOptions): Repository {
  const habits: Habits = { single: true, monolithic: true, api: undefined, deletes: true, writers: new Map() };
  return {
    resolve: (tagOrDigest) => resolveManifest(target, tagOrDigest),
    signatures: ({ digest }) => listSignatures(target, digest, habits),
    fetch: (signature) => fetchSignature(target, signature),
    attach: (subject, signature) => attach(target, subject, signature, habits, options),
  };
}

async function fetchSignature(target: Target, signature: Descriptor): Promise<StoredSignature> {
  checkSignatureDescriptor(signature);
  const manifest = await getManifest(target, signature.digest);
  if (manifest === undefined) throw new NotationError('NOT_FOUND', `${nameOf(target)}@${signature.digest}: not found`);
  const { layer } = parseSignatureManifest(manifest.bytes);
  return { mediaType: layer.mediaType, envelope: await getBlob(target, layer) };
}

/**
 * Blobs first, then the manifest, then the index (signature workflow specification, "OCI artifact signing"). Requests: one or two for the envelope,
 * one for the manifest; three or four for the index: read, write, delete the old one, look again. Once for each repository: one to three for the config.
 */
async function attach(
  target: Target,
  subject: Descriptor,
  { mediaType, envelope, annotations }: NewSignature,
  habits: Habits,
  { forceReferrersTag, warn }: RegistryOptions,
): Promise<Descriptor> {
  const layer = { mediaType, digest: digestOf(envelope), size: envelope.length };
  await Promise.all([pushBlob(target, envelope, layer.digest, habits), pushConfig(target, habits)]);
  const bytes = encodeSignatureManifest({ subject, layer, annotations });
  const descriptor = { mediaType: imageManifest, digest: digestOf(bytes), size: bytes.length };
  const known = await putManifest(target, descriptor.digest, { descriptor, bytes });
  if (forceReferrersTag || !known) {
    const entry = { ...descriptor, annotations, artifactType: signatureType };
    await inTurn(subject.digest, habits.writers, () => listReferrer(target, subject.digest, entry, habits, warn));
  }
  return descriptor;
}

/** The config is in every signature manifest, and the same in all of them. */
function pushConfig(target: Target, habits: Habits): Promise<void> {
  habits.config ??= (async () => {
    if (!(await hasBlob(target, emptyObjectDigest))) await pushBlob(target, emptyObject, emptyObjectDigest, habits);
  })();
  habits.config.catch(() => delete habits.config);
  return habits.config;
}

/** Runs `work` after what of the same name is under way. */
async function inTurn(name: string, turns: Map<string, Promise<void>>, work: () => Promise<void>): Promise<void> {
  const before = turns.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  turns.set(name, mine);
  try {
    await mine;
  } finally {
    if (turns.get(name) === mine) turns.delete(name);
  }
}
