// Files of certificates: PEM (RFC 7468), DER one after another (TST-002), and PKCS#7 certs-only (RFC 2315 §9.1).
import { type Der, toBase64 } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { Cursor, readMany, tag } from './asn1/der.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { parseSignedData } from './cms.ts';

/**
 * All certificates of a file, in its order. Text around PEM blocks and blocks that hold no certificates (private keys) are passed over
 * unread; a PEM block that is not whole is refused, never skipped.
 * @param what names the file for the reader
 * @throws NotationError `CERTIFICATE` when there is no certificate in it or one is malformed.
 */
export function parseCertificates(bytes: Uint8Array, what: string): readonly Certificate[] {
  const blocks = isDer(bytes) ? [unwrapDer(bytes, what)] : parsePem(bytes, what).map((block) => unwrapPem(block, what));
  const certificates = blocks.flat();
  if (certificates.length > 0) return certificates.map((der, index) => parseCertificate(der, placeOf(index, certificates.length, what)));
  throw new NotationError('CERTIFICATE', `${what}: expected certificates, found none`, {
    hint: 'give a file of certificates in PEM, in DER, or PKCS#7',
  });
}

/** Certificates as PEM (RFC 7468), one block after another. */
export function toPem(certificates: readonly Der[]): string {
  return certificates.map((der) => toPemBlock('CERTIFICATE', der)).join('');
}

/** One PEM block (RFC 7468) with the label, as in "PUBLIC KEY". */
export function toPemBlock(label: string, der: Der): string {
  return `-----BEGIN ${label}-----\n${wrap(toBase64(der))}-----END ${label}-----\n`;
}

function wrap(base64: string): string {
  return base64.replace(/.{1,64}/g, '$&\n');
}

interface PemBlock {
  readonly label: string;
  readonly body: string;
}

/** What PEM may call a certificate (RFC 7468 §5.1). */
export const certificateLabels: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);
const pkcs7Labels: ReadonlySet<string> = new Set(['PKCS7', 'PKCS #7 SIGNED DATA', 'CMS']);
const beginLine = /^-----BEGIN ([A-Z0-9][A-Z0-9 #]*)-----$/;

function placeOf(index: number, count: number, what: string): string {
  return count === 1 ? what : `${what}, certificate ${index + 1} of ${count}`;
}

// A SEQUENCE with a long length: no text starts so.
function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === tag.sequence && (bytes[1] ?? 0) >= 0x80;
}

function parsePem(bytes: Uint8Array, what: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly lines: string[] } | undefined;
  for (const line of Buffer.from(bytes)
    .toString('latin1')
    .split(/\r\n|\r|\n/)
    .map(trimLine)) {
    if (!line.startsWith('-----')) open?.lines.push(line);
    else if (open && line === `-----END ${open.label}-----`) {
      blocks.push({ label: open.label, body: open.lines.join('') });
      open = undefined;
    } else open = { label: readBegin(line, open?.label, what), lines: [] };
  }
  if (open) throw malformedPem(what, `expected "-----END ${open.label}-----", found the end of the file`);
  return blocks;
}

function trimLine(line: string): string {
  // An UTF-8 byte order mark, as Latin-1.
  return line.replace(/^\u00ef\u00bb\u00bf/, '').trim();
}

function readBegin(line: string, open: string | undefined, what: string): string {
  const label = beginLine.exec(line)?.[1];
  if (open !== undefined) throw malformedPem(what, `expected "-----END ${open}-----", found another line of dashes before it`);
  if (label === undefined) throw malformedPem(what, 'expected "-----BEGIN …-----", found another line of dashes');
  return label;
}

function unwrapPem({ label, body }: PemBlock, what: string): readonly Der[] {
  if (certificateLabels.has(label)) return [decodeBody(body, label, what)];
  return pkcs7Labels.has(label) ? unwrapPkcs7(decodeBody(body, label, what), what) : [];
}

function decodeBody(body: string, label: string, what: string): Der {
  const bytes = Buffer.from(body, 'base64');
  if (body !== '' && bytes.toString('base64') === body) return bytes;
  throw malformedPem(what, `expected padded base64 in the ${label} block, found something else`);
}

function unwrapDer(bytes: Uint8Array, what: string): readonly Der[] {
  const first = new Cursor(bytes, what).sequence().peek();
  if (first === tag.oid) return unwrapPkcs7(bytes, what);
  const cursor = new Cursor(bytes, what);
  return readMany(cursor, () => cursor.read(tag.sequence).der);
}

function unwrapPkcs7(der: Uint8Array, what: string): readonly Der[] {
  return parseSignedData(der, `${what}, PKCS#7`).certificates;
}

function malformedPem(what: string, problem: string): NotationError {
  return new NotationError('CERTIFICATE', `${what}: malformed PEM: ${problem}`, { hint: 'get the file again from where it was issued' });
}
