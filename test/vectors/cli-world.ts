// What the commands of group blob-cli find: a key and its trust, a blob, a registry, a timestamp authority.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPem } from '../../src/x509/bundle.ts';
import { account, startGuardedRegistry } from '../support/guarded-registry.ts';
import { oras, pushArtifact } from '../support/notation.ts';
import { mintChain } from '../support/pki.ts';
import { startOcireg } from '../support/registry.ts';
import { thirdPartyFolder } from '../support/third-party.ts';
import { startOpensslTsa } from '../support/tsa.ts';

export interface World {
  /** The working directory. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What a placeholder stands for; starts what it needs. @throws for one that is not known */
  readonly resolve: (placeholder: string) => string | Promise<string>;
  readonly close: () => Promise<void>;
}

const strict = { signatureVerification: { level: 'strict' }, trustedIdentities: ['*'] };
const stamped = { signatureVerification: { level: 'strict' }, trustStores: ['ca:e2e', 'tsa:e2e'], trustedIdentities: ['*'] };
const policy = { version: '1.0', trustPolicies: [{ name: 'e2e', registryScopes: ['*'], trustStores: ['ca:e2e'], ...strict }] };
const blobPolicy = {
  version: '1.0',
  trustPolicies: [
    { name: 'test-blob-global-statement', globalPolicy: true, trustStores: ['ca:e2e'], ...strict },
    { name: 'test-blob-statement', trustStores: ['ca:e2e'], ...strict },
    { name: 'test-blob-with-timestamping', ...stamped },
  ],
};

/** Upstream's names for its files, and the vectors that are these files. */
const vectors: Readonly<Record<string, string>> = {
  'NotationE2EConfigPath/timestamp/invalid.crt': 'certs-chains/shared/invalid.crt',
  'NotationE2EConfigPath/timestamp/CertChain.pem': 'certs-chains/shared/chain-valid-4.pem',
  'NotationE2EConfigPath/timestamp/intermediate.pem': 'certs-chains/shared/intermediate.pem',
  'NotationE2EConfigPath/timestamp/notSelfIssued.crt': 'certs-chains/shared/notSelfIssued.crt',
  'NotationE2EConfigPath/timestamp/globalsignTSARoot.cer': 'timestamp/common/GlobalSignRootCA.crt',
  'testSignatureDir/jwsBlobSig': 'blob-cli/shared/blob.cose.sig',
  coseBlobSigPath: 'blob-cli/shared/blob.cose.sig',
};

/** Fills a folder; nothing runs yet. */
export function openWorld(folder: string): World {
  const vector = (path: string) => join(thirdPartyFolder, path);
  const [key, certificate] = [vector('sign-keys/common/e2e.key'), vector('oci-layouts/common/certs/e2e.crt')];
  const write = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content));
  mkdirSync(join(folder, 'truststore/x509/ca/e2e'), { recursive: true });
  cpSync(certificate, join(folder, 'truststore/x509/ca/e2e/e2e.crt'));
  write('trustpolicy.json', policy);
  write('trustpolicy.blob.json', blobPolicy);
  write('signingkeys.json', { default: 'e2e', keys: [{ name: 'e2e', keyPath: key, certPath: certificate }] });
  writeFileSync(join(folder, 'blobFile.txt'), 'test blob commands');
  writeFileSync(join(folder, 'Empty.txt'), '');
  const running: (() => Promise<void>)[] = [];
  const artifact = once(() => startArtifact(folder, running));
  const authority = once(() => startAuthority(folder, running));
  const layout = once(() => copyLayout(folder));
  const known: Readonly<Record<string, () => string | Promise<string>>> = {
    blob: () => 'blobFile.txt',
    sig: () => 'blobFile.txt.jws.sig',
    sigDir: () => folder,
    noPermissionBlobPath: () => 'blobFile.txt',
    invalidSignaturePath: () => 'blobFile.sig',
    'signatureFilepath(blobDir, blobPath, cose)': () => 'blobFile.txt.cose.sig',
    jwsBlobSigPath: () => copyTo(vector('envelopes/shared/jwsWithTimestamp.sig'), folder, 'stamped.jws.sig'),
    'NotationE2EConfigPath/timestamp/Empty.txt': () => 'Empty.txt',
    'NotationE2EConfigPath/timestamp/DigiCertTSARootSHA384.cer': async () => (await authority()).root,
    tsaURL: async () => (await authority()).url,
    'artifact.ReferenceWithTag()': async () => (await artifact()).replace(/@.*/, ':v1'),
    'artifact.ReferenceWithDigest()': artifact,
    'artifact.DomainReferenceWithDigest()': once(() => startGuarded(folder, running)),
    'ociLayout.ReferenceWithDigest()': layout,
  };
  const resolve = (placeholder: string) => {
    const path = vectors[placeholder];
    if (path !== undefined) return vector(path);
    const make = known[placeholder];
    if (make === undefined) throw new Error(`nothing is known of <${placeholder}>`);
    return make();
  };
  const environment = {
    NOTATION_CONFIG: folder,
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    SSL_CERT_FILE: join(folder, 'guarded', 'authority.crt'),
  };
  return { folder, environment, resolve, close: async () => void (await Promise.all(running.map((stop) => stop()))) };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

async function startArtifact(folder: string, running: (() => Promise<void>)[]): Promise<string> {
  const { host, stop } = await startOcireg();
  running.push(stop);
  return pushArtifact(`${host}/e2e`, 'e2e', folder);
}

/** Over TLS, and for one user only. */
async function startGuarded(folder: string, running: (() => Promise<void>)[]): Promise<string> {
  const own = join(folder, 'guarded');
  mkdirSync(own);
  const { host, authority, stop } = await startGuardedRegistry('basic', own);
  running.push(stop);
  cpSync(authority, join(own, 'authority.crt'));
  const { username, password } = account;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  const login = ['--username', username, '--password', password, '--ca-file', authority];
  const words = ['push', '--disable-path-validation', '--format', 'json', ...login, `${host}/e2e:v1`, `${authority}:text/plain`];
  const { code, stdout, stderr } = await oras(words, folder);
  if (code !== 0) throw new Error(`oras push failed: ${stderr}`);
  return `${host}/e2e@${(JSON.parse(stdout) as { readonly digest: string }).digest}`;
}

/** An authority of its own is trusted in place of DigiCert's. */
async function startAuthority(folder: string, running: (() => Promise<void>)[]): Promise<{ readonly url: string; readonly root: string }> {
  const { url, root, stop } = await startOpensslTsa(await mintChain({ purpose: 'timestamping', spec: 'RSA-2048', caSpec: 'RSA-2048' }));
  running.push(stop);
  mkdirSync(join(folder, 'truststore/x509/tsa/e2e'), { recursive: true });
  for (const name of ['root.crt', 'truststore/x509/tsa/e2e/root.crt']) writeFileSync(join(folder, name), toPem([root.der]));
  return { url, root: 'root.crt' };
}

function copyLayout(folder: string): string {
  cpSync(join(thirdPartyFolder, 'oci-layouts/common/layouts/e2e'), join(folder, 'layout'), { recursive: true });
  return 'layout@sha256:b8479de3f88fb259a0a9ea82a5b2a052a1ef3c4ebbcfc61482d5ae4c831f8af9';
}

function copyTo(path: string, folder: string, name: string): string {
  cpSync(path, join(folder, name));
  return name;
}
