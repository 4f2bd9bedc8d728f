import { createPrivateKey, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { missingPassphrase, wrongPassphrase } from './private-key.ts';

/** What a PKCS#12 file holds: its one private key and its certificates (DER), in the file's order. */
export interface Pkcs12 {
  readonly key: KeyObject;
  readonly certificates: readonly Der[];
}

/**
 * Opens a PKCS#12 file (RFC 7292; AES-256 and 3DES, with or without a passphrase).
 * @throws NotationError `CONFIG` when the passphrase is wrong, `KEY_UNUSABLE` when there is not exactly one private key.
 */
export function openPkcs12(bytes: Uint8Array, passphrase: string | undefined, what: string): Pkcs12 {
  const bags = decrypt(bytes, passphrase, what).safeContents.flatMap((contents) => contents.safeBags);
  const keys = bags.filter((bag) => bag.type === forge.pki.oids['pkcs8ShroudedKeyBag'] || bag.type === forge.pki.oids['keyBag']);
  const [only] = keys;
  if (only === undefined || keys.length > 1) {
    throw new NotationError('KEY_UNUSABLE', `${what}: expected one private key, found ${keys.length}`);
  }
  const key = createPrivateKey({ key: Buffer.from(privateKeyOf(only)), format: 'der', type: 'pkcs8' });
  return { key, certificates: certificatesIn(bags) };
}

/**
 * The certificates (DER) of a PKCS#12 file without a passphrase, in the file's order; keys in it are passed over.
 * @throws NotationError `CERTIFICATE` when it cannot be opened.
 */
export function certificatesInPkcs12(bytes: Uint8Array, what: string): readonly Der[] {
  const opened = tryOpen(bytes, '') ?? tryOpen(bytes, undefined);
  if (opened === undefined) throw new NotationError('CERTIFICATE', `${what}: expected PKCS#12 without a passphrase, found something else`);
  return certificatesIn(opened.safeContents.flatMap((contents) => contents.safeBags));
}

function certificatesIn(bags: readonly forge.pkcs12.Bag[]): readonly Der[] {
  return bags.filter((bag) => bag.type === forge.pki.oids['certBag']).map(certificateOf);
}

/** Without a passphrase there are two empty ones: the empty string and none at all, which give different keys (RFC 7292, appendix B.1). */
function decrypt(bytes: Uint8Array, passphrase: string | undefined, what: string): forge.pkcs12.Pkcs12Pfx {
  const candidates = passphrase === undefined ? ['', undefined] : [passphrase];
  for (const candidate of candidates) {
    const opened = tryOpen(bytes, candidate);
    if (opened !== undefined) return opened;
  }
  throw passphrase === undefined ? missingPassphrase(what) : wrongPassphrase(what);
}

function tryOpen(bytes: Uint8Array, passphrase: string | undefined): forge.pkcs12.Pkcs12Pfx | undefined {
  try {
    return forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(Buffer.from(bytes).toString('latin1')), false, passphrase);
  } catch {
    return undefined;
  }
}

/** forge reads RSA keys and certificates into objects and leaves every other kind as ASN.1. */
function privateKeyOf(bag: forge.pkcs12.Bag): Der {
  return encode(bag.key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key)) : bag.asn1);
}

function certificateOf(bag: forge.pkcs12.Bag): Der {
  return encode(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1);
}

function encode(asn1: forge.asn1.Asn1): Der {
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'latin1');
}
