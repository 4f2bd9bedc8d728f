// OCSP responses of any kind, right and wrong, each signed by a real key.
import { createHash } from 'node:crypto';
import type { Der } from '../../src/core/bytes.ts';
import * as encode from '../../src/x509/asn1/der-encode.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { type ExtensionDraft, encodeExtensions } from '../../src/x509/issue/issue.ts';
import { hashKey, type IdHash } from '../../src/x509/ocsp/certificate-id.ts';
import { encodeSignatureAlgorithm, encodeSignatureValue } from '../../src/x509/signature-algorithm.ts';
import { during, type Holder } from './pki.ts';

/** How a response is made; what is left out is as it should be. */
export interface ResponseWish {
  /** Who signs. */
  readonly signer: Holder;
  readonly answers: readonly AnswerWish[];
  /** By the name unless said; bytes stand for the whole ResponderID. */
  readonly responder?: 'name' | 'key' | Der;
  readonly producedAt?: Date;
  readonly version?: number;
  readonly extensions?: readonly ExtensionDraft[];
  readonly certificates?: readonly Der[];
  readonly signatureAlgorithm?: Der;
  readonly signature?: (message: Uint8Array) => Uint8Array;
  /** Of the signature's BIT STRING. */
  readonly unusedBits?: number;
  readonly responseStatus?: number | readonly number[];
  readonly responseType?: string;
}

export interface AnswerWish {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly hash?: IdHash;
  /** Replaces the CertID. */
  readonly id?: Der;
  readonly status?: 'good' | 'unknown' | 'revoked' | Der;
  readonly thisUpdate?: Date;
  /** One day after `during` unless said. */
  readonly nextUpdate?: Date | 'none';
  readonly extensions?: readonly ExtensionDraft[];
}

/** When `'revoked'` says that it was. */
export const revokedAt: Date = new Date('2026-05-01T00:00:00Z');
export const oids = { basic: '1.3.6.1.5.5.7.48.1.1', nonce: '1.3.6.1.5.5.7.48.1.2', invalidityDate: '2.5.29.24' } as const;

/** An OCSPResponse. */
export async function makeOcspResponse(wish: ResponseWish): Promise<Der> {
  const { signer, responseStatus = 0, responseType = oids.basic } = wish;
  const data = makeData(wish);
  const signature = wish.signature?.(data) ?? encodeSignatureValue(signer.key.algorithm, await signer.key.sign(data));
  const basic = encode.sequence(
    data,
    wish.signatureAlgorithm ?? encodeSignatureAlgorithm(signer.key.algorithm),
    encode.element(0x03, Uint8Array.of(wish.unusedBits ?? 0), signature),
    ...(wish.certificates ? [encode.explicit(0, encode.sequence(...wish.certificates))] : []),
  );
  const bytes = encode.sequence(encode.oid(responseType), encode.octetString(basic));
  return encode.sequence(enumerated(responseStatus), encode.explicit(0, bytes));
}

/** RevokedInfo, as a CertStatus. */
export function revokedStatus(at: Date, reason?: number): Der {
  return encode.element(0xa1, generalizedTime(at), ...(reason === undefined ? [] : [encode.explicit(0, enumerated(reason))]));
}

export function invalidityDate(date: Date, critical = false): ExtensionDraft {
  return { oid: oids.invalidityDate, critical, value: generalizedTime(date) };
}

/** CertID. */
export function certificateId({ serial, issuer: { der } }: Certificate, issuer: Certificate, hash: IdHash = 'sha1'): Der {
  const algorithms = {
    sha1: '1.3.14.3.2.26',
    sha256: '2.16.840.1.101.3.4.2.1',
    sha384: '2.16.840.1.101.3.4.2.2',
    sha512: '2.16.840.1.101.3.4.2.3',
  };
  return encode.sequence(
    encode.sequence(encode.oid(algorithms[hash])),
    encode.octetString(createHash(hash).update(der).digest()),
    encode.octetString(hashKey(issuer, hash)),
    encode.integer(Buffer.from(serial, 'hex')),
  );
}

function makeData(wish: ResponseWish): Der {
  const { version, producedAt = during, extensions = [] } = wish;
  return encode.sequence(
    ...(version === undefined ? [] : [encode.explicit(0, encode.integer(version))]),
    responderId(wish),
    generalizedTime(producedAt),
    encode.sequence(...wish.answers.map(makeAnswer)),
    ...extensionsField(extensions),
  );
}

function responderId({ responder = 'name', signer: { certificate } }: ResponseWish): Der {
  if (responder === 'name') return encode.explicit(1, certificate.subject.der);
  if (responder === 'key') return encode.explicit(2, encode.octetString(hashKey(certificate, 'sha1')));
  return responder;
}

function makeAnswer(wish: AnswerWish): Der {
  const { certificate, issuer, hash, status = 'good', thisUpdate = during, nextUpdate = new Date(during.getTime() + 86_400_000) } = wish;
  const statuses = {
    good: encode.implicit(0, new Uint8Array()),
    unknown: encode.implicit(2, new Uint8Array()),
    revoked: revokedStatus(revokedAt),
  };
  return encode.sequence(
    wish.id ?? certificateId(certificate, issuer, hash),
    typeof status === 'string' ? statuses[status] : status,
    generalizedTime(thisUpdate),
    ...(nextUpdate === 'none' ? [] : [encode.explicit(0, generalizedTime(nextUpdate))]),
    ...extensionsField(wish.extensions ?? []),
  );
}

function extensionsField(extensions: readonly ExtensionDraft[]): readonly Der[] {
  return extensions.length > 0 ? [encode.explicit(1, encodeExtensions(extensions))] : [];
}

function enumerated(value: number | readonly number[]): Der {
  return encode.element(0x0a, Uint8Array.from([value].flat()));
}

function generalizedTime(date: Date): Der {
  return encode.element(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, ''), 'latin1'));
}
