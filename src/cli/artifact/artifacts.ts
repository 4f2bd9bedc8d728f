// How the tool's commands find the artifacts that references name, in registries and in OCI layouts.
import { join } from 'node:path';
import { NotationError } from '../../core/error.ts';
import type { Descriptor } from '../../core/model.ts';
import { once } from '../../core/once.ts';
import type { Repository } from '../../core/ports.ts';
import { withDeadline } from '../../http/deadline.ts';
import type { Reference } from '../../registry/reference.ts';
import { disk } from '../../store/disk.ts';
import { chooseLog } from '../../store/log.ts';
import type { ToolContext } from '../context.ts';
import { diagnosticsOf, inBoth } from '../voice/diagnostics.ts';
import { printable } from '../voice/fields.ts';
import type { RegistryRun } from './registry.ts';
import type { ArtifactWish } from './registry-options.ts';

/** An artifact that was found. */
export interface Artifact {
  readonly repository: Repository;
  readonly descriptor: Descriptor;
  /** `<registry>/<repository>` or the layout's path, as it was written. */
  readonly place: string;
  /** Its place and its digest. */
  readonly name: string;
  /** The tag that it was named by; absent when it was a digest. */
  readonly tag?: string;
}

/** Finds the artifact of a reference. @throws NotationError `REQUEST`, `NOT_FOUND`, and what repositories throw */
export type FindArtifact = (reference: string) => Promise<Artifact>;

/** How long a command that only reads may take for a reference: longer than notation's users wait. */
export const patienceMs = 5 * 60_000;

/** Runs the work of a command that only reads artifacts and their signatures, under a deadline. */
export async function withArtifacts<T>(
  command: string,
  wish: ArtifactWish,
  context: ToolContext,
  work: (find: FindArtifact) => Promise<T>,
): Promise<T> {
  const log = inBoth(chooseLog(undefined, 'info', context, { command }), diagnosticsOf(wish, context));
  return withDeadline(patienceMs, (deadline) => work(artifactFinder(wish, true, context, { deadline, log })), 'try again later');
}

/**
 * The way from references to artifacts, in registries or in layouts. All references of one run share connections and what they teach.
 * @param forceReferrersTag about writing to registries
 */
export function artifactFinder(wish: ArtifactWish, forceReferrersTag: boolean, context: ToolContext, run: RegistryRun): FindArtifact {
  const open = wish.ociLayout ? layouts() : registries(wish, forceReferrersTag, context, run);
  return async (reference) => {
    const { repository, place, tagOrDigest } = await open(reference);
    const descriptor = await repository.resolve(tagOrDigest);
    const { mediaType, digest, size } = descriptor;
    run.log('info', 'reference resolved', { reference, mediaType, digest, size });
    return { repository, descriptor, place, name: `${place}@${digest}`, ...(tagOrDigest !== digest && { tag: tagOrDigest }) };
  };
}

/** Warns, in notation's words, of what a tag may come to stand for. */
export function warnOfTag({ tag }: Artifact, verb: 'sign' | 'list' | 'inspect' | 'verify', { error }: ToolContext): void {
  if (tag === undefined) return;
  const reason =
    verb === 'sign' ? reasonAtSigning : 'because resolved digest may not point to the same signed artifact, as tags are mutable';
  error(`Warning: Always ${verb} the artifact using digest(@sha256:...) rather than a tag(:${printable(tag)}) ${reason}.\n`);
}

const reasonAtSigning = 'because tags are mutable and a tag reference can point to a different artifact than the one signed';

interface Opened {
  readonly repository: Repository;
  readonly place: string;
  readonly tagOrDigest: string;
}

type Open = (reference: string) => Promise<Opened>;

function layouts(): Open {
  const opened = new Map<string, Promise<Repository>>();
  return async (text) => {
    const [{ parseLayoutReference }, { openLayout }] = await Promise.all([
      import('../../registry/layout-reference.ts'),
      import('../../registry/layout.ts'),
    ]);
    const { path, tagOrDigest } = parseLayoutReference(text);
    const repository = opened.get(path) ?? openLayout(path);
    opened.set(path, repository);
    return { repository: await repository, place: path, tagOrDigest };
  };
}

function registries(wish: ArtifactWish, forceReferrersTag: boolean, context: ToolContext, run: RegistryRun): Open {
  const ready = once(() => openRegistryFor(wish, forceReferrersTag, context, run));
  return async (text) => {
    const reference = await readReference(text);
    const { registry, repository, tagOrDigest } = reference;
    return { repository: (await ready())(reference), place: `${registry}/${repository}`, tagOrDigest };
  };
}

/** Whoever forgets --oci-layout is reminded. @throws NotationError as `parseReference` */
async function readReference(text: string): Promise<Reference> {
  const { parseReference } = await import('../../registry/reference.ts');
  try {
    return parseReference(text);
  } catch (cause) {
    const [, path = ''] = /^(.+)[:@]/.exec(text.replace(/@.*$/s, '@')) ?? [];
    if (!(cause instanceof NotationError) || path === '' || (await disk.look(join(path, 'oci-layout'))) === undefined) throw cause;
    throw new NotationError(cause.code, cause.message, { cause, hint: `${path} is an OCI layout: give --oci-layout` });
  }
}

async function openRegistryFor(wish: ArtifactWish, forceReferrersTag: boolean, context: ToolContext, run: RegistryRun) {
  return (await import('./registry.ts')).openCommandRegistries(wish, forceReferrersTag, context, run);
}
