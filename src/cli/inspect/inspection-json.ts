import { sortedByName } from '../../core/go-json.ts';
import type { StatedTime } from '../../core/model.ts';
import { printableJson } from '../voice/fields.ts';
import { rfc3339Time } from '../voice/go-format.ts';
import type { InspectedCertificate, InspectedTimestamp, Inspection } from './inspection.ts';

/** The JSON that notation 1.3 prints, members in its order. @param mediaType the artifact's */
export function inspectionJson(mediaType: string, inspections: readonly Inspection[]): string {
  return printableJson({ mediaType, Signatures: inspections.map(signatureJson) }, 4);
}

function signatureJson({ digest, mediaType, algorithm, signed, ...rest }: Inspection) {
  return {
    mediaType,
    digest,
    signatureAlgorithm: algorithm,
    signedAttributes: attributesJson(signed),
    ...restJson(rest),
  };
}

/** The times and texts that were signed beside the payload. */
export function attributesJson(signed: readonly (readonly [string, string | StatedTime])[]) {
  const texts = signed.map(([name, value]) => [name, typeof value === 'string' ? value : rfc3339Time(value)]);
  return sortedByName(Object.fromEntries(texts) as Readonly<Record<string, string>>);
}

/**
 * What every version of notation says alike, and in this order, after the signed attributes.
 * @param printTime how the version prints a timestamp's range: notation 2 with fractions of seconds
 */
export function restJson(
  { artifact, agent, timestamp, certificates }: Pick<Inspection, 'artifact' | 'agent' | 'timestamp' | 'certificates'>,
  printTime = rfc3339Time,
) {
  const { mediaType, digest, size, annotations } = artifact;
  return {
    userDefinedAttributes: annotations === undefined ? null : sortedByName(annotations),
    unsignedAttributes: {
      ...(agent !== undefined && { signingAgent: agent }),
      ...(timestamp !== undefined && { timestampSignature: timestampJson(timestamp, printTime) }),
    },
    certificates: certificates.map(certificateJson),
    signedArtifact: { mediaType, digest, size },
  };
}

function timestampJson(timestamp: InspectedTimestamp, printTime: (time: StatedTime) => string) {
  if ('error' in timestamp) return { error: timestamp.error };
  const { from, to, certificates } = timestamp;
  return {
    timestamp: `[${printTime(from)}, ${printTime(to)}]`,
    ...(certificates.length > 0 && { certificates: certificates.map(certificateJson) }),
  };
}

function certificateJson({ fingerprint, issuedTo, issuedBy, expiry }: InspectedCertificate) {
  return { SHA256Fingerprint: fingerprint, issuedTo, issuedBy, expiry: rfc3339Time(expiry) };
}
