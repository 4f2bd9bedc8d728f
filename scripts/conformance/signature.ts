// Signatures are randomised: they are verified, never compared.
import { constants, type KeyObject, verify, X509Certificate } from 'node:crypto';

interface Row {
  readonly keySpec: string;
  readonly signing: string;
  readonly hash: string;
  readonly key: string;
  readonly jws: string;
  readonly cose: number;
}

// Signature specification, "Algorithm Selection".
const rows: readonly Row[] = [
  { keySpec: 'RSA-2048', signing: 'RSASSA-PSS-SHA-256', hash: 'sha256', key: 'rsa 2048', jws: 'PS256', cose: -37 },
  { keySpec: 'RSA-3072', signing: 'RSASSA-PSS-SHA-384', hash: 'sha384', key: 'rsa 3072', jws: 'PS384', cose: -38 },
  { keySpec: 'RSA-4096', signing: 'RSASSA-PSS-SHA-512', hash: 'sha512', key: 'rsa 4096', jws: 'PS512', cose: -39 },
  { keySpec: 'EC-256', signing: 'ECDSA-SHA-256', hash: 'sha256', key: 'ec prime256v1', jws: 'ES256', cose: -7 },
  { keySpec: 'EC-384', signing: 'ECDSA-SHA-384', hash: 'sha384', key: 'ec secp384r1', jws: 'ES384', cose: -35 },
  { keySpec: 'EC-521', signing: 'ECDSA-SHA-512', hash: 'sha512', key: 'ec secp521r1', jws: 'ES512', cose: -36 },
];

/** Checks algorithm, signature and chain of a `generate-signature` answer that has the shape of its schema. */
export function checkSignature(request: Readonly<Record<string, unknown>>, answer: Readonly<Record<string, unknown>>): readonly string[] {
  const row = rows.find(({ keySpec }) => keySpec === request['keySpec']);
  if (row === undefined) return [`signed for the unknown key spec ${JSON.stringify(request['keySpec'])}`];
  const chain = answer['certificateChain'];
  return [
    ...(answer['signingAlgorithm'] === row.signing ? [] : [`signingAlgorithm: expected ${row.signing}`]),
    ...checkRow(row, parseChain(Array.isArray(chain) ? chain.map(bytesOf) : []), bytesOf(request['payload']), bytesOf(answer['signature'])),
  ];
}

/** Checks a signature under a chain, by the algorithm that an envelope's header names: of JWS or of COSE. */
export function checkSigned(algorithm: unknown, chain: readonly X509Certificate[], message: Buffer, signature: Buffer): readonly string[] {
  const row = rows.find(({ jws, cose }) => algorithm === jws || algorithm === cose);
  return row === undefined ? [`alg: found ${JSON.stringify(algorithm)}`] : checkRow(row, chain, message, signature);
}

function checkRow(row: Row, chain: readonly X509Certificate[], message: Buffer, signature: Buffer): readonly string[] {
  const [leaf] = chain;
  if (leaf === undefined) return ['certificate chain: expected DER certificates, found something else'];
  return [
    ...(nameOf(leaf.publicKey) === row.key ? [] : [`leaf: expected key ${row.key}, found ${nameOf(leaf.publicKey)}`]),
    ...(verifies(row, leaf.publicKey, message, signature) ? [] : ['signature: does not verify']),
    ...checkChain(chain),
  ];
}

function verifies(row: Row, key: KeyObject, message: Buffer, signature: Buffer): boolean {
  const form = row.signing.startsWith('RSA')
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key, dsaEncoding: 'ieee-p1363' as const };
  return verify(row.hash, message, form, signature);
}

function checkChain(chain: readonly X509Certificate[]): readonly string[] {
  return chain.flatMap((certificate, index) => {
    const issuer = chain[index + 1] ?? certificate;
    const place = issuer === certificate ? 'the last, which must be self-signed,' : `number ${index + 1}`;
    return certificate.verify(issuer.publicKey) ? [] : [`certificateChain: ${place} is not signed by its issuer`];
  });
}

/** The certificates; none when one of them is not DER. */
export function parseChain(chain: readonly Uint8Array[]): readonly X509Certificate[] {
  try {
    return chain.map((der) => new X509Certificate(der));
  } catch {
    return [];
  }
}

function nameOf(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return `${key.asymmetricKeyType} ${modulusLength ?? namedCurve}`;
}

function bytesOf(text: unknown): Buffer {
  return Buffer.from(String(text), 'base64');
}
