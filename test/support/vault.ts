// vaultdev: the server core of HashiCorp Vault 1.14, in memory, with Transit, KV, AppRole, JWT and Kubernetes (scripts/peers.d/vaultdev).
import type { KeySpec } from '../../src/core/algorithm.ts';
import type { Der } from '../../src/core/bytes.ts';
import { asObject, type JsonObject } from '../../src/core/json.ts';
import { openPeer } from './peers.ts';
import { publicKeyInfoOfPem } from './pki.ts';
import { freePort, isOpen, startServer } from './server.ts';

export const rootToken = 'a-root-token-of-vaultdev';

export interface Vault {
  readonly address: string;
  /** Asks as the root user; answers `data`, or the whole answer where there is none. @throws where the server refuses */
  ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: JsonObject): Promise<JsonObject>;
  /** Makes a Transit key. */
  createKey(name: string, spec: KeySpec): Promise<void>;
  /** The SubjectPublicKeyInfo of a version; of the newest unless said. */
  publicKeyInfo(name: string, version?: number): Promise<Der>;
  stop(): Promise<void>;
}

export interface VaultWish {
  /** Paths of PEM files; plain HTTP without. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** The engine's name of each key spec. */
export const transitSpecs: Readonly<Record<KeySpec, string>> = {
  'RSA-2048': 'rsa-2048',
  'RSA-3072': 'rsa-3072',
  'RSA-4096': 'rsa-4096',
  'EC-256': 'ecdsa-p256',
  'EC-384': 'ecdsa-p384',
  'EC-521': 'ecdsa-p521',
};

/** Starts a server that is unsealed, with the engines `transit` and `secret`. */
export async function startVault({ tls }: VaultWish = {}): Promise<Vault> {
  const port = await freePort();
  const secure = tls === undefined ? [] : ['-cert', tls.certificate, '-key', tls.key];
  const server = await startServer({
    name: 'vaultdev',
    command: [openPeer('vaultdev'), '-addr', `127.0.0.1:${port}`, '-token', rootToken, ...secure],
    stopsWithInput: false,
    ready: async () => ((await isOpen(port)) ? port : undefined),
  });
  const address = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const ask: Vault['ask'] = async (method, path, body) => {
    const init = { method, headers: { 'x-vault-token': rootToken }, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await fetch(`${address}/v1/${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const answer: JsonObject = text === '' ? {} : asObject(JSON.parse(text), path);
    return answer['data'] == null ? answer : asObject(answer['data'], path);
  };
  const vault: Vault = {
    address,
    ask,
    createKey: async (name, spec) => void (await ask('POST', `transit/keys/${name}`, { type: transitSpecs[spec] })),
    publicKeyInfo: async (name, version) => {
      const { keys, latest_version: latest } = await ask('GET', `transit/keys/${name}`);
      const pem = String(asObject(asObject(keys, name)[String(version ?? latest)], name)['public_key']);
      return publicKeyInfoOfPem(pem);
    },
    stop: () => server.stop(),
  };
  if (tls === undefined) await mountEngines(vault);
  return vault;
}

async function mountEngines({ ask }: Vault): Promise<void> {
  await ask('POST', 'sys/mounts/transit', { type: 'transit' });
  await ask('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
  // Its own upgrade of the engine takes a moment, during which it refuses to write.
  for (let attempt = 0; ; attempt += 1) {
    try {
      await ask('POST', 'secret/data/first', { data: { ready: 'yes' } });
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
