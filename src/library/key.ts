// Keys to sign with: those of the backends, and whatever else answers like one.

import { type CallOptions, untilAborted } from '../core/abort.ts';
import { algorithmOfSpec, type KeySpec } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import type { Deadline } from '../core/ports.ts';
import { type Lease, openLease } from '../http/lease.ts';
import { type OptionName, parseSettings, type Settings } from '../kms/config.ts';
import { openKey } from '../kms/index.ts';
import type { Key } from '../kms/provider.ts';
import { statedConfigDirectory } from '../store/directories.ts';
import { type Host, httpUnder } from './host.ts';

/** A key that signs. `openKey` answers one; anything with these members will do, a hardware token's for one. */
export interface SigningKey {
  readonly keySpec: KeySpec;
  /** The chain in DER, leaf first, root last; the leaf's public key is this key's. */
  certificates(options?: CallOptions): Promise<readonly Der[]>;
  /**
   * Takes the message, never its digest, and hashes it with the hash that goes with `keySpec`.
   * @returns PSS (salt = hash length) for RSA; r‖s of fixed width for EC, never DER
   */
  sign(message: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
}

/** A key of a backend. */
export interface BackendKey extends SigningKey {
  /** The SubjectPublicKeyInfo in DER, from the backend itself. */
  publicKeyInfo(options?: CallOptions): Promise<Der>;
}

/** Options that mean nothing to a library: envelopes, timestamps and the log are the caller's own. */
const foreign = ['mode', 'tsa_url', 'tsa_root_cert', 'log_file', 'log_level'] as const satisfies readonly OptionName[];

/** Options of keys by name, as `--plugin-config` of the tool has them: `cert_chain`, `ca_certs`, `aws_region`, `timeout` … Files are named by their paths. */
export type KeyOptions = Readonly<Partial<Record<Exclude<OptionName, (typeof foreign)[number]>, string>>>;

/**
 * Opens a key by its id: `awskms:///alias/release`, an ARN, `azurekms://vault.vault.azure.net/release`, a path, a name in notation's
 * signingkeys.json … It can be used for as long as the program runs: credentials are fetched anew now and then. Each use of it has the time that
 * the option `timeout` says; 30 s when absent.
 * @throws NotationError `KEY_NOT_FOUND`, `KEY_UNUSABLE`, `CONFIG`, `FILE`, `CERTIFICATE`, `ACCESS_DENIED`, `ABORTED` …
 */
export async function openBackendKey(id: string, options: KeyOptions, host: Host, { signal }: CallOptions): Promise<BackendKey> {
  const settings = settingsOf(options);
  const lease = openLease((deadline) => openUnder(deadline, id, settings, host), settings.deadlineMs);
  const use = counted(lease);
  const { keySpec } = await use(signal, async (key) => key.algorithm);
  return {
    keySpec,
    publicKeyInfo: (call) => use(call?.signal, (key) => key.publicKeyInfo()),
    certificates: (call) => use(call?.signal, async (key) => (await key.certificates()).map(({ der }) => der)),
    sign: (message, call) => use(call?.signal, (key) => key.sign(message)),
  };
}

/** A signing key as the signing workflow knows keys. @throws NotationError `REQUEST` for what is none */
export async function toKey(key: SigningKey, signal: AbortSignal | undefined): Promise<Key> {
  if (typeof key?.sign !== 'function') throw noKey();
  const algorithm = algorithmOfSpec(key.keySpec);
  if (algorithm === undefined) throw noKey();
  const { parseCertificate } = await import('../x509/certificate.ts');
  const certificates = async () => (await key.certificates({ signal })).map((der) => parseCertificate(der));
  return {
    algorithm,
    certificates,
    publicKeyInfo: async () => (await certificates())[0]?.publicKeyInfo ?? new Uint8Array(),
    sign: (message) => key.sign(message, { signal }),
  };
}

function noKey(): NotationError {
  return new NotationError('REQUEST', 'key: expected a key id, or a key with keySpec, certificates and sign, found something else');
}

function settingsOf(options: KeyOptions): Settings {
  const stranger = foreign.find((name) => Object.hasOwn(options, name));
  if (stranger === undefined) return parseSettings(new Map(Object.entries(options)));
  throw new NotationError('CONFIG', `key option ${stranger}: expected options of keys, found one of the plugin`, {
    hint: 'remove it: what it is about is said to sign and openNotation',
  });
}

function openUnder(deadline: Deadline, id: string, settings: Settings, host: Host): Promise<Key> {
  const { environment, files, log, now, program } = host;
  const http = httpUnder(deadline, host, settings.text.ca_bundle);
  const namedKeys = async (name: string) => {
    const config = statedConfigDirectory(host);
    if (config === undefined) return undefined;
    return (await import('../store/signing-keys.ts')).namedKeys({ config, libexec: config }, files)(name);
  };
  return openKey(id, { settings, environment, files, namedKeys, log, http, deadline, now, program });
}

/** A bundler, or whoever wanted a smaller image, left out what is loaded only when it is used. */
function missingCode(error: unknown): NotationError | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  return new NotationError('CONFIG', 'key: expected the code of its backend, found that a part of it is missing', {
    cause: error,
    hint: 'install notation-ts-kms anew, and have bundlers keep its dynamic imports',
  });
}

type Use = <T>(signal: AbortSignal | undefined, work: (key: Key) => Promise<T>) => Promise<T>;

/** Uses of one lease. What is under way is given up with the last use that is: another's must not end with it. */
function counted(lease: Lease<Key>): Use {
  let users = 0;
  return async (signal, work) => {
    users += 1;
    try {
      return await untilAborted(signal, async () => {
        const { resource, inTime } = await lease.take();
        return inTime(work(resource));
      });
    } catch (error) {
      throw missingCode(error) ?? error;
    } finally {
      users -= 1;
      if (users === 0 && signal?.aborted) lease.end();
    }
  };
}
