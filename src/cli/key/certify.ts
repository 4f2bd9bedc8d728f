// Certificates for keys that have none: the request for one, or one that the key signs itself.
import type { Der } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { openKey } from '../../kms/index.ts';
import { parseCertificate } from '../../x509/certificate.ts';
import { checkCodeSigningChain } from '../../x509/chain/profile.ts';
import { codeSigningUsages, issueCertificate, selfSignedDraft } from '../../x509/issue/issue.ts';
import { makeRequest } from '../../x509/issue/request.ts';
import { parseSubject } from '../../x509/issue/subject.ts';
import type { ToolContext } from '../context.ts';
import { type KeyWish, withKeys } from '../sign/key-context.ts';
import { checkDestination, type Destination, deliver, encode, type Format } from './destination.ts';
import { toSubjectKey } from './subject-key.ts';

export interface Certify extends KeyWish, Destination {
  /** As trusted identities are written. */
  readonly subject: string;
  readonly format: Format;
}

/** Makes a PKCS#10 request that the key signs. @throws NotationError */
export async function requestCertificate(wish: Certify, context: ToolContext): Promise<number> {
  const subject = parseSubject(wish.subject);
  await checkDestination(wish);
  const der = await withKeys('key csr', wish, context, async (keys) => {
    const { sign, ...key } = await toSubjectKey(await openKey(wish.id, keys));
    return makeRequest({ subject, ...key, extensions: codeSigningUsages() }, sign);
  });
  await deliver(encode(der, 'CERTIFICATE REQUEST', wish.format), 'request', wish, context);
  return 0;
}

const longestDays = 3650;

/** Makes a certificate that the key signs itself, from now on for `days`. @throws NotationError */
export async function selfSign(wish: Certify & { readonly days: number }, context: ToolContext): Promise<number> {
  const subject = parseSubject(wish.subject);
  const validity = validityOf(wish.days, context.now());
  await checkDestination(wish);
  const der = await withKeys('key self-signed', wish, context, async (keys) => {
    const key = await toSubjectKey(await openKey(wish.id, keys));
    return issueCertificate(selfSignedDraft(subject, key.publicKeyInfo, validity), key.sign);
  });
  checkOwnWork(der, validity.notBefore);
  await deliver(encode(der, 'CERTIFICATE', wish.format), `certificate (expires ${validity.notAfter.toISOString()})`, wish, context);
  return 0;
}

function validityOf(days: number, notBefore: Date): { readonly notBefore: Date; readonly notAfter: Date } {
  if (Number.isInteger(days) && days >= 1 && days <= longestDays)
    return { notBefore, notAfter: new Date(notBefore.getTime() + days * 86_400_000) };
  throw new NotationError('REQUEST', `days: expected a whole number from 1 to ${longestDays}, found ${days}`, {
    hint: 'who verifies must trust each new certificate: a year is a good measure',
  });
}

/** Nothing leaves that notation would refuse. */
function checkOwnWork(der: Der, at: Date): void {
  checkCodeSigningChain([parseCertificate(der)], at);
}
