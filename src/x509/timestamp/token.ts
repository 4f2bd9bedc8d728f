// TimeStampToken (RFC 3161 §2.4.2), as it is read; timestamp-check.ts says whether it may be believed.
import { minimizeLengths } from '../asn1/ber.ts';
import { type Certificate, parseCertificate } from '../certificate.ts';
import { parseSignedData } from '../cms.ts';
import { asTimestampError, brokenToken } from './error.ts';
import { parseTimestampInfo, type TimestampInfo } from './info.ts';

/** One token as it was read. Nothing in it is trusted. */
export interface TimestampToken {
  readonly info: TimestampInfo;
  /** The DER of `info`: what the signers sign. */
  readonly content: Uint8Array;
  /** In the token's order, which means nothing. */
  readonly certificates: readonly Certificate[];
  /** SignerInfos, each as DER. */
  readonly signers: readonly Uint8Array[];
}

/**
 * Reads a TimeStampToken: a CMS ContentInfo, in DER or in BER with definite lengths.
 * @throws NotationError `TIMESTAMP` when it is malformed, holds something else than a TSTInfo of version 1, or a certificate that cannot be read.
 */
export function parseTimestampToken(bytes: Uint8Array): TimestampToken {
  return asTimestampError(() => {
    const { version, contentType, content, certificates, signers } = parseSignedData(minimizeLengths(bytes, what), what);
    if (version !== 3) throw brokenToken(`expected signed data of version 3, found ${version}`);
    if (contentType !== timestampInfoOid) throw brokenToken(`expected content of type ${timestampInfoOid} (TSTInfo), found ${contentType}`);
    if (content === undefined) throw brokenToken('expected a TSTInfo, found no content');
    return {
      info: parseTimestampInfo(content, `${what}, TSTInfo`),
      content,
      certificates: certificates.map((der, index) => parseCertificate(der, `${what}, certificate ${index + 1}`)),
      signers,
    };
  });
}

/** The object identifier of the content type. */
export const timestampInfoOid = '1.2.840.113549.1.9.16.1.4';

const what = 'timestamp token';
