// Keys and chains, made with openssl.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KeyType {
  readonly name: string;
  /** What `openssl req` is told to make. */
  readonly arguments_: readonly string[];
  /** As `notation inspect` calls it. */
  readonly algorithm: string;
}

export const rsa2048: KeyType = { name: 'rsa-2048', arguments_: ['-newkey', 'rsa:2048'], algorithm: 'RSASSA-PSS-SHA-256' };
export const ec256: KeyType = { name: 'ec-256', arguments_: ecArguments('P-256'), algorithm: 'ECDSA-SHA-256' };

export const keyTypes: readonly KeyType[] = [
  rsa2048,
  { name: 'rsa-3072', arguments_: ['-newkey', 'rsa:3072'], algorithm: 'RSASSA-PSS-SHA-384' },
  { name: 'rsa-4096', arguments_: ['-newkey', 'rsa:4096'], algorithm: 'RSASSA-PSS-SHA-512' },
  ec256,
  { name: 'ec-384', arguments_: ecArguments('P-384'), algorithm: 'ECDSA-SHA-384' },
  { name: 'ec-521', arguments_: ecArguments('P-521'), algorithm: 'ECDSA-SHA-512' },
];

/** A certificate authority in a folder. */
export interface Authority {
  readonly folder: string;
  readonly certificate: string;
}

/** A key file and, beside it, its certificate file: leaf first, root last. */
export interface KeyPair {
  readonly key: string;
  readonly leaf: string;
  readonly chain: string;
}

/** The identity of every leaf made here, for trust policies. */
export const identity = 'x509.subject: C=US, ST=WA, O=interop';

const config = `
[req]
distinguished_name = dn
prompt = no
[dn]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
[ca]
default_ca = past
[past]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
preserve = yes
unique_subject = no
[any]
countryName = supplied
stateOrProvinceName = supplied
organizationName = supplied
commonName = supplied
`;

export function makeAuthority(parent: string, name: string): Authority {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'openssl.cnf'), config);
  writeFileSync(join(folder, 'index.txt'), '');
  const files = ['-nodes', '-keyout', 'root.key', '-out', 'root.crt'];
  openssl(folder, [
    'req',
    '-config',
    'openssl.cnf',
    '-x509',
    ...ec256.arguments_,
    ...files,
    ...subject(name),
    '-extensions',
    'root',
    '-days',
    '30',
  ]);
  return { folder, certificate: join(folder, 'root.crt') };
}

/** Makes `NAME.key` and the chain `NAME.crt` beside it. */
export function makeKey(authority: Authority, type: KeyType, name: string = type.name): KeyPair {
  const files = ['-nodes', '-keyout', `${name}.key`, '-out', `${name}.leaf`, '-CA', 'root.crt', '-CAkey', 'root.key'];
  const rest = [...files, ...subject(name), '-extensions', 'leaf', '-days', '2'];
  openssl(authority.folder, ['req', '-config', 'openssl.cnf', '-x509', ...type.arguments_, ...rest]);
  return writeChain(authority, name);
}

/** A key whose certificate expired long ago. */
export function makeExpiredKey(authority: Authority, name: string): KeyPair {
  const request = ['-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, ...subject(name)];
  openssl(authority.folder, ['req', '-config', 'openssl.cnf', '-new', ...ec256.arguments_, ...request]);
  const files = ['-in', `${name}.csr`, '-out', `${name}.leaf`, '-cert', 'root.crt', '-keyfile', 'root.key', '-notext'];
  const validity = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
  openssl(authority.folder, ['ca', '-config', 'openssl.cnf', '-batch', ...files, ...validity, '-extensions', 'leaf']);
  return writeChain(authority, name);
}

/** The same key as encrypted PKCS#8 under another name, the same chain beside it. */
export function encryptKey(authority: Authority, pair: KeyPair, name: string, passphrase: string): KeyPair {
  const key = join(authority.folder, `${name}.key`);
  const chain = join(authority.folder, `${name}.crt`);
  openssl(authority.folder, ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-in', pair.key, '-out', key, '-passout', 'env:PASSPHRASE'], {
    PASSPHRASE: passphrase,
  });
  copyFileSync(pair.chain, chain);
  return { key, leaf: pair.leaf, chain };
}

/** SHA-256 fingerprints, as lower-case hexadecimal, of PEM certificates. */
export function fingerprintOf(path: string): string {
  const printed = openssl(join(path, '..'), ['x509', '-in', path, '-noout', '-fingerprint', '-sha256']);
  return printed.replace(/^.*=/, '').replaceAll(':', '').trim().toLowerCase();
}

function writeChain(authority: Authority, name: string): KeyPair {
  const path = (extension: string) => join(authority.folder, `${name}.${extension}`);
  writeFileSync(path('crt'), readFileSync(path('leaf'), 'utf8') + readFileSync(authority.certificate, 'utf8'));
  return { key: path('key'), leaf: path('leaf'), chain: path('crt') };
}

function subject(name: string): readonly string[] {
  return ['-subj', `/C=US/ST=WA/O=interop/CN=${name}`];
}

function ecArguments(curve: string): readonly string[] {
  return ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`];
}

function openssl(folder: string, arguments_: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  return execFileSync('openssl', arguments_, { cwd: folder, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, ...environment } });
}
