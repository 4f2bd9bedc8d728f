// What the manual page says of the program as a whole.
import type { Row } from './page.ts';

export const exitRows: readonly Row[] = [
  { term: '0', says: 'what was asked for is done; of verify: every artifact is verified, or the trust policy skips it' },
  { term: '1', says: 'it is not, and one line on standard error that begins with Error: says why and what to do' },
];

export const environmentRows: readonly Row[] = [
  { term: 'NOTATION_CONFIG, XDG_CONFIG_HOME', says: "where notation's files are" },
  { term: 'NOTATION_LIBEXEC', says: 'where the folder plugins is' },
  { term: 'NOTATION_CACHE, XDG_CACHE_HOME', says: 'where CRLs are kept' },
  { term: 'NOTATION_USERNAME, NOTATION_PASSWORD', says: 'credential for the registry; no other program is shown them' },
  { term: 'NOTATION_TS_KMS_LOG', says: 'file that the log is appended to' },
  { term: 'HTTPS_PROXY, HTTP_PROXY, NO_PROXY', says: 'proxies' },
  { term: 'SSL_CERT_FILE', says: "file of certificate authorities to trust for TLS, besides the system's" },
  { term: 'NO_COLOR', says: 'where it is set, there are no colours on a terminal either' },
];

export const fileRows: readonly Row[] = [
  { term: '~/.config/notation/signingkeys.json', says: 'the key list' },
  { term: '~/.config/notation/trustpolicy.json', says: 'the trust policy for artifacts; trustpolicy.oci.json goes before it' },
  { term: '~/.config/notation/trustpolicy.blob.json', says: 'the trust policy for blobs' },
  { term: '~/.config/notation/truststore/x509/', says: 'the trust stores: type/name/file' },
  { term: '~/.config/notation/config.json', says: 'credential helpers, signatureFormat and insecureRegistries' },
  { term: '~/.cache/notation/crl/', says: 'CRLs' },
];
