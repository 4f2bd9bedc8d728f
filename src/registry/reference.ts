// References to artifacts in registries, with the grammar and the complaints of notation.
import { NotationError } from '../core/error.ts';
import { digestFault } from './digest.ts';

/** An artifact in a registry, as its user names it. */
export interface Reference {
  /** Host, and port where one is written; a key of credentials. */
  readonly registry: string;
  readonly repository: string;
  readonly kind: 'tag' | 'digest';
  readonly tagOrDigest: string;
}

// Distribution specification, "Pulling manifests".
const repositoryGrammar = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const tagGrammar = /^\w[\w.-]{0,127}$/;
// What a URL takes as a host and gives back unchanged: a name, an IPv4 address, or an IPv6 address in brackets.
const registryGrammar = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;
/** Longer than any reference; what is longer is not looked at by the patterns. */
const longest = 4096;

/**
 * Reads `registry/repository:tag` or `registry/repository@digest`. A tag before a digest says nothing and is dropped.
 * @throws NotationError `REQUEST`, in notation's words
 */
export function parseReference(text: string): Reference {
  const slash = text.indexOf('/');
  if (text.length > longest) throw invalid(`${text.slice(0, 80)}…`, `longer than ${longest} characters`);
  if (slash === -1) throw invalid(text, 'missing registry or repository');
  const registry = text.slice(0, slash);
  const { repository, kind, tagOrDigest } = splitPath(text.slice(slash + 1));
  if (!isRegistry(registry)) throw invalid(text, `invalid registry ${JSON.stringify(registry)}`);
  if (!repositoryGrammar.test(repository)) throw invalid(text, `invalid repository ${JSON.stringify(repository)}`);
  if (tagOrDigest === '') throw invalid(text, 'no tag or digest');
  checkTagOrDigest(text, kind, tagOrDigest);
  return { registry, repository, kind, tagOrDigest };
}

/** Whether a text names a registry: a host, or a host and a port. */
export function isRegistry(text: string): boolean {
  return registryGrammar.test(text) && URL.canParse(`https://${text}/`);
}

function splitPath(path: string): Pick<Reference, 'repository' | 'kind' | 'tagOrDigest'> {
  const at = path.indexOf('@');
  const named = at === -1 ? path : path.slice(0, at);
  const colon = named.indexOf(':');
  const repository = colon === -1 ? named : named.slice(0, colon);
  if (at !== -1) return { repository, kind: 'digest', tagOrDigest: path.slice(at + 1) };
  return { repository, kind: 'tag', tagOrDigest: colon === -1 ? '' : named.slice(colon + 1) };
}

function checkTagOrDigest(text: string, kind: Reference['kind'], tagOrDigest: string): void {
  const quoted = JSON.stringify(tagOrDigest);
  if (kind === 'tag' && !tagGrammar.test(tagOrDigest)) throw invalid(text, `invalid tag ${quoted}`);
  const fault = kind === 'digest' ? digestFault(tagOrDigest) : undefined;
  if (fault !== undefined) throw invalid(text, `invalid digest ${quoted}: ${fault}`);
}

function invalid(text: string, problem: string): NotationError {
  const expected = 'Expecting <registry>/<repository>:<tag> or <registry>/<repository>@<digest>';
  return new NotationError('REQUEST', `${JSON.stringify(text)}: invalid reference: ${problem}. ${expected}`);
}
