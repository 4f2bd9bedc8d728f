// Verification: what is wanted of signatures, and what came of it.
import type { CallOptions } from '../core/abort.ts';
import { noDeadline } from '../http/deadline.ts';
import { openRevocation } from '../revocation/ask.ts';
import { openCrlCache } from '../revocation/crl-cache.ts';
import { statedCacheDirectory } from '../store/directories.ts';
import { verifyArtifact } from '../verify/artifact.ts';
import { verifyBlob } from '../verify/blob.ts';
import type { ArtifactOutcome, Outcome } from '../verify/outcome.ts';
import type { VerificationPorts } from '../verify/ports.ts';
import { rememberCertificates } from '../x509/certificate-memory.ts';
import { openArtifact, scopeOf } from './artifact.ts';
import { type Call, type Host, httpUnder, runBounded, runOpenEnded } from './host.ts';
import { pluginOpener } from './plugin.ts';
import { chunksOf, type ScopedArtifact, type SignedBlob } from './source.ts';
import { checkCount, storedOf, usualMaximum } from './stored.ts';
import { type BlobTrust, type OciTrust, openBlobTrust, openOciTrust } from './trust.ts';

/** What is wanted of a signature, whatever it is of. */
export interface Wanted extends CallOptions {
  /** What must be signed with it, among others, with exactly these values. */
  readonly userMetadata?: Readonly<Record<string, string>> | undefined;
}

/** How an artifact is verified. */
export interface VerifyArtifactOptions extends Wanted {
  /** notation's directory where the environment tells of it, when absent. */
  readonly trust?: OciTrust | undefined;
  /** How many signatures are tried at most; 100 when absent. */
  readonly maxSignatures?: number | undefined;
}

/** How a blob is verified. */
export interface VerifyBlobOptions extends Wanted {
  /** notation's directory where the environment tells of it, when absent. */
  readonly trust?: BlobTrust | undefined;
  /** Name of the trust policy statement that applies; the global one when absent. */
  readonly policyName?: string | undefined;
}

/** What verifications of one instance share: what was learnt of revocation and of certificates, which nobody's trust goes into. */
export type Memory = Pick<VerificationPorts, 'askRevocation' | 'readCertificate'>;

/** Opens what verifications share. Questions about revocation have ends of their own, of a few seconds. */
export function openMemory(host: Host): Memory {
  const { now, log, files } = host;
  const folder = statedCacheDirectory(host);
  const write = async (path: string, content: string, mode: number) => (await import('../store/write.ts')).writeWhole(path, content, mode);
  const cache = openCrlCache({ files, write, now, log, ...(folder !== undefined && { folder }) });
  return { askRevocation: openRevocation({ http: httpUnder(noDeadline, host), cache, now, log }), readCertificate: rememberCertificates() };
}

/** Verifies an artifact by the signatures beside it. */
export function verifyAnArtifact(
  artifact: ScopedArtifact,
  options: VerifyArtifactOptions,
  host: Host,
  memory: Memory,
): Promise<ArtifactOutcome> {
  const { trust, userMetadata = {}, maxSignatures = usualMaximum } = options;
  return runBounded(host, options, async (call) => {
    checkCount(maxSignatures);
    const { statement, readTrustStore } = await openOciTrust(trust, await scopeOf(artifact), host);
    const { repository, descriptor } = await openArtifact(artifact, call);
    const ports = { ...memory, ...portsOf(call), readTrustStore };
    return verifyArtifact(repository, descriptor, { statement, maxSignatures, userMetadata }, ports);
  });
}

/** Verifies a blob by its signature. */
export function verifyABlob(signed: SignedBlob, options: VerifyBlobOptions, host: Host, memory: Memory): Promise<Outcome> {
  const { trust, policyName, userMetadata = {} } = options;
  const { blob, mediaType, signature } = signed;
  return runOpenEnded(host, options, async (call) => {
    const { statement, readTrustStore } = await openBlobTrust(trust, policyName, host);
    const wish = { statement, userMetadata, ...(mediaType !== undefined && { mediaType }) };
    const ports = { ...memory, ...portsOf(call), readTrustStore };
    return verifyBlob(await storedOf(signature, host), () => chunksOf(blob, call.signal), wish, ports);
  });
}

function portsOf({ host, signal }: Call): Pick<VerificationPorts, 'now' | 'log' | 'openVerificationPlugin'> {
  return { now: host.now, log: host.log, openVerificationPlugin: pluginOpener(host, signal) };
}
