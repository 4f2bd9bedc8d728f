// The two encodings, each loaded only when it is needed: COSE brings a CBOR library.
import { NotationError } from '../core/error.ts';
import type { EnvelopeFormat, EnvelopeMediaType } from '../core/model.ts';
import type { EnvelopeCodec } from './codec.ts';

interface Encoding {
  readonly format: EnvelopeFormat;
  readonly mediaType: EnvelopeMediaType;
  /** Of a blob's signature file, after the blob's own name. */
  readonly fileSuffix: string;
  load(): Promise<EnvelopeCodec>;
}

const encodings: readonly Encoding[] = [
  { format: 'jws', mediaType: 'application/jose+json', fileSuffix: '.jws.sig', load: async () => (await import('./jws.ts')).jws },
  { format: 'cose', mediaType: 'application/cose', fileSuffix: '.cose.sig', load: async () => (await import('./cose.ts')).cose },
];

/** The codec of a format. */
export function codecOfFormat(format: EnvelopeFormat): Promise<EnvelopeCodec> {
  return encodingOf(format).load();
}

/** The codec of a media type. @throws NotationError `ENVELOPE` when it is of no envelope that this program reads */
export async function codecOfMediaType(mediaType: string): Promise<EnvelopeCodec> {
  const encoding = encodings.find((one) => one.mediaType === mediaType);
  if (encoding) return encoding.load();
  const known = encodings.map((one) => one.mediaType).join(' or ');
  throw new NotationError(
    'ENVELOPE',
    `signature envelope: expected the media type ${known}, found ${JSON.stringify(mediaType).slice(0, 200)}`,
  );
}

/** `application/jose+json` of `jws`. */
export function mediaTypeOf(format: EnvelopeFormat): EnvelopeMediaType {
  return encodingOf(format).mediaType;
}

/** What notation appends to a blob's file name for its signature: `.jws.sig`. */
export function fileSuffixOf(format: EnvelopeFormat): string {
  return encodingOf(format).fileSuffix;
}

/** The format that a signature's file name tells; undefined when it tells none. */
export function formatOfFile(name: string): EnvelopeFormat | undefined {
  return encodings.find(({ fileSuffix }) => name.endsWith(fileSuffix))?.format;
}

function encodingOf(format: EnvelopeFormat): Encoding {
  const encoding = encodings.find((one) => one.format === format);
  if (encoding) return encoding;
  throw new NotationError('INTERNAL', `no signature format ${JSON.stringify(format)}`);
}
