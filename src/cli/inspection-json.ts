import { printableJson } from './fields.ts';
import { byName, rfc3339Time } from './go-format.ts';
import type { InspectedCertificate, InspectedTimestamp, Inspection } from './inspection.ts';

/** The JSON that notation 1.3 prints, members in its order. @param mediaType the artifact's */
export function inspectionJson(mediaType: string, inspections: readonly Inspection[]): string {
  return printableJson({ mediaType, Signatures: inspections.map(signatureJson) }, 4);
}

function signatureJson({ digest, mediaType, algorithm, signed, artifact, agent, timestamp, certificates }: Inspection) {
  return {
    mediaType,
    digest,
    signatureAlgorithm: algorithm,
    signedAttributes: sorted(signed.map(([name, value]) => [name, typeof value === 'string' ? value : rfc3339Time(value)])),
    userDefinedAttributes: artifact.annotations === undefined ? null : sorted(Object.entries(artifact.annotations)),
    unsignedAttributes: {
      ...(agent !== undefined && { signingAgent: agent }),
      ...(timestamp !== undefined && { timestampSignature: timestampJson(timestamp) }),
    },
    certificates: certificates.map(certificateJson),
    signedArtifact: { mediaType: artifact.mediaType, digest: artifact.digest, size: artifact.size },
  };
}

/** A timestamp's range and chain, or why it cannot be read. */
export function timestampJson(timestamp: InspectedTimestamp) {
  if ('error' in timestamp) return { error: timestamp.error };
  const { from, to, certificates } = timestamp;
  return {
    timestamp: `[${rfc3339Time(from)}, ${rfc3339Time(to)}]`,
    ...(certificates.length > 0 && { certificates: certificates.map(certificateJson) }),
  };
}

/** What of a certificate is shown. */
export function certificateJson({ fingerprint, issuedTo, issuedBy, expiry }: InspectedCertificate) {
  return { SHA256Fingerprint: fingerprint, issuedTo, issuedBy, expiry: rfc3339Time(expiry) };
}

/** The entries as an object, in the order in which Go writes maps. */
export function sorted(entries: readonly (readonly [string, string])[]) {
  return Object.fromEntries(entries.toSorted(byName));
}
