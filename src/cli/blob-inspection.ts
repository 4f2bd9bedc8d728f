// What `blob inspect` prints: the forms of notation 2, which differ from those of `inspect` in labels and in what a signature is called.
import { payloadMediaType } from '../core/payload.ts';
import { printable, printableJson } from './fields.ts';
import { ansicTime, byName, rfc3339Time } from './go-format.ts';
import type { Inspection } from './inspection.ts';
import { certificateJson, sorted, timestampJson } from './inspection-json.ts';
import { certificatesBranch, pair, pairs, timestampBranches } from './inspection-text.ts';
import { type Branch, drawTree } from './tree.ts';

const labels: Readonly<Record<string, string>> = { signingScheme: 'signing scheme', signingTime: 'signing time' };

/** The tree of one signature file. @param path its name, which is the root */
export function blobInspectionText(
  path: string,
  { algorithm, mediaType, signed, artifact, agent, timestamp, certificates }: Inspection,
): string {
  const metadata = Object.entries(artifact.annotations ?? {}).toSorted(byName);
  const attributes = signed.map(([name, value]) => [labels[name] ?? name, typeof value === 'string' ? value : ansicTime(value)] as const);
  const unsigned: readonly Branch[] = [
    ...(agent === undefined ? [] : [pair('signing agent', agent)]),
    ...(timestamp === undefined ? [] : [{ text: 'timestamp signature', children: timestampBranches(timestamp) }]),
  ];
  return drawTree({
    text: printable(path),
    children: [
      pair('signature algorithm', algorithm),
      pair('signature envelope type', mediaType),
      pairs('signed attributes', [['content type', payloadMediaType], ...attributes]),
      pairs('user defined attributes', metadata),
      { text: 'unsigned attributes', children: unsigned },
      certificatesBranch(certificates),
      pairs('signed artifact', [
        ['media type', artifact.mediaType],
        ['digest', artifact.digest],
        ['size', `${artifact.size}`],
      ]),
    ],
  });
}

/** The JSON of one signature file. */
export function blobInspectionJson({ algorithm, mediaType, signed, artifact, agent, timestamp, certificates }: Inspection): string {
  const attributes = signed.map(([name, value]) => [name, typeof value === 'string' ? value : rfc3339Time(value)] as const);
  const value = {
    signatureAlgorithm: algorithm,
    signatureEnvelopeType: mediaType,
    signedAttributes: sorted([['contentType', payloadMediaType], ...attributes]),
    userDefinedAttributes: artifact.annotations === undefined ? null : sorted(Object.entries(artifact.annotations)),
    unsignedAttributes: {
      ...(agent !== undefined && { signingAgent: agent }),
      ...(timestamp !== undefined && { timestampSignature: timestampJson(timestamp) }),
    },
    certificates: certificates.map(certificateJson),
    signedArtifact: { mediaType: artifact.mediaType, digest: artifact.digest, size: artifact.size },
  };
  return printableJson(value, 2);
}
