// JWS envelopes: flattened JSON serialisation (JWS signature envelope specification; RFC 7515 § 7.2.2).
import { type Algorithm, algorithmBy, algorithms } from '../core/algorithm.ts';
import { fromBase64, toBase64 } from '../core/bytes.ts';
import { asObject, type JsonObject, nameOf, parseJson } from '../core/json.ts';
import type { Envelope, UnsignedAttributes } from '../core/model.ts';
import { payloadMediaType } from '../core/payload.ts';
import type { Signature } from '../core/ports.ts';
import { attribute, type Dialect, type Header, type Label, quote, readSigned, signedNames, unsignedNames } from './attribute.ts';
import { checkCertificateCount, checkSize, type Draft, type EnvelopeCodec, malformed, type Prepared } from './codec.ts';
import { attributesOf, checkSignature } from './draft.ts';
import { print, printSorted } from './json.ts';
import { checkSpelling, foldCase } from './spelling.ts';
import { parseTime, printTime } from './time.ts';

export const jws: EnvelopeCodec = { mediaType: 'application/jose+json', prepare, parse };

const envelopeName = 'JWS envelope';
const protectedName = 'JWS protected header';
const headerName = 'JWS unprotected header';
const mostItems = 10_000;
const members = ['payload', 'protected', 'header', 'signature'] as const;
/** As release candidates of notation spelt it; nothing may fail because of the agent (ATT-010). */
const olderSigningAgent = 'io.cncf.notary.SigningAgent';

// RFC 7515 § 4.1, and RFC 7797, which would change what is signed.
const registered: ReadonlySet<Label> = new Set(
  ['alg', 'jku', 'jwk', 'kid', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'typ', 'cty', 'crit', 'b64'], //
);

const reserved = new Set([...registered, ...signedNames, ...unsignedNames].map((name) => foldCase(String(name))));

const dialect: Dialect = {
  what: protectedName,
  crit: 'crit',
  own: new Set(['alg', 'cty', 'crit']),
  isRegistered: (label) => registered.has(label),
  isReserved: (label) => reserved.has(foldCase(String(label))),
  isLabel: (value) => typeof value === 'string',
  readTime: (value) => (typeof value === 'string' ? parseTime(value) : undefined),
  time: 'a time of RFC 3339',
};

function prepare(draft: Draft): Prepared {
  const { times, extended, critical } = attributesOf(draft, dialect);
  const header = new Map<string, unknown>([
    ['alg', draft.algorithm.jws],
    ['cty', payloadMediaType],
    ['crit', [attribute.scheme, ...critical.extended, ...critical.authentic, ...critical.expiry]],
    [attribute.scheme, draft.scheme],
    ...times.map(([name, time]) => [name, printTime(time)] as const),
    ...extended.map(({ key, value }) => [String(key), value] as const),
  ]);
  const encoded = { payload: toBase64Url(draft.payload), protected: toBase64Url(Buffer.from(printHeader(header))) };
  return {
    message: messageOf(encoded.protected, encoded.payload),
    seal: (signature, unsigned) => seal(encoded, signature, unsigned, draft.algorithm),
  };
}

function printHeader(header: ReadonlyMap<string, unknown>): string {
  try {
    return printSorted(Object.fromEntries(header));
  } catch (cause) {
    throw malformed('signature to make', 'expected extended attributes that JSON can hold, found one that it cannot', cause);
  }
}

type Encoded = Readonly<Record<'payload' | 'protected', string>>;

/** Members in notation's order, no white space. */
function seal(encoded: Encoded, signature: Signature, unsigned: UnsignedAttributes, algorithm: Algorithm): Uint8Array {
  checkSignature(signature, algorithm);
  const header = {
    ...(unsigned.timestamp && { [attribute.timestamp]: toBase64(unsigned.timestamp) }),
    x5c: signature.certificates.map(toBase64),
    ...(unsigned.signingAgent !== undefined && { [attribute.signingAgent]: unsigned.signingAgent }),
  };
  const { payload, protected: protectedText } = encoded;
  return Buffer.from(print({ payload, protected: protectedText, header, signature: toBase64Url(signature.bytes) }));
}

function parse(bytes: Uint8Array): Envelope {
  checkSize(bytes, envelopeName);
  const envelope = readObject(bytes, envelopeName);
  checkMembers(envelope);
  const protectedText = textIn(envelope, 'protected');
  const header = headerOf(fromBase64Url(protectedText, protectedName));
  const unprotected = asObject(envelope['header'], headerName, 'ENVELOPE');
  checkDisjoint(header, unprotected);
  const algorithm = readAlgorithm(header);
  const payloadText = textIn(envelope, 'payload');
  return {
    mediaType: jws.mediaType,
    payload: { contentType: readContentType(header), bytes: fromBase64Url(payloadText, `${envelopeName}, payload`) },
    signed: readSigned(header, dialect),
    unsigned: readUnsigned(unprotected),
    algorithm,
    certificates: readCertificates(unprotected),
    signature: fromBase64Url(textIn(envelope, 'signature'), `${envelopeName}, signature`),
    message: messageOf(protectedText, payloadText),
  };
}

// JWS-001. The reference passes over other members; to refuse them also keeps out those that differ in case only, which it would take for these.
function checkMembers(envelope: JsonObject): void {
  if ('signatures' in envelope) throw malformed(envelopeName, 'expected one signature in flattened serialisation, found the general one');
  if (!('payload' in envelope)) throw malformed(envelopeName, 'expected its payload inside, found none: it is detached');
  const missing = members.find((name) => !(name in envelope));
  if (missing !== undefined) throw malformed(envelopeName, `expected the members ${members.join(', ')}, found no ${missing}`);
  const other = Object.keys(envelope).find((name) => !(members as readonly string[]).includes(name));
  if (other !== undefined) throw malformed(envelopeName, `expected only the members ${members.join(', ')}, found ${quote(other)}`);
}

function textIn(object: JsonObject, name: string): string {
  const value = object[name];
  if (typeof value !== 'string') throw malformed(envelopeName, `expected ${name} to be text, found ${nameOf(value)}`);
  if (value === '') throw malformed(envelopeName, `expected a ${name}, found an empty one`);
  return value;
}

function readObject(bytes: Uint8Array, what: string): JsonObject {
  return asObject(parseJson(bytes, what, 'ENVELOPE', mostItems), what, 'ENVELOPE');
}

function headerOf(bytes: Uint8Array): Header {
  const entries = Object.entries(readObject(bytes, protectedName));
  const known = [...dialect.own, ...signedNames].map(String);
  checkSpelling(
    entries.map(([name]) => name),
    known,
    protectedName,
  );
  return new Map(entries);
}

// RFC 7515 § 7.2.1
function checkDisjoint(header: Header, unprotected: JsonObject): void {
  const both = Object.keys(unprotected).find((name) => header.has(name));
  if (both !== undefined) throw malformed(envelopeName, `expected each parameter in one header, found ${quote(both)} in both`);
}

function readContentType(header: Header): string {
  const value = header.get('cty');
  if (typeof value === 'string') return value;
  throw malformed(protectedName, `expected cty to be text, found ${nameOf(value)}`);
}

function readAlgorithm(header: Header): Algorithm {
  const value = header.get('alg');
  const algorithm = algorithmBy('jws', value);
  if (algorithm) return algorithm;
  const found = typeof value === 'string' ? quote(value) : nameOf(value);
  throw malformed(protectedName, `expected alg to be one of ${algorithms.map((row) => row.jws).join(', ')}, found ${found}`);
}

function readCertificates(header: JsonObject): readonly Uint8Array[] {
  const value = header['x5c'];
  if (!Array.isArray(value)) throw malformed(headerName, `expected x5c to be an array of certificates, found ${nameOf(value)}`);
  checkCertificateCount(value.length, headerName);
  return value.map((one: unknown, index) => {
    if (typeof one === 'string' && one !== '') return fromBase64(one, `${headerName}, x5c ${index + 1}`, 'ENVELOPE');
    throw malformed(headerName, `expected x5c to hold certificates in base64, found ${one === '' ? 'an empty one' : nameOf(one)}`);
  });
}

function readUnsigned(header: JsonObject): UnsignedAttributes {
  checkSpelling(Object.keys(header), ['x5c', attribute.timestamp], headerName);
  const agent = header[attribute.signingAgent] ?? header[olderSigningAgent];
  const timestamp = header[attribute.timestamp];
  if (agent !== undefined && typeof agent !== 'string') {
    throw malformed(headerName, `expected ${attribute.signingAgent} to be text, found ${nameOf(agent)}`);
  }
  return { ...(agent !== undefined && { signingAgent: agent }), ...(timestamp !== undefined && { timestamp: readTimestamp(timestamp) }) };
}

function readTimestamp(value: unknown): Uint8Array {
  if (typeof value === 'string' && value !== '') return fromBase64(value, `${headerName}, ${attribute.timestamp}`, 'ENVELOPE');
  throw malformed(
    headerName,
    `expected ${attribute.timestamp} to be a token in base64, found ${value === '' ? 'an empty one' : nameOf(value)}`,
  );
}

// RFC 7515 § 5.1, over the texts as they are: both are ASCII.
function messageOf(protectedText: string, payloadText: string): Uint8Array {
  return Buffer.from(`${protectedText}.${payloadText}`, 'ascii');
}

function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

/** Strictly: no padding, no white space, no other alphabet, no stray bits. */
function fromBase64Url(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') === text) return bytes;
  throw malformed(what, 'expected base64url without padding, found something else');
}
