// What OCSP responders answer, right and wrong (RFC 6960).
import { createHash } from 'node:crypto';
import type { Der } from '../../../src/core/bytes.ts';
import { constructedContextTag, readMany, readSequence } from '../../../src/x509/asn1/der.ts';
import { bitString, element, explicit, integer, nullValue, octetString, oid, sequence } from '../../../src/x509/asn1/der-encode.ts';
import { type ExtensionDraft, encodeExtensions, extendedKeyUsage, keyUsage } from '../../../src/x509/issue/issue.ts';
import { generalizedTime } from '../timestamp-token.ts';
import type { Reply } from './answers.ts';
import { day, daysFrom } from './day.ts';
import { authorityKey } from './keys.ts';
import { type Minted, mintBelow, signStructure } from './mint.ts';
import type { Answerer, CertificateSignature, Question } from './plan.ts';

/** What a responder says of a certificate; what is absent is as it should be. */
export interface OcspWish {
  readonly status?: 'good' | 'unknown' | Revoked;
  /** Days from now; negative is past. */
  readonly thisUpdate?: number;
  /** The same; `none` leaves it out. */
  readonly nextUpdate?: number | 'none';
  readonly signer?: OcspSigner;
  /** About a certificate of another serial number. */
  readonly misses?: boolean;
  /** A signature that does not verify. */
  readonly spoiled?: boolean;
  readonly nonce?: 'echoed' | 'ignored' | 'another';
  /** RSASSA-PSS by RSA keys, instead of PKCS#1 v1.5. */
  readonly pss?: boolean;
  /** What to make of what is signed. */
  readonly data?: (data: Uint8Array) => Uint8Array;
  /** What to make of the finished response. */
  readonly finish?: (response: Uint8Array) => Uint8Array;
  /** An OCSPResponseStatus instead of an answer. */
  readonly failure?: number;
}

export interface Revoked {
  readonly revokedDaysAgo: number;
  readonly reason?: number;
  readonly invalidDaysAgo?: number;
}

export type OcspSigner =
  | 'issuer'
  | 'issuer, its certificate sent along'
  | 'delegate'
  | 'delegate to be checked'
  | 'delegate without the purpose'
  | 'delegate that expired'
  | 'delegate of another'
  | 'a stranger'
  | 'the subject';

/** Answers questions about the subject as a responder. */
export function ocsp(wish: OcspWish = {}): Answerer {
  return (question) => ({
    type: 'application/ocsp-response',
    body: wish.failure === undefined ? finished(wish, respond(wish, question)) : failed(wish.failure),
  });
}

function finished({ finish }: OcspWish, response: Uint8Array): Uint8Array {
  return finish?.(response) ?? response;
}

/** Answers with something else than a response of OCSP. */
export function plainly(reply: Reply): Answerer {
  return () => reply;
}

function failed(status: number): Der {
  return sequence(element(0x0a, Uint8Array.of(status)));
}

function respond(wish: OcspWish, question: Question): Der {
  const { certId, nonce } = readRequest(question.request);
  const { by, certificates } = signerOf(wish.signer ?? 'issuer', question);
  const draft = sequence(
    responderId(by),
    generalizedTime(timeText(question.now)),
    sequence(singleResponse(wish, question, certId)),
    ...responseExtensions(nonce, wish.nonce ?? 'echoed'),
  );
  const data = wish.data?.(draft) ?? draft;
  const { algorithm, value } = signStructure(by.key, styleOf(wish, by), data);
  const sent = certificates.length > 0 ? [explicit(0, sequence(...certificates.map(({ der }) => der)))] : [];
  const basic = sequence(data, algorithm, bitString(value), ...sent);
  const bytes = sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString(basic));
  return sequence(element(0x0a, Uint8Array.of(0)), explicit(0, bytes));
}

// Responders with RSA keys sign with PKCS#1 v1.5, as all software knows it.
function styleOf({ spoiled, pss }: OcspWish, { key: { privateKey } }: Minted): CertificateSignature {
  if (spoiled) return 'changed';
  return privateKey.asymmetricKeyType === 'rsa' && !pss ? 'PKCS#1' : 'usual';
}

interface Request {
  /** The CertID of the first question. */
  readonly certId: Der;
  readonly nonce?: Der;
}

const nonceOid = '1.3.6.1.5.5.7.48.1.2';

function readRequest(request: Uint8Array): Request {
  return readSequence(request, 'request', (outer) => {
    const inner = outer.read(0x30).der;
    if (!outer.done) outer.any();
    return readSequence(inner, 'request', (fields) => {
      fields.optional(constructedContextTag(0));
      fields.optional(constructedContextTag(1));
      const list = fields.read(0x30).der;
      const nonce = fields.done ? undefined : nonceIn(fields.any().value);
      const certId = readSequence(list, 'requests', (items) => {
        const first = items.read(0x30).der;
        readMany(items, () => items.any());
        return readSequence(first, 'request', (one) => {
          const id = one.read(0x30).der;
          if (!one.done) one.any();
          return id;
        });
      });
      return { certId, ...(nonce && { nonce }) };
    });
  });
}

function nonceIn(extensions: Der): Der | undefined {
  const found = readSequence(extensions, 'extensions', (list) =>
    readMany(list, () =>
      readSequence(list.read(0x30).der, 'extension', (fields) => {
        const type = fields.oid();
        if (fields.peek() === 0x01) fields.boolean();
        return { type, value: fields.octetString() };
      }),
    ),
  );
  return found.find(({ type }) => type === nonceOid)?.value;
}

function responseExtensions(nonce: Der | undefined, how: 'echoed' | 'ignored' | 'another'): readonly Der[] {
  if (how === 'ignored' || nonce === undefined) return [];
  const value = how === 'echoed' ? nonce : octetString(Buffer.alloc(16, 7));
  return [explicit(1, encodeExtensions([{ oid: nonceOid, critical: false, value }]))];
}

function singleResponse(wish: OcspWish, { now }: Question, certId: Der): Der {
  const { status = 'good', thisUpdate = -1, nextUpdate = 1, misses = false } = wish;
  const next = nextUpdate === 'none' ? [] : [explicit(0, generalizedTime(timeText(daysFrom(now, nextUpdate))))];
  const extensions =
    typeof status === 'string' || status.invalidDaysAgo === undefined ? [] : [invalidityDate(daysFrom(now, -status.invalidDaysAgo))];
  return sequence(
    misses ? ofAnother(certId) : certId,
    statusOf(status, now),
    generalizedTime(timeText(daysFrom(now, thisUpdate))),
    ...next,
    ...(extensions.length > 0 ? [explicit(1, encodeExtensions(extensions))] : []),
  );
}

/** InvalidityDate (RFC 5280 §5.3.2), here and in CRLs. */
export function invalidityDate(at: Date): ExtensionDraft {
  return { oid: '2.5.29.24', critical: false, value: generalizedTime(timeText(at)) };
}

/** `20261124120000Z`. */
export function timeText(at: Date): string {
  return `${at.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`;
}

function statusOf(status: NonNullable<OcspWish['status']>, now: Date): Der {
  if (status === 'good') return element(0x80);
  if (status === 'unknown') return element(0x82);
  const reason = status.reason === undefined ? [] : [explicit(0, element(0x0a, Uint8Array.of(status.reason)))];
  return element(0xa1, generalizedTime(timeText(daysFrom(now, -status.revokedDaysAgo))), ...reason);
}

function ofAnother(certId: Der): Der {
  return readSequence(certId, 'certID', (fields) => {
    const kept = [fields.any().der, fields.any().der, fields.any().der];
    fields.any();
    return sequence(...kept, integer(4711));
  });
}

function responderId({ key }: Minted): Der {
  const bits = readSequence(key.spki, 'key', (fields) => {
    fields.any();
    return fields.bitString().bytes;
  });
  return explicit(2, octetString(createHash('sha1').update(bits).digest()));
}

function signerOf(
  signer: OcspSigner,
  { subject, issuer, now }: Question,
): { readonly by: Minted; readonly certificates: readonly Minted[] } {
  if (signer === 'issuer') return { by: issuer, certificates: [] };
  if (signer === 'issuer, its certificate sent along') return { by: issuer, certificates: [issuer] };
  if (signer === 'the subject') return { by: subject, certificates: [] };
  if (signer === 'a stranger') return { by: { ...issuer, key: authorityKey('EC-256', 'stranger') }, certificates: [] };
  const delegate = mintDelegate(signer, issuer, now);
  return { by: delegate, certificates: [delegate] };
}

function mintDelegate(signer: OcspSigner, issuer: Minted, now: Date): Minted {
  const purpose = signer === 'delegate without the purpose' ? '1.3.6.1.5.5.7.3.3' : '1.3.6.1.5.5.7.3.9';
  const noCheck: ExtensionDraft = { oid: '1.3.6.1.5.5.7.48.1.5', critical: false, value: nullValue() };
  const plan = {
    name: 'responder',
    key: { authority: 'EC-256' },
    subject: [['CN', 'responder']],
    notBefore: new Date(now.getTime() - 30 * day),
    notAfter: daysFrom(now, signer === 'delegate that expired' ? -2 : 30),
    serial: '0a11ce',
    extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([purpose]), ...(signer === 'delegate to be checked' ? [] : [noCheck])],
    signature: signer === 'delegate of another' ? 'of another key' : 'usual',
    responders: [],
    lists: [],
  } as const;
  return mintBelow(plan, issuer);
}
