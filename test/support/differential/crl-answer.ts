// CRLs, right and wrong (RFC 5280 §5).
import type { Der } from '../../../src/core/bytes.ts';
import { element, explicit, integer, sequence, time } from '../../../src/x509/asn1/der-encode.ts';
import { type ExtensionDraft, encodeExtensions, encodeName, sealCertificate } from '../../../src/x509/issue/issue.ts';
import { daysFrom } from './day.ts';
import { authorityKey } from './keys.ts';
import { distributionPoints, type Minted, signStructure } from './mint.ts';
import { invalidityDate } from './ocsp-answer.ts';
import type { Answerer, Question } from './plan.ts';

/** What a CRL says; what is absent is as it should be. */
export interface CrlWish {
  readonly entries?: readonly CrlEntryWish[];
  /** Days from now; negative is past. */
  readonly thisUpdate?: number;
  /** The same; `none` leaves it out. */
  readonly nextUpdate?: number | 'none';
  readonly signer?: 'issuer' | 'a stranger' | 'the subject';
  /** In the name of another than the issuer. */
  readonly misnamed?: boolean;
  readonly number?: number | 'none';
  /** The number of the base that it is a delta to. */
  readonly deltaOf?: number;
  readonly freshest?: CrlWish | 'dead';
  readonly extensions?: readonly ExtensionDraft[];
  /** What to make of what is signed. */
  readonly tbs?: (tbs: Uint8Array) => Uint8Array;
  readonly form?: 'DER' | 'PEM' | 'spoiled' | 'garbage' | 'with bytes left over';
}

export interface CrlEntryWish {
  /** A certificate that is not in question; the subject when absent. */
  readonly ofAnother?: boolean;
  /** 9 when absent. */
  readonly daysAgo?: number;
  readonly reason?: number;
  readonly invalidDaysAgo?: number;
  readonly extensions?: readonly ExtensionDraft[];
}

/** Answers with a CRL of the subject's issuer. */
export function crl(wish: CrlWish = {}): Answerer {
  return (question) => ({ type: 'application/pkix-crl', body: formed(wish, encode(wish, question)) });
}

function formed({ form = 'DER' }: CrlWish, der: Der): Uint8Array {
  if (form === 'garbage') return Buffer.from('<html>moved</html>');
  if (form === 'with bytes left over') return Buffer.concat([der, Uint8Array.of(0)]);
  if (form === 'PEM') return Buffer.from(`-----BEGIN X509 CRL-----\n${Buffer.from(der).toString('base64')}\n-----END X509 CRL-----\n`);
  return der;
}

function encode(wish: CrlWish, question: Question): Der {
  const { thisUpdate = -1, nextUpdate = 7, form, entries = [] } = wish;
  const { issuer, subject, now } = question;
  const signer =
    wish.signer === 'the subject' ? subject.key : wish.signer === 'a stranger' ? authorityKey('EC-256', 'stranger') : issuer.key;
  const { algorithm } = signStructure(signer, 'usual', Buffer.of());
  const listed = entries.map((entry) => encodeEntry(entry, subject, now));
  const draft = sequence(
    integer(1),
    algorithm,
    wish.misnamed ? encodeName([['CN', 'another']]) : issuer.subject,
    time(daysFrom(now, thisUpdate)),
    ...(nextUpdate === 'none' ? [] : [time(daysFrom(now, nextUpdate))]),
    ...(listed.length > 0 ? [sequence(...listed)] : []),
    ...extensionsOf(wish, question),
  );
  const tbs = wish.tbs?.(draft) ?? draft;
  return sealCertificate(tbs, algorithm, signStructure(signer, form === 'spoiled' ? 'changed' : 'usual', tbs).value);
}

function extensionsOf(wish: CrlWish, question: Question): readonly Der[] {
  const { number = 10, deltaOf, freshest, extensions = [] } = wish;
  const own: readonly ExtensionDraft[] = [
    ...(number === 'none' ? [] : [{ oid: '2.5.29.20', critical: false, value: integer(number) }]),
    ...(deltaOf === undefined ? [] : [{ oid: '2.5.29.27', critical: true, value: integer(deltaOf) }]),
    ...(freshest === undefined ? [] : [distributionPoints([freshestUrl(freshest, question)], '2.5.29.46')]),
    ...extensions,
  ];
  return own.length > 0 ? [explicit(0, encodeExtensions(own))] : [];
}

function freshestUrl(freshest: CrlWish | 'dead', question: Question): string {
  if (freshest === 'dead') return question.dead;
  return question.address('delta.crl', () => ({ body: formed(freshest, encode(freshest, question)) }));
}

function encodeEntry(wish: CrlEntryWish, subject: Minted, now: Date): Der {
  const { reason, invalidDaysAgo, extensions = [], ofAnother = false, daysAgo = 9 } = wish;
  const own: readonly ExtensionDraft[] = [
    ...(reason === undefined ? [] : [{ oid: '2.5.29.21', critical: false, value: element(0x0a, Uint8Array.of(reason)) }]),
    ...(invalidDaysAgo === undefined ? [] : [invalidityDate(daysFrom(now, -invalidDaysAgo))]),
    ...extensions,
  ];
  const serial = ofAnother ? Buffer.from('77', 'hex') : Buffer.from(subject.plan.serial, 'hex');
  return sequence(integer(serial), time(daysFrom(now, -daysAgo)), ...(own.length > 0 ? [encodeExtensions(own)] : []));
}
