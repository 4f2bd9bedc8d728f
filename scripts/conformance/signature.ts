// Signatures are randomised: they are verified, never compared.
import { constants, type KeyObject, verify, X509Certificate } from 'node:crypto';

interface Row {
  readonly keySpec: string;
  readonly signing: string;
  readonly hash: string;
  readonly key: string;
}

// Signature specification, "Algorithm Selection".
const rows: readonly Row[] = [
  { keySpec: 'RSA-2048', signing: 'RSASSA-PSS-SHA-256', hash: 'sha256', key: 'rsa 2048' },
  { keySpec: 'RSA-3072', signing: 'RSASSA-PSS-SHA-384', hash: 'sha384', key: 'rsa 3072' },
  { keySpec: 'RSA-4096', signing: 'RSASSA-PSS-SHA-512', hash: 'sha512', key: 'rsa 4096' },
  { keySpec: 'EC-256', signing: 'ECDSA-SHA-256', hash: 'sha256', key: 'ec prime256v1' },
  { keySpec: 'EC-384', signing: 'ECDSA-SHA-384', hash: 'sha384', key: 'ec secp384r1' },
  { keySpec: 'EC-521', signing: 'ECDSA-SHA-512', hash: 'sha512', key: 'ec secp521r1' },
];

/** Checks algorithm, signature and chain of a `generate-signature` answer that has the shape of its schema. */
export function checkSignature(request: Readonly<Record<string, unknown>>, answer: Readonly<Record<string, unknown>>): readonly string[] {
  const row = rows.find(({ keySpec }) => keySpec === request['keySpec']);
  if (row === undefined) return [`signed for the unknown key spec ${JSON.stringify(request['keySpec'])}`];
  const chain = parseChain(answer['certificateChain']);
  const [leaf] = chain;
  if (leaf === undefined) return ['certificateChain: expected DER certificates, found something else'];
  return [
    ...(answer['signingAlgorithm'] === row.signing ? [] : [`signingAlgorithm: expected ${row.signing}`]),
    ...(nameOf(leaf.publicKey) === row.key ? [] : [`leaf: expected key ${row.key}, found ${nameOf(leaf.publicKey)}`]),
    ...(verifies(row, leaf.publicKey, bytesOf(request['payload']), bytesOf(answer['signature'])) ? [] : ['signature: does not verify']),
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

function parseChain(value: unknown): readonly X509Certificate[] {
  try {
    return Array.isArray(value) ? value.map((text: unknown) => new X509Certificate(bytesOf(text))) : [];
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
