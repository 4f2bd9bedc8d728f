// COSE envelopes: COSE_Sign1, tagged (COSE signature envelope specification; RFC 9052 § 4.2).
import { type Algorithm, algorithmBy, algorithms } from '../core/algorithm.ts';
import type { Envelope, UnsignedAttributes } from '../core/model.ts';
import { payloadMediaType } from '../core/payload.ts';
import type { Signature } from '../core/ports.ts';
import { attribute, type Dialect, type Header, kindOf, type Label, quote, readSigned, signedNames, unsignedNames } from './attribute.ts';
import { decodeCbor, encodeCbor, epochTime, readEpochTime } from './cbor.ts';
import { checkCertificateCount, checkSize, type Draft, type EnvelopeCodec, malformed, type Prepared } from './codec.ts';
import { attributesOf, checkSignature } from './draft.ts';
import { timeOfSeconds } from './time.ts';

export const cose: EnvelopeCodec = { mediaType: 'application/cose', prepare, parse };

/** What a COSE_Sign1 signature covers: the Sig_structure of RFC 9052 § 4.4, with the protected header as it came. */
export function toBeSigned({ header, payload }: Body): Uint8Array {
  return encodeCbor(['Signature1', header, new Uint8Array(), payload]);
}

const envelopeName = 'COSE envelope';
const protectedName = 'COSE protected header';
const unprotectedName = 'COSE unprotected header';

// RFC 9052 § 3.1, RFC 9360 § 2
const label = { algorithm: 1, crit: 2, contentType: 3, chain: 33 } as const;
/** Tag 18 in its one byte. */
const signTag = Uint8Array.of(0xd2);
const arrayOfFour = 0x84;

const dialect: Dialect = {
  what: protectedName,
  crit: label.crit,
  own: new Set<Label>(Object.values(label)),
  isRegistered,
  isReserved: (name) => isRegistered(name) || name === label.chain || signedNames.has(name) || unsignedNames.has(name),
  isLabel: (value): value is Label => typeof value === 'string' || Number.isSafeInteger(value),
  readTime: (value) => {
    const seconds = readEpochTime(value);
    const at = typeof seconds === 'number' ? timeOfSeconds(Math.floor(seconds)) : undefined;
    return at && { at };
  },
  time: 'seconds since 1970 under tag 1',
};

// COSE-003
function isRegistered(name: Label): boolean {
  return typeof name === 'number' && name >= 0 && name <= 8;
}

function prepare(draft: Draft): Prepared {
  const { times, extended, critical } = attributesOf(draft, dialect);
  const header = new Map<Label, unknown>([
    [label.algorithm, draft.algorithm.cose],
    [label.crit, [attribute.scheme, ...critical.authentic, ...critical.expiry, ...critical.extended]],
    [label.contentType, payloadMediaType],
    [attribute.scheme, draft.scheme],
    ...times.map(([name, time]) => [name, epochTime(time.getTime() / 1000)] as const),
    ...extended.map(({ key, value }) => [key, value] as const),
  ]);
  const body: Body = { header: encodeHeader(header), payload: draft.payload };
  return { message: toBeSigned(body), seal: (signature, unsigned) => seal(body, signature, unsigned, draft.algorithm) };
}

function encodeHeader(header: Header): Uint8Array {
  try {
    return encodeCbor(header);
  } catch (cause) {
    throw malformed('signature to make', 'expected extended attributes that CBOR can hold, found one that it cannot', cause);
  }
}

interface Body {
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

function seal({ header, payload }: Body, signature: Signature, unsigned: UnsignedAttributes, algorithm: Algorithm): Uint8Array {
  checkSignature(signature, algorithm);
  const unprotected = new Map<Label, unknown>([
    // Always an array, as the specification and the reference have it; RFC 9360 would have one certificate alone bare (AMB-15).
    [label.chain, signature.certificates],
    ...(unsigned.signingAgent === undefined ? [] : [[attribute.signingAgent, unsigned.signingAgent] as const]),
    ...(unsigned.timestamp === undefined ? [] : [[attribute.timestamp, unsigned.timestamp] as const]),
  ]);
  return Buffer.concat([signTag, encodeCbor([header, unprotected, payload, signature.bytes])]);
}

function parse(bytes: Uint8Array): Envelope {
  checkSize(bytes, envelopeName);
  const [headerBytes, unprotected, payload, signature] = fieldsOf(bytes);
  const header = readHeader(decodeCbor(headerBytes, protectedName, true), protectedName);
  checkDisjoint(header, unprotected);
  return {
    mediaType: cose.mediaType,
    payload: { contentType: readContentType(header), bytes: payload },
    signed: readSigned(header, dialect),
    unsigned: readUnsigned(unprotected),
    algorithm: readAlgorithm(header),
    certificates: readCertificates(header, unprotected),
    signature,
    message: toBeSigned({ header: headerBytes, payload }),
  };
}

function fieldsOf(bytes: Uint8Array): readonly [Uint8Array, Header, Uint8Array, Uint8Array] {
  if (bytes[0] !== signTag[0]) throw malformed(envelopeName, 'expected tag 18, COSE_Sign1, in one byte, found something else');
  if (bytes[1] !== arrayOfFour) throw malformed(envelopeName, 'expected an array of four items after the tag, found something else');
  const fields = decodeCbor(bytes.subarray(1), envelopeName, false) as readonly unknown[];
  const [header, unprotected, payload, signature] = fields;
  if (payload === null) throw malformed(envelopeName, 'expected its payload inside, found none: it is detached');
  return [
    bytesIn(header, 'protected header'),
    readHeader(unprotected, unprotectedName),
    bytesIn(payload, 'payload'),
    bytesIn(signature, 'signature'),
  ];
}

function bytesIn(value: unknown, name: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed(envelopeName, `expected the ${name} to be bytes, found ${kindOf(value)}`);
  if (value.length === 0) throw malformed(envelopeName, `expected a ${name}, found an empty one`);
  return value;
}

function readHeader(value: unknown, what: string): Header {
  if (!(value instanceof Map)) throw malformed(what, `expected a map, found ${kindOf(value)}`);
  for (const name of value.keys()) {
    if (!dialect.isLabel(name)) throw malformed(what, `expected labels that are text or whole numbers of 53 bits, found ${kindOf(name)}`);
  }
  return value;
}

// RFC 9052 § 3
function checkDisjoint(header: Header, unprotected: Header): void {
  const both = [...unprotected.keys()].find((name) => header.has(name));
  if (both !== undefined) throw malformed(envelopeName, `expected each label in one header, found ${quote(both)} in both`);
}

function readContentType(header: Header): string {
  const value = header.get(label.contentType);
  if (typeof value === 'string') return value;
  throw malformed(protectedName, `expected label 3, the content type, to be text, found ${kindOf(value)}`);
}

function readAlgorithm(header: Header): Algorithm {
  const value = header.get(label.algorithm);
  const algorithm = algorithmBy('cose', value);
  if (algorithm) return algorithm;
  const found = typeof value === 'number' || typeof value === 'string' ? quote(value) : kindOf(value);
  throw malformed(protectedName, `expected label 1, alg, to be one of ${algorithms.map((row) => row.cose).join(', ')}, found ${found}`);
}

// COSE-010: the specification allows it in the protected header, too.
function readCertificates(header: Header, unprotected: Header): readonly Uint8Array[] {
  const value = unprotected.get(label.chain) ?? header.get(label.chain);
  if (!Array.isArray(value)) {
    throw malformed(unprotectedName, `expected label 33, x5chain, to be an array of certificates, found ${kindOf(value)}`);
  }
  checkCertificateCount(value.length, unprotectedName);
  return value.map((one: unknown) => {
    if (one instanceof Uint8Array && one.length > 0) return one;
    throw malformed(
      unprotectedName,
      `expected x5chain to hold certificates, found ${one instanceof Uint8Array ? 'an empty one' : kindOf(one)}`,
    );
  });
}

function readUnsigned(header: Header): UnsignedAttributes {
  const [agent, timestamp] = [header.get(attribute.signingAgent), header.get(attribute.timestamp)];
  if (timestamp !== undefined && !(timestamp instanceof Uint8Array && timestamp.length > 0)) {
    throw malformed(unprotectedName, `expected ${attribute.timestamp} to be the bytes of a token, found ${kindOf(timestamp)}`);
  }
  // ATT-010: an agent of another kind is none, and no failure.
  return { ...(typeof agent === 'string' && { signingAgent: agent }), ...(timestamp !== undefined && { timestamp }) };
}
