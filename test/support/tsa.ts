// Timestamp authorities on loopback: sigstore's server, OpenSSL behind a small HTTP server, and one that answers as a test says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { type Answer, startAnswering } from './answering.ts';
import { openssl } from './openssl.ts';
import { openPeer } from './peers.ts';
import type { Holder } from './pki.ts';
import { freePort, startServer } from './server.ts';

export interface Tsa {
  /** Where requests go. */
  readonly url: string;
  /** The last certificate of its chain. */
  readonly root: Certificate;
  stop(): Promise<void>;
}

/** Starts sigstore's timestamp server with the key and the chain of `holders`, leaf first, root last. */
export async function startTimestampServer(holders: readonly Holder[]): Promise<Tsa> {
  const files = writeTsa(holders);
  try {
    return await startWith(files);
  } catch (error) {
    files.remove();
    throw error;
  }
}

/** Starts an authority that answers with `openssl ts -reply`; `settings` are added to its configuration. */
export async function startOpensslTsa(holders: readonly Holder[], settings: Settings = {}): Promise<Tsa> {
  const files = writeTsa(holders);
  const tsa = await startTsa(files.root, async (query) => ({ body: replyTo(query, files, settings) }));
  const stop = async () => {
    await tsa.stop();
    files.remove();
  };
  return { ...tsa, stop };
}

/** Starts an authority that answers as it is told. */
export async function startTsa(root: Certificate, answer: Answer): Promise<Tsa> {
  const { url, stop } = await startAnswering(answer, 'application/timestamp-reply');
  return { url, root, stop };
}

/** What a section of an OpenSSL TSA's configuration may say otherwise. */
export type Settings = Readonly<Record<string, string>>;

/** One answer of OpenSSL's, to any query. */
export function opensslReply(query: Uint8Array, holders: readonly Holder[], settings: Settings = {}): Uint8Array {
  const files = writeTsa(holders);
  try {
    return replyTo(query, files, settings);
  } finally {
    files.remove();
  }
}

interface TsaFiles {
  readonly folder: string;
  readonly key: string;
  readonly chain: string;
  readonly root: Certificate;
  remove(): void;
}

async function startWith(files: TsaFiles): Promise<Tsa> {
  const port = await freePort();
  const server = await startServer({
    name: 'timestamp-server',
    command: [
      ...[openPeer('timestamp-server'), 'serve', '--host', '127.0.0.1', '--port', port],
      ...['--timestamp-signer', 'file', '--file-signer-key-path', files.key, '--certificate-chain-path', files.chain],
      ...['--disable-ntp-monitoring', '--include-chain-in-response'],
    ],
    stopsWithInput: false,
    ready: async () => ((await fetch(`http://127.0.0.1:${port}/ping`).catch(() => undefined))?.ok ? true : undefined),
  });
  const stop = async () => {
    await server.stop();
    files.remove();
  };
  return { url: `http://127.0.0.1:${port}/api/v1/timestamp`, root: files.root, stop };
}

function writeTsa(holders: readonly Holder[]): TsaFiles {
  const [leaf, ...issuers] = holders;
  const root = holders.at(-1)?.certificate;
  if (!leaf || !root) throw new Error('a timestamp authority needs a chain');
  const folder = mkdtempSync(join(tmpdir(), 'tsa-'));
  const key = join(folder, 'tsa.key');
  const chain = join(folder, 'chain.pem');
  writeFileSync(key, leaf.key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(chain, toPem(holders.map(({ certificate }) => certificate.der)));
  writeFileSync(join(folder, 'tsa.pem'), toPem([leaf.certificate.der]));
  writeFileSync(join(folder, 'issuers.pem'), toPem(issuers.map(({ certificate }) => certificate.der)));
  writeFileSync(join(folder, 'serial'), '01\n');
  return { folder, key, chain, root, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const usualSettings: Settings = {
  serial: 'serial',
  signer_cert: 'tsa.pem',
  certs: 'issuers.pem',
  signer_key: 'tsa.key',
  signer_digest: 'sha256',
  default_policy: '1.3.6.1.4.1.32473.1',
  digests: 'sha256, sha384, sha512',
  ess_cert_id_alg: 'sha256',
};

function replyTo(query: Uint8Array, { folder }: TsaFiles, settings: Settings): Uint8Array {
  const lines = Object.entries({ ...usualSettings, ...settings }).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(join(folder, 'tsa.cnf'), `[tsa]\n${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'query'), query);
  openssl(folder, 'ts', '-reply', '-config', 'tsa.cnf', '-section', 'tsa', '-queryfile', 'query', '-out', 'reply');
  return readFileSync(join(folder, 'reply'));
}
