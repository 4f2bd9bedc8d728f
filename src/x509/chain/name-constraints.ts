// Name constraints (RFC 5280 §4.2.1.10): what an authority may certify. A name that is constrained and cannot be judged is refused.
import { type Der, toHex } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { Cursor, constructedContextTag, malformed, readMany, readSequence, tag } from '../asn1/der.ts';
import { type Certificate, nameOf } from '../certificate.ts';
import { type GeneralName, parseGeneralName, parseGeneralNames } from '../general-name.ts';
import { isSameName, type Name } from '../name.ts';

/** Trees of names: everything below must be in one of those permitted of its kind, if there are any, and in none of those excluded. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
  /** Bytes of all of them together. */
  readonly size: number;
}

/** Reads the extension's value. @throws NotationError `CERTIFICATE`, naming `what` */
export function parseNameConstraints(value: Der, what: string): NameConstraints {
  return readSequence(value, what, (fields) => {
    const [permitted, excluded] = [0, 1].map((number) => fields.optional(constructedContextTag(number))?.value);
    if (!permitted && !excluded) throw malformed(what, 'expected names that are permitted or excluded, found neither');
    return { permitted: parseSubtrees(permitted, what), excluded: parseSubtrees(excluded, what), size: value.length };
  });
}

/**
 * Checks the names of one certificate, its subject's and its alternative names, against the constraints of an authority above it.
 * @throws NotationError `CERTIFICATE`, naming both
 */
export function checkConstrainedNames(certificate: Certificate, constraints: NameConstraints, authority: Certificate): void {
  const names = namesOf(certificate);
  const { permitted, excluded, size } = constraints;
  if (certificate.der.length * (permitted.length + excluded.length) + names.length * size > maximumWork)
    throw refused(certificate, `fewer names and constraints of ${nameOf(authority)}, found ${names.length} names`);
  for (const name of names) {
    const allowed = permitted.filter((tree) => isSameKind(name, tree));
    if (allowed.length > 0 && !allowed.some((tree) => isWithin(name, tree, false)))
      throw refused(certificate, `only names that ${nameOf(authority)} may certify, found ${describe(name)}, which is not permitted`);
    if (excluded.some((tree) => isSameKind(name, tree) && isWithin(name, tree, true)))
      throw refused(certificate, `only names that ${nameOf(authority)} may certify, found ${describe(name)}, which is excluded`);
  }
}

/** Bytes that are looked at, each name with each constraint: honest certificates need some thousands. */
const maximumWork = 5_000_000;
const subjectAltNameOid = '2.5.29.17';
const emailAddress = '1.2.840.113549.1.9.1';

/** Alternative names. @throws NotationError `CERTIFICATE` for malformed ones */
export function alternativeNamesOf(certificate: Certificate): readonly GeneralName[] {
  const extension = certificate.extensions.find(({ oid }) => oid === subjectAltNameOid);
  return extension ? parseGeneralNames(extension.value, `${nameOf(certificate)}, alternative names`) : [];
}

// A subject's address counts where there is no alternative name for it.
function namesOf(certificate: Certificate): readonly GeneralName[] {
  const { subject } = certificate;
  const alternatives = alternativeNamesOf(certificate);
  const addresses = alternatives.some(({ kind }) => kind === 'email')
    ? []
    : subject.rdns.flat().flatMap(({ type, value }) => (type === emailAddress ? [{ kind: 'email', text: value } as const] : []));
  return [...(subject.rdns.length > 0 ? [{ kind: 'directory', name: subject } as const] : []), ...addresses, ...alternatives];
}

// GeneralSubtree { base, minimum DEFAULT 0, maximum OPTIONAL }: RFC 5280 has neither number.
function parseSubtrees(value: Uint8Array | undefined, what: string): readonly GeneralName[] {
  if (value === undefined) return [];
  const list = new Cursor(value, what);
  const trees = readMany(list, () =>
    readSequence(list.read(tag.sequence).der, what, (fields) => checkTree(parseGeneralName(fields.any(), what), what)),
  );
  if (trees.length === 0) throw malformed(what, 'expected at least one tree of names, found none');
  return trees;
}

function checkTree(tree: GeneralName, what: string): GeneralName {
  if (isWellFormed(tree)) return tree;
  throw malformed(what, `expected a well-formed constraint, found ${describe(tree)}`);
}

function isWellFormed(tree: GeneralName): boolean {
  if (tree.kind === 'address') return [8, 32].includes(tree.bytes.length) && isMask(tree.bytes.subarray(tree.bytes.length / 2));
  if (tree.kind === 'email') return tree.text.includes('@') ? mailboxOf(tree.text) !== undefined : isDomain(tree.text);
  return tree.kind === 'dns' || tree.kind === 'uri' ? isDomain(tree.text) : true;
}

// Ones, then zeros (RFC 4632).
function isMask(bytes: Uint8Array): boolean {
  return /^1*0*$/.test([...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join(''));
}

/** A name, or `.name` for all below it, or nothing for all that there are. */
function isDomain(text: string): boolean {
  return text === '' || labelsOf(text.replace(/^\./, '')) !== undefined;
}

function isSameKind(name: GeneralName, tree: GeneralName): boolean {
  return name.kind === 'other' ? tree.kind === 'other' && tree.tag === name.tag : name.kind === tree.kind;
}

/** Whether the name is in the tree; for one that cannot be judged, whatever leads to its refusal. */
function isWithin(name: GeneralName, tree: GeneralName, excluding: boolean): boolean {
  if (name.kind === 'directory' && tree.kind === 'directory') return isBelow(name.name, tree.name);
  if (name.kind === 'address' && tree.kind === 'address') return isInNetwork(name.bytes, tree.bytes, excluding);
  if (name.kind === 'dns' && tree.kind === 'dns') return isInDomain(name.text, tree.text, excluding, true);
  if (name.kind === 'email' && tree.kind === 'email') return isMailboxIn(name.text, tree.text, excluding);
  if (name.kind === 'uri' && tree.kind === 'uri') return isInDomain(hostOf(name.text), tree.text, excluding, excluding);
  return excluding;
}

function isBelow({ rdns }: Name, base: Name): boolean {
  return isSameName({ der: new Uint8Array(), rdns: rdns.slice(0, base.rdns.length) }, base);
}

function isInNetwork(address: Uint8Array, network: Uint8Array, excluding: boolean): boolean {
  const size = network.length / 2;
  if (![4, 16].includes(address.length)) return excluding;
  if (address.length !== size) return false;
  return address.every((byte, index) => ((byte ^ (network[index] ?? 0)) & (network[size + index] ?? 0)) === 0);
}

// The mailbox alone, a host, or with a leading dot all hosts below it. The part before the at sign is compared as it is.
function isMailboxIn(text: string, tree: string, excluding: boolean): boolean {
  const mailbox = mailboxOf(text);
  if (mailbox === undefined) return excluding;
  const wanted = tree.includes('@') ? mailboxOf(tree) : undefined;
  if (wanted) return mailbox.local === wanted.local && mailbox.host.toLowerCase() === wanted.host.toLowerCase();
  return isInDomain(mailbox.host, tree, excluding, excluding);
}

function mailboxOf(text: string): { readonly local: string; readonly host: string } | undefined {
  const [local, host, more] = text.split('@');
  return local && host && more === undefined && labelsOf(host) ? { local, host } : undefined;
}

// RFC 3986 §3.2; an address is no host that could be constrained.
function hostOf(uri: string): string {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#]|$)/i.exec(uri)?.[1] ?? '';
  return /^[\d.]+$/.test(host) ? '' : host;
}

/**
 * Whether a host is in a domain. `broadly`: those below it too, even where no leading dot says so; so it is for dNSName, and for whatever
 * is excluded, as the reference has it. A wildcard is in every excluded domain that one of its hosts would be in.
 */
function isInDomain(host: string, domain: string, excluding: boolean, broadly: boolean): boolean {
  const labels = labelsOf(host);
  if (labels === undefined) return excluding;
  if (domain === '') return true;
  const wanted = labelsOf(domain.replace(/^\./, '')) ?? [];
  const more = labels.length - wanted.length;
  if (more < (domain.startsWith('.') ? 1 : 0) || (more > 0 && !broadly && !domain.startsWith('.'))) return false;
  return wanted.every((label, index) => isLabel(labels[more + index] ?? '', label, excluding));
}

function isLabel(found: string, wanted: string, excluding: boolean): boolean {
  return found === wanted || (excluding && found === '*');
}

function labelsOf(host: string): readonly string[] | undefined {
  const labels = host.toLowerCase().split('.');
  return labels.every((label) => /^[a-z0-9_*-]+$/.test(label)) ? labels : undefined;
}

function describe(name: GeneralName): string {
  if (name.kind === 'other') return 'a name of a kind that is not known here';
  if (name.kind === 'address') return `the address ${toHex(name.bytes.subarray(0, 32))}`;
  return name.kind === 'directory' ? 'its directory name' : `${name.kind} ${JSON.stringify(name.text.slice(0, 100))}`;
}

function refused(certificate: Certificate, problem: string): NotationError {
  return new NotationError('CERTIFICATE', `${nameOf(certificate)}: expected ${problem} (RFC 5280 § Name Constraints)`, {
    hint: 'the authority certified what it may not: use another timestamp authority',
  });
}
