// The signatures of an artifact, by the referrers API or by the tag that stands in for it (distribution specification, "Listing Referrers").
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';
import type { HttpResponse } from '../core/ports.ts';
import type { ListedDescriptor } from './descriptor.ts';
import { manifestLimit } from './document.ts';
import { parseIndex } from './index-document.ts';
import { getManifest, nameOf, scopeOf, type Target, urlOf } from './manifests.ts';
import { imageIndex, signatureType } from './media-type.ts';
import { resolveLocation } from './place.ts';
import { hasErrorCode, refusalOf } from './refusal.ts';

/** What is known of a repository's ways. */
export interface ReferrersHabits {
  /** Whether the repository has the referrers API; `undefined` before it was asked. */
  api: boolean | undefined;
}

/** A list of signatures with more pages than this is no list. */
const mostPages = 1000;

/** The signatures of an artifact, page by page: of the API where the repository has it, of the tag otherwise. None is no fault. */
export async function* listSignatures(target: Target, digest: string, habits: ReferrersHabits): AsyncGenerator<Descriptor> {
  const first = habits.api === false ? undefined : await firstPage(target, digest);
  habits.api = first !== undefined;
  const pages = first === undefined ? tagPage(target, digest) : apiPages(target, first);
  for await (const page of pages) for (const { artifactType: _, ...descriptor } of page) yield descriptor;
}

/**
 * The tag under which clients keep an index of an artifact's referrers where the registry does not: at most 32 characters of the algorithm and 64 of
 * the hash (distribution specification, "Referrers Tag Schema").
 */
export function referrersTag(digest: string): string {
  const [algorithm = '', hash = ''] = digest.split(':');
  return `${algorithm.slice(0, 32)}-${hash.slice(0, 64)}`.replace(/[^A-Za-z0-9._-]/g, '-');
}

type Page = readonly ListedDescriptor[];

interface ApiPage {
  readonly url: string;
  readonly response: HttpResponse;
}

/** Undefined where there is no API: 404 that is not about the repository, or an answer that is no index. */
async function firstPage(target: Target, digest: string): Promise<ApiPage | undefined> {
  const url = urlOf(target, `referrers/${digest}?artifactType=${encodeURIComponent(signatureType)}`);
  const response = await getPage(target, url);
  if (response.status === 200) return isIndex(response) ? { url, response } : undefined;
  if (response.status === 404 && !hasErrorCode(response, 'NAME_UNKNOWN')) return undefined;
  throw refusalOf(response, target.session.place.registry, `the referrers of ${digest}`);
}

async function* apiPages(target: Target, first: ApiPage): AsyncGenerator<Page> {
  let page: ApiPage | undefined = first;
  for (let count = 1; page !== undefined; count += 1) {
    if (count > mostPages) throw endless(target);
    const applied = /(^|[\s,])artifactType([\s,]|$)/i.test(page.response.headers['oci-filters-applied'] ?? '');
    yield await signaturesIn(page.response.body, target, applied);
    page = await nextPage(target, page);
  }
}

async function nextPage(target: Target, { url, response }: ApiPage): Promise<ApiPage | undefined> {
  const next = nextLink(response.headers['link'] ?? '');
  if (next === undefined) return undefined;
  const resolved = resolveLocation(next, url);
  if (resolved === url) throw endless(target);
  if (new URL(resolved).origin !== target.session.place.origin) {
    const { host } = new URL(resolved);
    throw new NotationError('UNAVAILABLE', `${nameOf(target)}: expected the next page of referrers there, found it at ${host}`);
  }
  const page = await getPage(target, resolved);
  if (page.status === 200 && isIndex(page)) return { url: resolved, response: page };
  throw refusalOf(page, target.session.place.registry, 'the next page of referrers');
}

async function* tagPage(target: Target, digest: string): AsyncGenerator<Page> {
  const index = await getManifest(target, referrersTag(digest));
  if (index !== undefined) yield await signaturesIn(index.bytes, target, false);
}

/** A descriptor without an artifact type is a signature's only where the registry has filtered. */
async function signaturesIn(bytes: Uint8Array, target: Target, applied: boolean): Promise<Page> {
  const { entries } = parseIndex(bytes, `${nameOf(target)}, referrers`);
  return entries
    .map(({ descriptor }) => descriptor)
    .filter(({ artifactType }) => artifactType === signatureType || (applied && artifactType === undefined));
}

function getPage(target: Target, url: string): Promise<HttpResponse> {
  return target.session.send({ method: 'GET', url, headers: { accept: imageIndex }, limit: manifestLimit }, scopeOf(target, 'pull'));
}

function isIndex({ headers }: HttpResponse): boolean {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === imageIndex;
}

/** The target of `rel="next"` (RFC 8288). */
function nextLink(header: string): string | undefined {
  return [...header.matchAll(/<([^>]*)>([^<]*)/g)].find(([, , parameters = '']) => /;\s*rel="?next"?\s*(?:[;,]|$)/i.test(parameters))?.[1];
}

function endless(target: Target): NotationError {
  return new NotationError(
    'UNAVAILABLE',
    `${nameOf(target)}: expected an end of the list of referrers, found more than ${mostPages} pages`,
  );
}
