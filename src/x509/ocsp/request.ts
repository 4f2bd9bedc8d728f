import type { Der } from '../../core/bytes.ts';
import { sequence } from '../asn1/der-encode.ts';
import type { Certificate } from '../certificate.ts';
import { encodeCertificateId } from './certificate-id.ts';

/**
 * An OCSPRequest for one certificate (RFC 6960 §4.1.1), unsigned and without extensions.
 *
 * There is no nonce in it. The specification asks for none and the reference sends none; responders that answer from prepared responses
 * (RFC 5019) would leave it unanswered, so that it could not be demanded back, and without a demand it protects nobody. An answer can be
 * replayed until its next update, which `checkOcspResponse` demands.
 */
export function makeOcspRequest(certificate: Certificate, issuer: Certificate): Der {
  const request = sequence(encodeCertificateId(certificate, issuer));
  return sequence(sequence(sequence(request)));
}
