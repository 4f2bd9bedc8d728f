// Whether an OCSP response may be believed, and what it then says of one certificate (RFC 6960 §3.2, REV-007 to REV-009).

import { readAll, tag } from '../asn1/der.ts';
import { decodeTime } from '../asn1/der-value.ts';
import { type Certificate, nameOf } from '../certificate.ts';
import { asRevocationError, unusableAnswer } from '../revocation/error.ts';
import { isIdOf } from './certificate-id.ts';
import type { AnswerStatus, OcspResponse, SingleAnswer } from './response.ts';
import { checkOcspSigner } from './signer.ts';

/** Which certificate is asked about, and when. */
export interface OcspQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly now: Date;
}

/** What an authorised responder says, as long as it holds. */
export interface OcspAnswer {
  /** For one that is revoked, the date from which its signatures are not to be trusted, where that is stated. */
  readonly status: AnswerStatus & { readonly invalidityDate?: Date };
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** The responder's certificate, where the CA let another key answer, and did not say that its certificate need not be checked (REV-010). */
  readonly unchecked?: Certificate;
}

/**
 * Checks that a response is about the certificate, holds now, and is signed by its issuer or by whom the issuer lets answer. Of several answers
 * about the certificate one that says revoked counts. Whether the responder's own certificate is revoked is not looked at.
 * @throws NotationError `REVOCATION`, with what was expected and found.
 */
export function checkOcspResponse(response: OcspResponse, question: OcspQuestion): OcspAnswer {
  return asRevocationError(what, () => {
    const { status, thisUpdate, nextUpdate, extensions } = findAnswer(response, question);
    checkExtensions([...response.extensions, ...extensions]);
    checkBegin('this update', thisUpdate, question.now);
    checkBegin('produced at', response.producedAt, question.now);
    const unchecked = checkOcspSigner(response, question.issuer, question.now);
    const invalidityDate = status.kind === 'revoked' ? readInvalidityDate(extensions) : undefined;
    return {
      status: { ...status, ...(invalidityDate && { invalidityDate }) },
      thisUpdate,
      nextUpdate: checkEnd(nextUpdate, question.now),
      ...(unchecked && { unchecked }),
    };
  });
}

const what = 'OCSP response';
const invalidityDateOid = '2.5.29.24';
/** What clocks may differ by; the reference looks at neither of the times that must have passed. */
const toleranceMs = 5 * 60_000;

function findAnswer({ answers }: OcspResponse, { certificate, issuer }: OcspQuestion): SingleAnswer {
  const own = answers.filter(({ id }) => isIdOf(id, certificate, issuer));
  const answer = own.find(({ status }) => status.kind === 'revoked') ?? own.find(({ status }) => status.kind === 'unknown') ?? own[0];
  if (answer) return answer;
  throw unusableAnswer(what, `expected an answer for ${nameOf(certificate)}, found ${answers.length} for others`);
}

function checkExtensions(extensions: SingleAnswer['extensions']): void {
  const critical = extensions.find((extension) => extension.critical);
  if (critical) throw unusableAnswer(what, `expected no critical extension, found ${critical.oid}`);
}

function checkBegin(name: string, begin: Date, now: Date): void {
  if (begin.getTime() <= now.getTime() + toleranceMs) return;
  throw unusableAnswer(what, `expected ${name} to have passed at ${now.toISOString()}, found ${begin.toISOString()}`, {
    hint: "check this machine's clock",
  });
}

// Without a next update newer answers are always to be had, so that this one is never current (RFC 6960 §4.2.2.1, REV-008).
function checkEnd(nextUpdate: Date | undefined, now: Date): Date {
  if (nextUpdate === undefined) throw unusableAnswer(what, 'expected a next update, found none');
  if (now <= nextUpdate) return nextUpdate;
  throw unusableAnswer(what, `expected a next update at ${now.toISOString()} or later, found ${nextUpdate.toISOString()}`);
}

// A date that cannot be read takes nothing from the revocation.
function readInvalidityDate(extensions: SingleAnswer['extensions']): Date | undefined {
  const [found, second] = extensions.filter(({ oid }) => oid === invalidityDateOid);
  if (!found || second) return undefined;
  try {
    return readAll(found.value, what, (cursor) => decodeTime(tag.generalizedTime, cursor.read(tag.generalizedTime).value, what));
  } catch {
    return undefined;
  }
}
