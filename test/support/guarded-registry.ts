// A real registry over TLS that wants to know who asks: by password (htpasswd), or by a token of a real token server.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPeer } from './peers.ts';
import { freePort, isOpen, type RunningServer, startServer } from './server.ts';

/** The one user. The token server lets a user push to repositories below the user's own name only. */
export const account = { username: 'u', password: 'pass:word' } as const;
const passwordLine = 'u:$2a$04$9RZ5KsDnA7gcEMKTNDYY2Or3MDe5FM1T4clNxUD4EDXIqOpt450Xu\n';

export type Guard = 'basic' | 'bearer';

export interface GuardedRegistry {
  /** `127.0.0.1:PORT`: over TLS. */
  readonly host: string;
  /** PEM file of the authority to trust. */
  readonly authority: string;
  stop(): Promise<void>;
}

/** Starts an empty registry, its files in `folder`. */
export async function startGuardedRegistry(guard: Guard, folder: string): Promise<GuardedRegistry> {
  const files = writeFiles(folder);
  const [port, tokenPort] = [await freePort(), await freePort()];
  const tokens = guard === 'bearer' ? await startTokenServer(tokenPort, files) : undefined;
  const auth =
    guard === 'basic'
      ? { htpasswd: { realm: 'peers', path: files.passwords } }
      : {
          token: {
            realm: `https://127.0.0.1:${tokenPort}/token/`,
            service: `127.0.0.1:${port}`,
            issuer: 'peers',
            rootcertbundle: files.tokenCert,
          },
        };
  const config = join(folder, 'config.json');
  const http = { addr: `127.0.0.1:${port}`, tls: { certificate: files.cert, key: files.key } };
  const storage = { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } };
  writeFileSync(config, JSON.stringify({ version: 0.1, log: { level: 'error', accesslog: { disabled: true } }, storage, auth, http }));
  const registry = await start('docker-registry', [openPeer('docker-registry'), 'serve', config], port);
  const stop = async () => {
    await registry.stop();
    await tokens?.stop();
  };
  return { host: `127.0.0.1:${port}`, authority: files.cert, stop };
}

function startTokenServer(port: string, { tokenKey, passwords, cert, key }: Files): Promise<RunningServer<string>> {
  const identity = ['-issuer', 'peers', '-realm', 'peers', '-key', tokenKey, '-passwd', passwords];
  return start(
    'token-server',
    [openPeer('token-server'), '-addr', `127.0.0.1:${port}`, ...identity, '-tlscert', cert, '-tlskey', key],
    port,
  );
}

function start(name: string, command: readonly string[], port: string): Promise<RunningServer<string>> {
  return startServer({ name, command, stopsWithInput: false, ready: async () => ((await isOpen(port)) ? port : undefined) });
}

interface Files {
  readonly cert: string;
  readonly key: string;
  readonly tokenCert: string;
  readonly tokenKey: string;
  readonly passwords: string;
}

function writeFiles(folder: string): Files {
  const [cert, key, tokenCert, tokenKey] = ['tls.crt', 'tls.key', 'token.crt', 'token.key'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  const passwords = join(folder, 'users');
  writeFileSync(passwords, passwordLine);
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    '-subj',
    '/CN=peer',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  );
  // The token server reads no PKCS#8.
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', tokenKey);
  openssl('req', '-x509', '-new', '-key', tokenKey, '-out', tokenCert, '-subj', '/CN=token');
  return { cert, key, tokenCert, tokenKey, passwords };
}

function openssl(...words: readonly string[]): void {
  execFileSync('openssl', [...words], { stdio: 'ignore' });
}
