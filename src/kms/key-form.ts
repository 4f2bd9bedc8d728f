/** How a key file holds its key. `labelled` is PEM; the others are DER. */
export type KeyForm = 'labelled' | 'pkcs8' | 'encrypted pkcs8' | 'pkcs1' | 'sec1' | 'pkcs12';

/** What a key file is, seen from its first bytes: private keys are told apart by their version number and what follows it (RFC 5208, 5915, 7292, 8017). */
export function formOf(bytes: Uint8Array): KeyForm | undefined {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(latin1(bytes))) return 'labelled';
  if (bytes[0] !== 0x30) return undefined;
  const length = bytes[1] ?? 0;
  const content = bytes.subarray(length < 0x80 ? 2 : 2 + (length & 0x7f));
  const start = Buffer.from(content.subarray(0, 4)).toString('hex');
  return forms.find(([prefix]) => start.startsWith(prefix))?.[1];
}

const forms: readonly (readonly [string, KeyForm])[] = [
  ['02010030', 'pkcs8'],
  ['02010002', 'pkcs1'],
  ['02010104', 'sec1'],
  ['02010330', 'pkcs12'],
  ['30', 'encrypted pkcs8'],
];

/** Whether the file cannot be opened without a passphrase. */
export function isEncrypted(bytes: Uint8Array, form: KeyForm): boolean {
  if (form !== 'labelled') return form === 'encrypted pkcs8';
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(latin1(bytes));
}

/** The form in words: "PEM, PKCS#8", "DER, SEC1". */
export function printForm(bytes: Uint8Array, form: KeyForm): string {
  if (form === 'pkcs12') return 'PKCS#12';
  if (form !== 'labelled') return `DER, ${form === 'pkcs1' ? 'PKCS#1' : form === 'sec1' ? 'SEC1' : 'PKCS#8'}`;
  const label = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----/.exec(latin1(bytes))?.[1] ?? '';
  return `PEM, ${label === 'RSA ' ? 'PKCS#1' : label === 'EC ' ? 'SEC1' : 'PKCS#8'}`;
}

/** The bytes as text, one character a byte: what PEM labels are looked for in. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Whether a file's POSIX mode lets others than its owner read it. */
export function isReadByOthers(mode: number): boolean {
  return (mode & 0o077) !== 0;
}
