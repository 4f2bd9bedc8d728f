import { signatureType } from '../../registry/media-type.ts';
import { printable } from '../voice/fields.ts';
import { ansicTime, byName } from '../voice/go-format.ts';
import { type Branch, drawTree } from '../voice/tree.ts';
import type { InspectedCertificate, InspectedTimestamp, Inspection } from './inspection.ts';

/** The tree that notation prints, its unordered parts in a fixed order. */
export function inspectionText(name: string, inspections: readonly Inspection[]): string {
  const signatures = { text: signatureType, children: inspections.map(signatureBranch) };
  return `Inspecting all signatures for signed artifact\n${drawTree({ text: printable(name), children: [signatures] })}`;
}

function signatureBranch({ digest, mediaType, algorithm, signed, ...rest }: Inspection): Branch {
  return {
    text: digest,
    children: [
      pair('media type', mediaType),
      pair('signature algorithm', algorithm),
      pairs(
        'signed attributes',
        signed.map(([name, value]) => [name, typeof value === 'string' ? value : ansicTime(value)]),
      ),
      ...restBranches(rest, 'signingAgent'),
    ],
  };
}

/** What every version of notation says alike after the signed attributes, but for what it calls the agent. */
export function restBranches(
  { artifact, agent, timestamp, certificates }: Pick<Inspection, 'artifact' | 'agent' | 'timestamp' | 'certificates'>,
  agentLabel: string,
): readonly Branch[] {
  const unsigned: readonly Branch[] = [
    ...(agent === undefined ? [] : [pair(agentLabel, agent)]),
    ...(timestamp === undefined ? [] : [{ text: 'timestamp signature', children: timestampBranches(timestamp) }]),
  ];
  return [
    pairs('user defined attributes', Object.entries(artifact.annotations ?? {}).toSorted(byName)),
    { text: 'unsigned attributes', children: unsigned },
    certificatesBranch(certificates),
    pairs('signed artifact', [
      ['media type', artifact.mediaType],
      ['digest', artifact.digest],
      ['size', `${artifact.size}`],
    ]),
  ];
}

function timestampBranches(timestamp: InspectedTimestamp): readonly Branch[] {
  if ('error' in timestamp) return [pair('error', timestamp.error)];
  const range = `[${ansicTime(timestamp.from)}, ${ansicTime(timestamp.to)}]`;
  return [pair('timestamp', range), certificatesBranch(timestamp.certificates)];
}

function certificatesBranch(certificates: readonly InspectedCertificate[]): Branch {
  return { text: 'certificates', children: certificates.map(certificateBranch) };
}

function certificateBranch({ fingerprint, issuedTo, issuedBy, expiry }: InspectedCertificate): Branch {
  const facts = [pair('issued to', issuedTo), pair('issued by', issuedBy), pair('expiry', ansicTime(expiry))];
  return { ...pair('SHA256 fingerprint', fingerprint), children: facts };
}

/** A heading with `name: value` below it, or `(empty)`. */
export function pairs(text: string, entries: readonly (readonly [string, string])[]): Branch {
  return { text, children: entries.length === 0 ? [{ text: '(empty)' }] : entries.map(([name, value]) => pair(name, value)) };
}

/** `name: value` on one line. */
export function pair(name: string, value: string): Branch {
  return { text: printable(`${name}: ${value}`) };
}
