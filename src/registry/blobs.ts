// Blobs of a repository (distribution specification, "Pulling blobs", "Pushing blobs").
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import type { HttpRequest, HttpResponse } from '../core/ports.ts';
import { hasDigest } from './digest.ts';
import { nameOf, refused, scopeOf, type Target, urlOf } from './manifests.ts';
import { resolveLocation } from './place.ts';
import { hasErrorCode } from './refusal.ts';

/**
 * A blob, checked against its size and digest.
 * @throws NotationError `NOT_FOUND`, `MANIFEST` when its content is another, and the network's
 */
export async function getBlob(target: Target, { digest, size }: Descriptor): Promise<Uint8Array> {
  const request = { method: 'GET', url: urlOf(target, `blobs/${digest}`), headers: {}, limit: size };
  const response = await target.session.send(request, scopeOf(target, 'pull'));
  if (response.status !== 200) throw refused(response, target, `the blob ${digest}`);
  const { body } = response;
  if (body.length === size && hasDigest(body, digest)) return body;
  const found = body.length === size ? 'other content' : `${body.length} bytes`;
  throw new NotationError('MANIFEST', `${nameOf(target)}, blob ${digest}: expected ${size} bytes of that digest, found ${found}`);
}

/** Whether the repository has a blob. */
export async function hasBlob(target: Target, digest: string): Promise<boolean> {
  const response = await target.session.send(
    { method: 'HEAD', url: urlOf(target, `blobs/${digest}`), headers: {} },
    scopeOf(target, 'pull,push'),
  );
  if (response.status !== 200 && response.status !== 404) throw refused(response, target, `the blob ${digest}`);
  return response.status === 200;
}

/** How a registry lets itself be given a blob. */
export interface UploadHabits {
  /** Whether one POST may do; where it does not, that is remembered for the run. */
  single: boolean;
  /** Whether the PUT that ends an upload may bring the content. */
  monolithic: boolean;
}

/**
 * Pushes a blob in as few requests as the registry allows: one POST; or a POST and a PUT; or, where a PUT with content is refused, a POST, a PATCH
 * and a PUT.
 */
export async function pushBlob(target: Target, bytes: Uint8Array, digest: string, habits: UploadHabits): Promise<void> {
  const begun = await beginUpload(target, bytes, digest, habits);
  if (begun.status === 201) return;
  const location = locationOf(begun, target, digest);
  const response = habits.monolithic ? await finishUpload(target, location, digest, bytes) : undefined;
  if (response !== undefined && isDone(response)) return;
  // The answer to an upload that came through may have been lost on the way.
  if (response?.status === 404 && (await hasBlob(target, digest))) return;
  if (response !== undefined && !refusesContent(response)) throw refused(response, target, `to store the blob ${digest}`);
  habits.monolithic = false;
  const fresh = response === undefined ? location : locationOf(await postUpload(target, ''), target, digest);
  await pushChunk(target, fresh, bytes, digest);
}

async function beginUpload(target: Target, bytes: Uint8Array, digest: string, habits: UploadHabits): Promise<HttpResponse> {
  if (!habits.single) return expectBegun(await postUpload(target, ''), target, digest);
  const response = await postUpload(target, `?digest=${encodeURIComponent(digest)}`, bytes);
  if (response.status !== 201) habits.single = false;
  const another = response.status >= 400 && ![401, 403, 429].includes(response.status) && response.status < 500;
  return expectBegun(another ? await postUpload(target, '') : response, target, digest);
}

function expectBegun(response: HttpResponse, target: Target, digest: string): HttpResponse {
  if (response.status === 201 || response.status === 202) return response;
  throw refused(response, target, `to take the blob ${digest}`);
}

function postUpload(target: Target, query: string, body?: Uint8Array): Promise<HttpResponse> {
  return upload(target, { method: 'POST', url: urlOf(target, `blobs/uploads/${query}`), headers: {}, ...(body !== undefined && { body }) });
}

function finishUpload(target: Target, location: string, digest: string, body: Uint8Array): Promise<HttpResponse> {
  const url = new URL(location);
  // As text: what else stands in the query may be signed as it is written.
  url.search = `${url.search === '' ? '?' : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return upload(target, { method: 'PUT', url: url.href, headers: {}, body });
}

async function pushChunk(target: Target, location: string, bytes: Uint8Array, digest: string): Promise<void> {
  const headers = { 'content-range': `0-${bytes.length - 1}` };
  const sent = await upload(target, { method: 'PATCH', url: location, headers, body: bytes });
  if (sent.status < 200 || sent.status > 299) throw refused(sent, target, `to take the blob ${digest}`);
  const response = await finishUpload(target, locationOf(sent, target, digest), digest, new Uint8Array());
  if (!isDone(response)) throw refused(response, target, `to store the blob ${digest}`);
}

function upload(target: Target, request: HttpRequest): Promise<HttpResponse> {
  const headers = { ...request.headers, ...(request.body !== undefined && { 'content-type': 'application/octet-stream' }) };
  return target.session.send({ ...request, headers }, scopeOf(target, 'pull,push'));
}

function locationOf({ headers }: HttpResponse, target: Target, digest: string): string {
  const { location } = headers;
  if (location !== undefined && location !== '') return resolveLocation(location, target.session.place.origin);
  throw new NotationError('UNAVAILABLE', `${nameOf(target)}: expected a place to upload the blob ${digest} to, found none`);
}

function isDone({ status }: HttpResponse): boolean {
  return status === 201 || status === 204;
}

/** A registry that wants chunks says so in one of these ways; one that dislikes the content does not. */
function refusesContent(response: HttpResponse): boolean {
  if (hasErrorCode(response, 'DIGEST_INVALID', 'SIZE_INVALID')) return false;
  return [400, 405, 411, 415, 416, 501].includes(response.status);
}
