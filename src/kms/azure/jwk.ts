// Key Vault's JSON web keys as SubjectPublicKeyInfo, without loading a runtime's cryptography.
import { type Der, padLeft } from '../../core/bytes.ts';
import { oid } from '../../x509/asn1/der-encode.ts';
import { ecPublicKeyInfo, rsaPublicKeyInfo } from '../../x509/public-key-info.ts';

/** The public half of a key as Key Vault tells it; all numbers big-endian. */
export interface JsonWebKey {
  /** `RSA`, `RSA-HSM`, `EC`, `EC-HSM`, `oct`, `oct-HSM`. */
  readonly kty?: string;
  readonly crv?: string;
  readonly n?: Uint8Array;
  readonly e?: Uint8Array;
  readonly x?: Uint8Array;
  readonly y?: Uint8Array;
}

/** SubjectPublicKeyInfo (RFC 3279 §2.3.1, RFC 5480 §2); undefined for keys of other kinds and curves, and for keys without a public half. */
export function publicKeyInfoOf({ kty, crv, n, e, x, y }: JsonWebKey): Der | undefined {
  if (/^RSA/.test(kty ?? '') && n !== undefined && e !== undefined) return rsaPublicKeyInfo(n, e);
  const curve = /^EC/.test(kty ?? '') ? curves.get(crv ?? '') : undefined;
  return curve !== undefined && x !== undefined && y !== undefined ? ecKey(curve, x, y) : undefined;
}

interface Curve {
  readonly id: string;
  /** Length of a coordinate. */
  readonly bytes: number;
}

const curves: ReadonlyMap<string, Curve> = new Map([
  ['P-256', { id: '1.2.840.10045.3.1.7', bytes: 32 }],
  ['P-384', { id: '1.3.132.0.34', bytes: 48 }],
  ['P-521', { id: '1.3.132.0.35', bytes: 66 }],
]);

function ecKey({ id, bytes }: Curve, x: Uint8Array, y: Uint8Array): Der {
  const point = Buffer.concat([Uint8Array.of(0x04), padLeft(x, bytes), padLeft(y, bytes)]);
  return ecPublicKeyInfo(oid(id), point);
}
