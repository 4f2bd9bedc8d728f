// Manifests by tag or digest (distribution specification, "Pulling manifests", "Pushing manifests").
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import type { HttpResponse } from '../core/ports.ts';
import { digestFault, hasDigest } from './digest.ts';
import { manifestLimit, shown } from './document.ts';
import { digestOf } from './manifest.ts';
import { artifactManifest, imageIndex, imageManifest } from './media-type.ts';
import { refusalOf } from './refusal.ts';
import type { Session } from './session.ts';

/** One repository of a registry. */
export interface Target {
  readonly session: Session;
  readonly repository: string;
}

/** A manifest with its bytes, which its digest stands for. */
export interface Manifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json';
/** What notation asks for. */
const accept = [dockerManifest, dockerList, imageManifest, imageIndex, artifactManifest].join(', ');

/**
 * What a tag or a digest stands for, without fetching it where the registry says enough of it.
 * @throws NotationError `NOT_FOUND`, `MANIFEST` when the registry contradicts the digest or itself, and the network's
 */
export async function resolveManifest(target: Target, tagOrDigest: string): Promise<Descriptor> {
  const descriptor = await headManifest(target, tagOrDigest);
  if (descriptor === 'absent') throw absent(target, tagOrDigest);
  if (descriptor !== 'unsaid') return descriptor;
  const { descriptor: found } = (await getManifest(target, tagOrDigest)) ?? { descriptor: undefined };
  if (found === undefined) throw absent(target, tagOrDigest);
  return found;
}

/** What the registry says of a manifest; `unsaid` where only the manifest itself tells. */
export async function headManifest(target: Target, tagOrDigest: string): Promise<Descriptor | 'absent' | 'unsaid'> {
  const response = await ask('HEAD', target, tagOrDigest);
  if (response.status === 404) return 'absent';
  if (response.status === 405 || response.status === 501) return 'unsaid';
  if (response.status !== 200) throw refused(response, target, `the manifest ${tagOrDigest}`);
  const length = response.headers['content-length'] ?? '';
  const mediaType = mediaTypeOf(response);
  const digest = statedDigest(response, target, tagOrDigest);
  if (digest === undefined || mediaType === undefined || !/^\d{1,15}$/.test(length)) return 'unsaid';
  return { mediaType, digest, size: Number(length) };
}

/** A manifest, checked against every digest that is said of it; undefined when there is none. @throws as `resolveManifest` */
export async function getManifest(target: Target, tagOrDigest: string): Promise<Manifest | undefined> {
  const response = await ask('GET', target, tagOrDigest);
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw refused(response, target, `the manifest ${tagOrDigest}`);
  const bytes = response.body;
  const digest = statedDigest(response, target, tagOrDigest) ?? digestOf(bytes);
  if (!hasDigest(bytes, digest)) throw contradiction(target, tagOrDigest, `the content of ${digest}`, 'other content');
  const mediaType = mediaTypeOf(response);
  if (mediaType === undefined) throw contradiction(target, tagOrDigest, 'a media type', 'none');
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
}

/**
 * Pushes a manifest under a tag or its digest.
 * @returns whether the registry said that it knows the manifest's subject (`OCI-Subject`)
 */
export async function putManifest(target: Target, tagOrDigest: string, { descriptor, bytes }: Manifest): Promise<boolean> {
  const headers = { 'content-type': descriptor.mediaType };
  const request = { method: 'PUT', url: manifestUrl(target, tagOrDigest), headers, body: bytes };
  const response = await target.session.send(request, scopeOf(target, 'pull,push'));
  if (response.status !== 201 && response.status !== 200) throw refused(response, target, `to store the manifest ${descriptor.digest}`);
  const stated = response.headers['docker-content-digest'];
  if (stated !== undefined && stated !== descriptor.digest) throw contradiction(target, tagOrDigest, descriptor.digest, shown(stated));
  return (response.headers['oci-subject'] ?? '') !== '';
}

/** Deletes a manifest by digest. @returns `gone` when it was not there any more */
export async function deleteManifest(target: Target, digest: string): Promise<'deleted' | 'gone'> {
  const request = { method: 'DELETE', url: manifestUrl(target, digest), headers: {} };
  const response = await target.session.send(request, scopeOf(target, 'delete'));
  if (response.status === 404) return 'gone';
  if (response.status < 200 || response.status > 299) throw refused(response, target, `to delete the manifest ${digest}`);
  return 'deleted';
}

/** `repository:app:pull`: what a token must be good for. */
export function scopeOf({ repository }: Target, actions: 'pull' | 'pull,push' | 'delete'): string {
  return `repository:${repository}:${actions}`;
}

/** The address of something in a repository. */
export function urlOf({ session, repository }: Target, path: string): string {
  return `${session.place.origin}/v2/${repository}/${path}`;
}

/** `registry/repository`, for messages. */
export function nameOf({ session, repository }: Target): string {
  return `${session.place.registry}/${repository}`;
}

function manifestUrl(target: Target, tagOrDigest: string): string {
  return urlOf(target, `manifests/${tagOrDigest}`);
}

function ask(method: 'GET' | 'HEAD', target: Target, tagOrDigest: string): Promise<HttpResponse> {
  const request = { method, url: manifestUrl(target, tagOrDigest), headers: { accept }, limit: manifestLimit };
  return target.session.send(request, scopeOf(target, 'pull'));
}

function mediaTypeOf({ headers }: HttpResponse): string | undefined {
  const mediaType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return mediaType === '' ? undefined : mediaType;
}

/** The digest that is asked for or that the registry names; both must be one. */
function statedDigest({ headers }: HttpResponse, target: Target, tagOrDigest: string): string | undefined {
  const stated = headers['docker-content-digest'];
  const asked = tagOrDigest.includes(':') ? tagOrDigest : undefined;
  if (stated === undefined || stated === '') return asked;
  if (digestFault(stated) !== undefined) throw contradiction(target, tagOrDigest, 'a digest', shown(stated));
  if (asked !== undefined && stated !== asked) throw contradiction(target, tagOrDigest, asked, shown(stated));
  return stated;
}

/** The error of an answer that is no success; `wanted` says what was asked. */
export function refused(response: HttpResponse, { session }: Target, wanted: string): NotationError {
  return refusalOf(response, session.place.registry, wanted);
}

function absent(target: Target, tagOrDigest: string): NotationError {
  const separator = tagOrDigest.includes(':') ? '@' : ':';
  return new NotationError('NOT_FOUND', `${nameOf(target)}${separator}${tagOrDigest}: not found`, {
    hint: 'check the repository, and the tag or digest',
  });
}

function contradiction(target: Target, tagOrDigest: string, expected: string, found: string): NotationError {
  return new NotationError('MANIFEST', `${nameOf(target)}, manifest ${tagOrDigest}: expected ${expected}, found ${found}`);
}
