// Asking the responders that a certificate names.
import { NotationError } from '../core/error.ts';
import type { Clock, Http } from '../core/ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { checkOcspResponse, type OcspAnswer } from '../x509/ocsp/check.ts';
import { makeOcspRequest } from '../x509/ocsp/request.ts';
import { parseOcspResponse } from '../x509/ocsp/response.ts';
import type { RevocationProblem, RevocationSource } from '../x509/revocation/report.ts';
import { exchangeOcsp } from './ocsp-exchange.ts';

export interface OcspOptions {
  readonly http: Http;
  readonly now: Clock;
  /** Milliseconds for each responder. */
  readonly patienceMs: number;
  /** Makes sure that a responder's own certificate is not revoked. @throws NotationError when it is, or that cannot be told */
  readonly checkResponder: (responder: Certificate, issuer: Certificate) => Promise<void>;
}

/** What the responders say; `problems` are those that said nothing of use before. */
export type OcspFindings = { readonly problems: readonly RevocationProblem[] } & (
  | { readonly status: Exclude<OcspAnswer['status'], { readonly kind: 'unknown' }>; readonly source: RevocationSource }
  /** None answered, or the one that did does not know the certificate. */
  | { readonly status: undefined }
);

/**
 * Asks the responders of a certificate in the certificate's order until one answers; that it does not know the certificate is an answer (REV-006,
 * REV-008). Never throws for what responders do.
 */
export async function askOcsp(certificate: Certificate, issuer: Certificate, options: OcspOptions): Promise<OcspFindings> {
  const problems: RevocationProblem[] = [];
  for (const url of certificate.ocspUrls.slice(0, maximumResponders)) {
    try {
      const { status, thisUpdate, nextUpdate } = await ask(url, certificate, issuer, options);
      if (status.kind !== 'unknown') return { status, source: { method: 'OCSP', url, thisUpdate, nextUpdate, cached: false }, problems };
      return { status: undefined, problems: [...problems, problemOf(url, unknown(url))] };
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      problems.push(problemOf(url, error));
    }
  }
  const left = certificate.ocspUrls[maximumResponders];
  if (left !== undefined) problems.push(problemOf(left, tooMany(certificate)));
  return { status: undefined, problems };
}

/** Certificates name one, some two; each may cost its whole patience. */
const maximumResponders = 8;

async function ask(url: string, certificate: Certificate, issuer: Certificate, options: OcspOptions): Promise<OcspAnswer> {
  const { http, now, patienceMs, checkResponder } = options;
  const response = parseOcspResponse(await exchangeOcsp(makeOcspRequest(certificate, issuer), { url, http, patienceMs }));
  const answer = checkOcspResponse(response, { certificate, issuer, now: now() });
  if (answer.unchecked) await checkResponder(answer.unchecked, issuer);
  return answer;
}

function unknown(url: string): NotationError {
  return new NotationError(
    'REVOCATION',
    `OCSP responder: ${new URL(url).host}: expected good or revoked, found that it does not know the certificate`,
    {
      hint: 'tell whoever runs the certificate authority',
    },
  );
}

function tooMany({ ocspUrls }: Certificate): NotationError {
  return new NotationError(
    'REVOCATION',
    `OCSP responder: expected one of the first ${maximumResponders} to answer, found ${ocspUrls.length}`,
    {
      hint: 'this is not what an honest certificate authority writes',
    },
  );
}

function problemOf(url: string, error: NotationError): RevocationProblem {
  return { method: 'OCSP', url, error };
}
