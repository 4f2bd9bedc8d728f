// What `blob inspect` prints: the forms of notation 2, which differ from those of `inspect` in labels and in what a signature is called.
import { payloadMediaType } from '../../core/payload.ts';
import { printable, printableJson } from '../voice/fields.ts';
import { ansicTime, rfc3339NanoTime } from '../voice/go-format.ts';
import { drawTree } from '../voice/tree.ts';
import type { Inspection } from './inspection.ts';
import { attributesJson, restJson } from './inspection-json.ts';
import { pair, pairs, restBranches } from './inspection-text.ts';

const labels: Readonly<Record<string, string>> = { signingScheme: 'signing scheme', signingTime: 'signing time' };

/** The tree of one signature file. @param path its name, which is the root */
export function blobInspectionText(path: string, { algorithm, mediaType, signed, ...rest }: Inspection): string {
  const attributes = signed.map(([name, value]) => [labels[name] ?? name, typeof value === 'string' ? value : ansicTime(value)] as const);
  return drawTree({
    text: printable(path),
    children: [
      pair('signature algorithm', algorithm),
      pair('signature envelope type', mediaType),
      pairs('signed attributes', [['content type', payloadMediaType], ...attributes]),
      ...restBranches(rest, 'signing agent'),
    ],
  });
}

/** The JSON of one signature file. */
export function blobInspectionJson({ algorithm, mediaType, signed, ...rest }: Inspection): string {
  const value = {
    signatureAlgorithm: algorithm,
    signatureEnvelopeType: mediaType,
    signedAttributes: attributesJson([['contentType', payloadMediaType], ...signed]),
    ...restJson(rest, rfc3339NanoTime),
  };
  return printableJson(value, 2);
}
