// Certificates that say where their revocation is told, and certificates of those who tell it.
import type { Der } from '../../src/core/bytes.ts';
import { constructedContextTag } from '../../src/x509/asn1/der.ts';
import { element, implicit, nullValue, oid, sequence } from '../../src/x509/asn1/der-encode.ts';
import { extendedKeyUsageOid, extensionOid } from '../../src/x509/extension.ts';
import { basicConstraints, type ExtensionDraft, extendedKeyUsage, keyUsage, subjectKeyId } from '../../src/x509/issue/issue.ts';
import { type Change, draftOf, type Holder, keyOf, mintCa, mintLeaf } from './pki.ts';

/** Where a certificate says that its revocation is told. */
export interface SourceUrls {
  readonly ocsp?: readonly string[];
  /** Each a distribution point of its own. */
  readonly crl?: readonly string[];
}

/** How a responder's certificate is made; what is left out is as it should be. */
export interface ResponderChange {
  /** Whether it says that it need not be checked itself (id-pkix-ocsp-nocheck); it does unless told not to. */
  readonly nocheck?: boolean;
  /** Its purposes; OCSP signing alone unless said, none for an empty list. */
  readonly purposes?: readonly string[];
  readonly notAfter?: Date;
  /** Where the CRL is that it may be on. */
  readonly crlUrls?: readonly string[];
}

/** A certificate by which `ca` lets another key answer for it (RFC 6960 §4.2.2.2). */
export function mintResponder(name: string, ca: Holder, change: ResponderChange = {}): Promise<Holder> {
  const { nocheck = true, purposes = [extendedKeyUsageOid.ocspSigning], notAfter, crlUrls = [] } = change;
  const key = keyOf('EC-256', name);
  const extensions = [
    keyUsage(['digitalSignature']),
    ...(purposes.length > 0 ? [extendedKeyUsage(purposes)] : []),
    ...(nocheck ? [{ oid: '1.3.6.1.5.5.7.48.1.5', critical: false, value: nullValue() }] : []),
    ...(crlUrls.length > 0 ? [crlDistributionPoints(crlUrls)] : []),
    subjectKeyId(key.publicKeyInfo),
  ];
  return mintLeaf(name, ca, { extensions, ...(notAfter && { notAfter }) });
}

/** A leaf for code signing below `ca`, with these sources of revocation. */
export function mintRevocable(name: string, ca: Holder, urls: SourceUrls, change: Change = {}): Promise<Holder> {
  const own = [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.codeSigning])];
  const { extensions } = draftOf(name, ca, keyOf('EC-256', name), own);
  return mintLeaf(name, ca, { extensions: [...extensions, ...revocationSources(urls)], ...change });
}

/** A CA below `issuer` with these sources of revocation. */
export function mintRevocableCa(name: string, issuer: Holder, urls: SourceUrls): Promise<Holder> {
  const own = [basicConstraints(true), keyUsage(['keyCertSign', 'cRLSign'])];
  const { extensions } = draftOf(name, issuer, keyOf('EC-256', name), own);
  return mintCa(name, issuer, { extensions: [...extensions, ...revocationSources(urls)] });
}

/** The extensions by which a certificate names its responders and its CRLs. */
export function revocationSources(urls: SourceUrls): readonly ExtensionDraft[] {
  const { ocsp = [], crl = [] } = urls;
  return [...(ocsp.length > 0 ? [authorityInfoAccess(ocsp)] : []), ...(crl.length > 0 ? [crlDistributionPoints(crl)] : [])];
}

function uri(url: string): Der {
  return implicit(6, Buffer.from(url, 'latin1'));
}

function authorityInfoAccess(urls: readonly string[]): ExtensionDraft {
  const access = urls.map((url) => sequence(oid('1.3.6.1.5.5.7.48.1'), uri(url)));
  return { oid: extensionOid.authorityInfoAccess, critical: false, value: sequence(...access) };
}

export function crlDistributionPoints(urls: readonly string[]): ExtensionDraft {
  const [fullName, distributionPoint] = [constructedContextTag(0), constructedContextTag(0)];
  const points = urls.map((url) => sequence(element(distributionPoint, element(fullName, uri(url)))));
  return { oid: extensionOid.crlDistributionPoints, critical: false, value: sequence(...points) };
}
