// The `verify-signature` request (plugin-extensibility.md, "verify-signature"), as the specification has it and as notation sends it.
import { type Der, fromBase64 } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { asObject, type JsonObject, nameOf } from '../core/json.ts';
import { checkContractVersion, type MetadataRequest, parseMetadataRequest, text } from './request.ts';

/** The capabilities that stand for checks of a verification plugin. */
export const verifierChecks = ['SIGNATURE_VERIFIER.TRUSTED_IDENTITY', 'SIGNATURE_VERIFIER.REVOCATION_CHECK'] as const;
export type VerifierCheck = (typeof verifierChecks)[number];

/** The critical attributes that the Notary Project names. Times are texts as they came; one that is absent means none. */
export interface CriticalAttributes {
  readonly contentType: string;
  readonly signingScheme: string;
  readonly expiry?: string;
  readonly authenticSigningTime?: string;
  readonly verificationPlugin?: string;
  readonly verificationPluginMinVersion?: string;
}

export interface VerifySignatureRequest extends MetadataRequest {
  readonly criticalAttributes: CriticalAttributes;
  /** Critical attributes that the host does not understand. */
  readonly unprocessedAttributes: readonly string[];
  /** As the envelope has it: leaf first where it is well made. */
  readonly certificateChain: readonly Der[];
  readonly trustedIdentities: readonly string[];
  /** What is asked of us, each once. */
  readonly checks: readonly VerifierCheck[];
}

/**
 * Reads a `verify-signature` request. `null` in place of a list or a map means none, because Go writes nil so.
 * @throws NotationError `REQUEST`, `CONTRACT_VERSION`
 */
export function parseVerifySignature(value: unknown): VerifySignatureRequest {
  const request = asObject(value, 'request');
  checkContractVersion(request);
  const signature = asObject(member(request, 'signature'), 'signature');
  const policy = asObject(member(request, 'trustPolicy'), 'trustPolicy');
  return {
    ...parseMetadataRequest(request),
    criticalAttributes: criticalAttributes(asObject(member(signature, 'criticalAttributes'), 'signature.criticalAttributes')),
    unprocessedAttributes: texts(signature, 'unprocessedAttributes', 'signature'),
    certificateChain: certificateChain(signature),
    trustedIdentities: texts(policy, 'trustedIdentities', 'trustPolicy'),
    checks: checksOf(policy),
  };
}

/** No chain is that long; each certificate costs a public-key operation. */
const mostCertificates = 100;
/** What notation writes for a time that is none: the zero of Go's. */
const noTime = '0001-01-01T00:00:00Z';

function criticalAttributes(attributes: JsonObject): CriticalAttributes {
  checkExtended(attributes);
  return {
    contentType: text(attributes, 'contentType'),
    signingScheme: text(attributes, 'signingScheme'),
    ...time(attributes, 'expiry'),
    ...time(attributes, 'authenticSigningTime'),
    ...textIfAny(attributes, 'verificationPlugin'),
    ...textIfAny(attributes, 'verificationPluginMinVersion'),
  };
}

/** What they say is for nobody here; that they are a map is for everybody. */
function checkExtended(attributes: JsonObject): void {
  const extended = member(attributes, 'extendedAttributes');
  if (extended !== undefined && extended !== null) asObject(extended, 'signature.criticalAttributes.extendedAttributes');
}

function time<Name extends string>(attributes: JsonObject, name: Name): { readonly [key in Name]?: string } {
  const found = textIfAny(attributes, name);
  return found[name] === noTime ? {} : found;
}

function textIfAny<Name extends string>(object: JsonObject, name: Name): { readonly [key in Name]?: string } {
  const value = member(object, name);
  return value === undefined || value === null ? {} : ({ [name]: text(object, name) } as { readonly [key in Name]: string });
}

function certificateChain(signature: JsonObject): readonly Der[] {
  const found = texts(signature, 'certificateChain', 'signature');
  if (found.length === 0) throw wrong('signature.certificateChain', 'the signing certificate and its issuers', 'none');
  if (found.length > mostCertificates)
    throw wrong('signature.certificateChain', `at most ${mostCertificates} certificates`, `${found.length}`);
  return found.map((one, index) => certificate(one, `signature.certificateChain[${index}]`));
}

function certificate(base64: string, where: string): Der {
  if (base64 === '') throw wrong(where, 'a certificate', 'an empty string');
  return fromBase64(base64, where);
}

function checksOf(policy: JsonObject): readonly VerifierCheck[] {
  const found = texts(policy, 'signatureVerification', 'trustPolicy');
  if (found.length === 0) throw wrong('trustPolicy.signatureVerification', `some of ${verifierChecks.join(', ')}`, 'none');
  return [...new Set(found)].map((name) => {
    const known = verifierChecks.find((check) => check === name);
    if (known !== undefined) return known;
    throw wrong('trustPolicy.signatureVerification', verifierChecks.join(' or '), JSON.stringify(name.slice(0, 100)));
  });
}

function texts(object: JsonObject, name: string, where: string): readonly string[] {
  const value = member(object, name);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(`${where}.${name}`, 'an array of strings', nameOf(value));
  const stray = value.findIndex((one) => typeof one !== 'string');
  if (stray === -1) return value;
  throw wrong(`${where}.${name}[${stray}]`, 'a string', nameOf(value[stray]));
}

function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function wrong(where: string, expected: string, found: string): NotationError {
  return new NotationError('REQUEST', `${where}: expected ${expected}, found ${found}`);
}
