// Signing: what is wanted, and what came of it.
import type { CallOptions } from '../core/abort.ts';
import { NotationError } from '../core/error.ts';
import type { Descriptor, EnvelopeFormat } from '../core/model.ts';
import { version } from '../core/version.ts';
import { codecOfFormat, fileSuffixOf } from '../envelope/index.ts';
import { toSigner } from '../kms/signer.ts';
import { type ArtifactWish, signArtifact } from '../sign/artifact.ts';
import { signBlob } from '../sign/blob.ts';
import type { GeneratingPorts } from '../sign/generate.ts';
import type { SigningPorts } from '../sign/sign.ts';
import { statedCacheDirectory } from '../store/directories.ts';
import { openArtifact } from './artifact.ts';
import { bytesOf, type CertificateInput } from './certificate.ts';
import { type Call, type Host, runBounded, runOpenEnded } from './host.ts';
import { type KeyOptions, openBackendKey, type SigningKey, toKey } from './key.ts';
import type { PluginKey } from './plugin.ts';
import { type Artifact, type BlobSignature, type BlobSource, chunksOf } from './source.ts';

/** Who signs, and how. */
export interface SignOptions extends CallOptions {
  /** A key that is open, the id of one that is to be opened for this signature, or a key of another plugin. */
  readonly key: SigningKey | PluginKey | string;
  /** Of the key that `key` is the id of. */
  readonly keyOptions?: KeyOptions | undefined;
  /** `jws` when absent. */
  readonly format?: EnvelopeFormat | undefined;
  /** Whole seconds that the signature is good for; for ever when absent. */
  readonly expirySeconds?: number | undefined;
  /** Signed with the artifact. Keys that begin with `io.cncf.notary` are refused. */
  readonly userMetadata?: Readonly<Record<string, string>> | undefined;
  readonly timestamp?: TimestampOptions | undefined;
}

/** A timestamp authority that witnesses when the signature was made. */
export interface TimestampOptions {
  /** http: or https: (RFC 3161 §3.4); a user name and a password in it become basic authentication. */
  readonly url: string;
  /** The authority's root certificate, alone. */
  readonly root: CertificateInput;
}

/** A signature that was stored beside its artifact. */
export interface ArtifactSignature {
  /** What was signed. Where it was named by a tag, its digest says what that stood for. */
  readonly artifact: Descriptor;
  /** Of the signature manifest. */
  readonly signature: Descriptor;
}

/** A signature of a blob, which is stored nowhere yet. */
export interface NewBlobSignature extends BlobSignature {
  /** `.jws.sig` or `.cose.sig`: what notation appends to the blob's file name for the signature's. */
  readonly fileSuffix: string;
}

/** Signs an artifact and stores the signature beside it. */
export function signAnArtifact(artifact: Artifact, options: SignOptions, host: Host): Promise<ArtifactSignature> {
  return runBounded(host, options, async (call) => {
    const [ports, { repository, descriptor }] = await Promise.all([portsOf(options, call), openArtifact(artifact, call)]);
    const signature = await signArtifact(repository, descriptor, await wishOf(options), ports);
    host.log('info', 'signed', { artifact: descriptor.digest, signature: signature.digest });
    return { artifact: descriptor, signature };
  });
}

/** Signs a blob. */
export function signABlob({ blob, mediaType }: BlobSource, options: SignOptions, host: Host): Promise<NewBlobSignature> {
  return runOpenEnded(host, options, async (call) => {
    const wish = { ...(await wishOf(options)), mediaType: mediaType ?? 'application/octet-stream' };
    const ports = await portsOf(options, call);
    if (!('signer' in ports)) throw wrong('key', 'one that signs, as blobs need it', 'a plugin that makes whole envelopes');
    const signed = await signBlob(chunksOf(blob, call.signal), wish, ports);
    return { mediaType: signed.mediaType, envelope: signed.envelope, fileSuffix: fileSuffixOf(options.format ?? 'jws') };
  });
}

async function wishOf({ format = 'jws', expirySeconds, userMetadata = {} }: SignOptions): Promise<ArtifactWish> {
  if (format !== 'jws' && format !== 'cose') throw wrong('format', 'jws or cose', format);
  if (expirySeconds === undefined) return { codec: await codecOfFormat(format), userMetadata };
  if (!Number.isSafeInteger(expirySeconds) || expirySeconds <= 0)
    throw wrong('expirySeconds', 'whole seconds, one at least', expirySeconds);
  return { codec: await codecOfFormat(format), userMetadata, expirySeconds };
}

async function portsOf(options: SignOptions, call: Call): Promise<SigningPorts | GeneratingPorts> {
  const { host } = call;
  const { key, keyOptions, timestamp } = options;
  if (typeof key !== 'string' && keyOptions !== undefined)
    throw wrong('keyOptions', 'options of a key that is named by its id', 'another key');
  const ports = {
    now: host.now,
    agent: `notation-ts-kms/${version}`,
    ...(timestamp && { timestamper: await timestamperOf(timestamp, call) }),
  };
  if (typeof key === 'object' && key !== null && 'plugin' in key) return pluginPorts(key, ports, call);
  const opened = typeof key === 'string' ? await openBackendKey(key, keyOptions ?? {}, host, call) : key;
  return { ...ports, signer: toSigner(await toKey(opened, call.signal), host.now) };
}

/** Nobody may add a timestamp to an envelope that a plugin made (PLG-055). */
async function pluginPorts(
  key: PluginKey,
  ports: Omit<SigningPorts, 'signer'>,
  { host, signal }: Call,
): Promise<SigningPorts | GeneratingPorts> {
  const { openPluginKey } = await import('./plugin.ts');
  const opened = await openPluginKey(key, host, signal);
  if (opened.kind === 'signer') {
    return { ...ports, agent: `${ports.agent} ${opened.metadata.name}/${opened.metadata.version}`, signer: opened.signer };
  }
  if (ports.timestamper === undefined) return { generator: opened.generator, now: ports.now };
  throw wrong('timestamp', 'none for a plugin that makes whole envelopes', 'one');
}

async function timestamperOf({ url, root }: TimestampOptions, { host, http }: Call) {
  const [{ openTimestamper }, { checkTimestampRoot }, { parseCertificates }, { authorityCheck }, { writeWhole }] = await Promise.all([
    import('../timestamp/authority.ts'),
    import('../x509/chain/anchor.ts'),
    import('../x509/bundle.ts'),
    import('../revocation/authority.ts'),
    import('../store/write.ts'),
  ]);
  const folder = statedCacheDirectory(host);
  const { now, log, files } = host;
  const checkRevocation = authorityCheck({ http, now, log, files, write: writeWhole, ...(folder !== undefined && { folder }) });
  const what = 'timestamp root';
  return openTimestamper({ url, root: checkTimestampRoot(parseCertificates(bytesOf(root, what), what)), http, checkRevocation });
}

function wrong(what: string, expected: string, found: unknown): NotationError {
  return new NotationError(
    'REQUEST',
    `${what}: expected ${expected}, found ${typeof found === 'string' ? found.slice(0, 100) : String(found)}`,
  );
}
