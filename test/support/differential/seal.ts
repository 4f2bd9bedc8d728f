// Envelopes of both formats, piece by piece, so that every piece can be another than it should be.
import { constants, sign } from 'node:crypto';
import { algorithms } from '../../../src/core/algorithm.ts';
import type { EnvelopeFormat } from '../../../src/core/model.ts';
import { payloadMediaType } from '../../../src/core/payload.ts';
import { attribute } from '../../../src/envelope/attribute.ts';
import { encodeCbor, epochTime } from '../../../src/envelope/cbor.ts';
import { toBeSigned } from '../../../src/envelope/cose.ts';
import { type LeafKey, leafKey } from './keys.ts';
import type { SignaturePlan } from './plan.ts';

/** A time as attributes have it; `text` is how JWS says it. */
export interface AttributeTime {
  readonly time: Date;
  readonly text?: string;
}

/** The protected header before it is encoded. */
export interface HeaderDraft {
  /** As the format writes it. */
  readonly algorithm: unknown;
  /** Absent when undefined, as `crit`. */
  readonly contentType: unknown;
  readonly crit: readonly unknown[] | undefined;
  readonly attributes: readonly (readonly [name: string | number, value: unknown])[];
}

/** What a sealed envelope is put together from. */
export interface SealedParts {
  /** Text of base64url in JWS, bytes in COSE. */
  readonly header: unknown;
  readonly payload: unknown;
  readonly signature: unknown;
  readonly unprotected: readonly (readonly [name: string | number, value: unknown])[];
  /** Other members of the JWS object, before the usual ones. */
  readonly more: readonly (readonly [name: string, value: unknown])[];
}

/** The signed attributes that a plan asks for. */
export function headerOf(plan: SignaturePlan): HeaderDraft {
  const authentic = plan.scheme === 'notary.x509.signingAuthority';
  const timeName = authentic ? attribute.authenticSigningTime : attribute.signingTime;
  const expires = plan.expiry === undefined ? [] : [[attribute.expiry, { time: plan.expiry }] as const];
  const draft: HeaderDraft = {
    algorithm: algorithmNameOf(leafKeyOf(plan), plan.format),
    contentType: payloadMediaType,
    crit: [attribute.scheme, ...(authentic ? [timeName] : []), ...(expires.length > 0 ? [attribute.expiry] : [])],
    attributes: [[attribute.scheme, plan.scheme], [timeName, { time: plan.signedAt }], ...expires],
  };
  return plan.header.reduce((header, change) => change(header), draft);
}

/** Header and payload as they are signed, and the bytes that the signature covers. */
export function encodeSigned(
  format: EnvelopeFormat,
  header: HeaderDraft,
  payload: Uint8Array,
): Pick<SealedParts, 'header' | 'payload'> & { readonly message: Uint8Array } {
  if (format === 'cose') {
    const encoded = encodeCbor(coseHeader(header));
    return { header: encoded, payload, message: toBeSigned({ header: encoded, payload }) };
  }
  const texts = { header: toBase64Url(Buffer.from(JSON.stringify(jwsHeader(header)))), payload: toBase64Url(payload) };
  return { ...texts, message: Buffer.from(`${texts.header}.${texts.payload}`) };
}

/** The signature value over a message, as the plan wants it made. */
export function signMessage(plan: SignaturePlan, message: Uint8Array): Uint8Array {
  const name = leafKeyOf(plan);
  const { privateKey } = leafKey(name);
  const signed = plan.signatureValue === 'of another key' ? Buffer.concat([message, Uint8Array.of(0)]) : message;
  const row = rowOf(name);
  if (name === 'ed25519') return sign(null, signed, privateKey);
  if (!/^rsa/.test(name))
    return sign(row.hash, signed, { key: privateKey, dsaEncoding: plan.signatureValue === 'DER' ? 'der' : 'ieee-p1363' });
  if (plan.signatureValue === 'PKCS#1') return sign(row.hash, signed, { key: privateKey, padding: constants.RSA_PKCS1_PADDING });
  const saltLength = plan.signatureValue === 'short salt' ? 20 : row.hashBytes;
  return sign(row.hash, signed, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}

/** The envelope's bytes. */
export function seal(format: EnvelopeFormat, { header, payload, signature, unprotected, more }: SealedParts): Uint8Array {
  if (format === 'cose') return Buffer.concat([Uint8Array.of(0xd2), encodeCbor([header, new Map(unprotected), payload, signature])]);
  return Buffer.from(
    JSON.stringify({ ...Object.fromEntries(more), payload, protected: header, header: Object.fromEntries(unprotected), signature }),
  );
}

/** The unprotected header with an agent, and perhaps a chain and a timestamp. */
export function unprotectedOf(
  format: EnvelopeFormat,
  chain: readonly Uint8Array[] | undefined,
  token: Uint8Array | undefined,
): SealedParts['unprotected'] {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const stamp = token === undefined ? [] : [[attribute.timestamp, format === 'cose' ? token : text(token)] as const];
  const certificates = chain === undefined ? [] : [format === 'cose' ? ([33, chain] as const) : (['x5c', chain.map(text)] as const)];
  return [...stamp, ...certificates, [attribute.signingAgent, 'differential/1.0']];
}

/** The name under which a format knows the algorithm of a key; of the nearest where it knows none. */
export function algorithmNameOf(name: LeafKey, format: EnvelopeFormat): unknown {
  const row = rowOf(name);
  return format === 'cose' ? row.cose : row.jws;
}

export function leafKeyOf({ chain: [leaf] }: SignaturePlan): LeafKey {
  if (leaf && 'leaf' in leaf.key) return leaf.key.leaf;
  throw new Error('a chain without a leaf');
}

export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** The hash of the algorithm that a leaf's key signs with. */
export function hashOfLeaf(plan: SignaturePlan): (typeof algorithms)[number]['hash'] {
  return rowOf(leafKeyOf(plan)).hash;
}

function rowOf(name: LeafKey): (typeof algorithms)[number] {
  const exact = algorithms.find(({ keySpec }) => keySpec.toLowerCase() === name);
  const near = algorithms.find(({ keySpec }) => keySpec === (/^rsa/.test(name) ? 'RSA-2048' : 'EC-256'));
  return (exact ?? near) as (typeof algorithms)[number];
}

function jwsHeader({ algorithm, contentType, crit, attributes }: HeaderDraft): object {
  const own = Object.entries({ alg: algorithm, cty: contentType, crit }).filter(([, value]) => value !== undefined);
  return Object.fromEntries([
    ...own,
    ...attributes.map(([name, value]) => [name, isTime(value) ? (value.text ?? printTime(value.time)) : value]),
  ]);
}

function coseHeader({ algorithm, contentType, crit, attributes }: HeaderDraft): ReadonlyMap<unknown, unknown> {
  const own = (
    [
      [1, algorithm],
      [2, crit],
      [3, contentType],
    ] as const
  ).filter(([, value]) => value !== undefined);
  const rest = attributes.map(
    ([name, value]) => [name, isTime(value) ? epochTime(Math.floor(value.time.getTime() / 1000)) : value] as const,
  );
  return new Map<unknown, unknown>([...own, ...rest]);
}

function isTime(value: unknown): value is AttributeTime {
  return typeof value === 'object' && value !== null && 'time' in value && value.time instanceof Date;
}

function printTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
