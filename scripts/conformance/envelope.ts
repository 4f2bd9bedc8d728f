// The envelope of a `generate-envelope` answer, read by other means than the program's own.
import { decode } from 'cborg';
import { checkSigned, parseChain } from './signature.ts';

type Members = Readonly<Record<string, unknown>>;

/** One envelope, whatever its encoding. */
interface Opened {
  readonly algorithm: unknown;
  readonly chain: readonly Uint8Array[];
  readonly message: Buffer;
  readonly signature: Buffer;
  readonly payload: Buffer;
  readonly contentType: unknown;
  /** Signed attributes by name; times in seconds. */
  readonly attributes: Members;
  readonly critical: readonly unknown[];
}

const names = { scheme: 'io.cncf.notary.signingScheme', time: 'io.cncf.notary.signingTime', expiry: 'io.cncf.notary.expiry' };
const contentType = 'application/vnd.cncf.notary.payload.v1+json';

/**
 * Checks type, payload, attributes, signature and chain of an answer that has the shape of its schema.
 * @param demanded further critical attributes that the envelope must have, and no others
 */
export function checkEnvelope(request: Members, answer: Members, demanded: Readonly<Record<string, string>>): readonly string[] {
  const asked = request['signatureEnvelopeType'];
  if (answer['signatureEnvelopeType'] !== asked) return [`signatureEnvelopeType: expected ${String(asked)}`];
  const bytes = Buffer.from(String(answer['signatureEnvelope']), 'base64');
  const opened = asked === 'application/cose' ? openCose(bytes) : openJws(bytes);
  if (typeof opened === 'string') return [opened];
  return [
    ...(opened.payload.equals(Buffer.from(String(request['payload']), 'base64')) ? [] : ['payload: expected the bytes of the request']),
    ...(opened.contentType === contentType ? [] : [`content type: expected ${contentType}`]),
    ...checkAttributes(opened, request['expiryDurationInSeconds'], demanded),
    ...Object.entries(demanded)
      .filter(([name, value]) => opened.attributes[name] !== value)
      .map(([name, value]) => `${name}: expected ${value}`),
    ...checkSigned(opened.algorithm, parseChain(opened.chain), opened.message, opened.signature),
  ];
}

function checkAttributes({ attributes, critical }: Opened, seconds: unknown, demanded: object): readonly string[] {
  const { [names.scheme]: scheme, [names.time]: time, [names.expiry]: expiry } = attributes;
  const expires = typeof seconds === 'number' && seconds > 0;
  const wanted = [names.scheme, ...(expires ? [names.expiry] : []), ...Object.keys(demanded)];
  return [
    ...(scheme === 'notary.x509' ? [] : ['signing scheme: expected notary.x509']),
    ...(typeof time === 'number' ? [] : ['signing time: expected one']),
    ...(!expires && expiry !== undefined ? ['expiry: expected none'] : []),
    ...(expires && expiry !== Number(time) + Number(seconds) ? [`expiry: expected ${String(seconds)} s after the signing time`] : []),
    ...(JSON.stringify([...critical].sort()) === JSON.stringify([...wanted].sort()) ? [] : [`crit: expected ${wanted.join(', ')}`]),
  ];
}

function openJws(bytes: Buffer): Opened | string {
  const envelope = JSON.parse(bytes.toString()) as {
    readonly payload: string;
    readonly protected: string;
    readonly signature: string;
    header: Members;
  };
  const header = JSON.parse(Buffer.from(envelope.protected, 'base64url').toString()) as Members;
  const { x5c } = envelope.header;
  if (!Array.isArray(x5c)) return 'x5c: expected a list';
  return {
    algorithm: header['alg'],
    chain: x5c.map((text: unknown) => Buffer.from(String(text), 'base64')),
    message: Buffer.from(`${envelope.protected}.${envelope.payload}`),
    signature: Buffer.from(envelope.signature, 'base64url'),
    payload: Buffer.from(envelope.payload, 'base64url'),
    contentType: header['cty'],
    attributes: inSeconds(header),
    critical: (header['crit'] ?? []) as readonly unknown[],
  };
}

/** RFC 3339 texts become seconds. */
function inSeconds(header: Members): Members {
  const time = (name: string) => (header[name] === undefined ? undefined : Date.parse(String(header[name])) / 1000);
  return { ...header, [names.time]: time(names.time), [names.expiry]: time(names.expiry) };
}

function openCose(bytes: Buffer): Opened | string {
  const tags = { 18: (inner: () => unknown) => inner(), 1: (inner: () => unknown) => inner() };
  const [head, unprotected, payload, signature] = decode(bytes, { useMaps: true, tags }) as readonly [
    Uint8Array,
    ReadonlyMap<unknown, unknown>,
    Uint8Array,
    Uint8Array,
  ];
  const header = decode(head, { useMaps: true, tags }) as ReadonlyMap<unknown, unknown>;
  const chain = unprotected.get(33);
  if (bytes[0] !== 0xd2 || !Array.isArray(chain))
    return 'expected COSE_Sign1 with its tag and an array of certificates, found something else';
  return {
    algorithm: header.get(1),
    chain: chain as Uint8Array[],
    message: toBeSigned(head, payload),
    signature: Buffer.from(signature),
    payload: Buffer.from(payload),
    contentType: header.get(3),
    attributes: Object.fromEntries(header as ReadonlyMap<string, unknown>),
    critical: header.get(2) as readonly unknown[],
  };
}

/** RFC 9052 §4.4: CBOR of ["Signature1", protected, h'', payload]. */
function toBeSigned(head: Uint8Array, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from([0x84, 0x6a]),
    Buffer.from('Signature1'),
    byteString(head),
    byteString(new Uint8Array()),
    byteString(payload),
  ]);
}

function byteString(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(5);
  length[0] = 0x5a;
  length.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([shortest(bytes.length, length), bytes]);
}

function shortest(length: number, long: Buffer): Buffer {
  if (length < 24) return Buffer.from([0x40 | length]);
  if (length < 0x100) return Buffer.from([0x58, length]);
  return length < 0x10000 ? Buffer.from([0x59, length >> 8, length & 0xff]) : long;
}
