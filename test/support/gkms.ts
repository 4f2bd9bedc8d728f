// The Cloud KMS server of scripts/peers.d/gkms: Google's own messages and routes, with real keys behind them.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { KeySpec } from '../../src/core/algorithm.ts';
import type { Der } from '../../src/core/bytes.ts';
import { asObject, type JsonObject } from '../../src/core/json.ts';
import { openPeer } from './peers.ts';
import { startServer } from './server.ts';

/** The service's names of the key specs that it has. */
export const gcpAlgorithms: Readonly<Partial<Record<KeySpec, string>>> = {
  'RSA-2048': 'RSA_SIGN_PSS_2048_SHA256',
  'RSA-4096': 'RSA_SIGN_PSS_4096_SHA512',
  'EC-256': 'EC_SIGN_P256_SHA256',
  'EC-384': 'EC_SIGN_P384_SHA384',
};

export const gcpRing = 'projects/test-project/locations/europe-west3/keyRings/release';
const owner = 'a-token-of-the-owner-of-everything';

export interface Gkms {
  /** `http://127.0.0.1:PORT`: Cloud KMS, IAM, and what gives out tokens. */
  readonly origin: string;
  /** Makes a key; answers its first version's resource name. */
  createKey(name: string, algorithm: string): Promise<string>;
  /** Asks as the owner of everything. @throws where the server refuses */
  ask(method: 'GET' | 'POST' | 'PATCH', path: string, body?: JsonObject): Promise<JsonObject>;
  /** The SubjectPublicKeyInfo of a version. */
  publicKeyInfo(version: string): Promise<Der>;
  addCaller(caller: GkmsCaller): Promise<void>;
  /** A file of application default credentials of a service account with these permissions; all when absent. */
  addServiceAccount(path: string, permissions?: readonly string[], email?: string): Promise<void>;
  addFault(fault: GkmsFault): Promise<void>;
  /** The requests since `forgetRequests`: method and path, with the query. */
  requests(): Promise<readonly GkmsRequest[]>;
  forgetRequests(): Promise<void>;
  /** Every token that was given out. */
  tokens(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface GkmsCaller {
  readonly token?: string;
  readonly email?: string;
  readonly publicKey?: string;
  /** All when absent. */
  readonly permissions?: readonly string[];
  readonly actsAs?: readonly string[];
  /** What is exchanged for its token. */
  readonly grant?: string;
  /** Whether the machine runs as it. */
  readonly machine?: boolean;
}

export interface GkmsFault {
  /** End of the paths that it is for. */
  readonly suffix?: string;
  readonly times: number;
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly spoils?: 'digest-crc' | 'signature-crc' | 'pem-crc' | 'signature' | 'name';
}

export interface GkmsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly userProject: string;
}

/** Starts an empty server. */
export async function startGkms(): Promise<Gkms> {
  const server = await startServer({
    name: 'gkms',
    command: [openPeer('gkms'), '-stdin', '-owner', owner],
    stopsWithInput: true,
    ready: async (said) => /^listening on (\S+)$/m.exec(said)?.[1],
  });
  const origin = `http://${server.answer}`;
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = { authorization: `Bearer ${owner}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await fetch(`${origin}${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  const ask: Gkms['ask'] = async (method, path, body) => asObject(await send(method, `/v1/${path}`, body), path);
  const addCaller: Gkms['addCaller'] = async (caller) => void (await send('POST', '/_test/callers', caller));
  return {
    origin,
    ask,
    createKey: async (name, algorithm) => {
      const key = { purpose: 'ASYMMETRIC_SIGN', versionTemplate: { algorithm } };
      const made = await ask('POST', `${gcpRing}/cryptoKeys?cryptoKeyId=${name}`, key);
      return `${made['name']}/cryptoKeyVersions/1`;
    },
    publicKeyInfo: async (version) => {
      const { pem } = await ask('GET', `${version}/publicKey`);
      return new Uint8Array(createPublicKey(String(pem)).export({ type: 'spki', format: 'der' }));
    },
    addCaller,
    addServiceAccount: async (path, permissions, email = 'signer@test-project.iam.gserviceaccount.com') => {
      const { publicKey, file } = mintServiceAccount(email);
      writeFileSync(path, JSON.stringify(file));
      await addCaller({ email, publicKey, ...(permissions && { permissions }) });
    },
    addFault: async (fault) => void (await send('POST', '/_test/faults', fault)),
    requests: async () => (await send('GET', '/_test/requests')) as readonly GkmsRequest[],
    forgetRequests: async () => void (await send('DELETE', '/_test/requests')),
    tokens: async () => (await send('GET', '/_test/tokens')) as readonly string[],
    stop: () => server.stop(),
  };
}

/** A credentials file as `gcloud iam service-accounts keys create` writes it, and the public key that goes with it, in PEM. */
export function mintServiceAccount(email: string): { readonly file: JsonObject; readonly publicKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    file: {
      type: 'service_account',
      project_id: 'test-project',
      private_key_id: '0123456789abcdef0123456789abcdef01234567',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: email,
      client_id: '123456789012345678901',
      token_uri: 'https://oauth2.googleapis.com/token',
      universe_domain: 'googleapis.com',
    },
  };
}

/** The environment of a client of the server whose credentials are in a file. */
export function gkmsEnvironment({ origin }: Gkms, credentials?: string): Readonly<Record<string, string>> {
  return {
    CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS: origin,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS: origin,
    CLOUDSDK_AUTH_TOKEN_HOST: `${origin}/token`,
    METADATA_SERVER_DETECTION: 'none',
    ...(credentials !== undefined && { GOOGLE_APPLICATION_CREDENTIALS: credentials }),
  };
}
