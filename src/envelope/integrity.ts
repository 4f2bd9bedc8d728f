// Integrity: what can be said of an envelope from itself alone (trust store and policy specification § Steps, 3).
import { NotationError } from '../core/error.ts';
import type { Envelope, Verified } from '../core/model.ts';
import { payloadMediaType } from '../core/payload.ts';
import { type Certificate, nameOf, parseCertificate } from '../x509/certificate.ts';
import { checkCodeSigningChain, checkValidity } from '../x509/chain/profile.ts';
import { verifySignature } from '../x509/public-key.ts';
import type { EnvelopeCodec } from './codec.ts';

/**
 * Checks that the envelope's own certificates and signature hold it together: its chain obeys the rules for code signing, whatever
 * the time; its algorithm is the one of the leaf's key; it holds the Notary Project's payload; and its signature is the leaf's.
 * Whether anybody trusts the chain is another matter.
 * @param chain what `chainOf` answers, for those who need it too
 * @throws NotationError `CERTIFICATE` or `KEY_UNUSABLE` for the chain, `ENVELOPE` for the payload's type, `SIGNATURE` for the rest.
 */
export function checkIntegrity(envelope: Envelope, chain: readonly Certificate[] = chainOf(envelope)): Verified<Envelope> {
  return checkWith(envelope, chain);
}

/**
 * Reads an envelope that was just sealed as its readers will, and checks besides its integrity that the chain is valid at the signing time.
 * @throws NotationError as `parse` and `checkIntegrity`, and `CERTIFICATE` for the first certificate that is not valid.
 */
export function checkSealed(codec: EnvelopeCodec, bytes: Uint8Array): Verified<Envelope> {
  const envelope = codec.parse(bytes);
  const chain = chainOf(envelope);
  const verified = checkWith(envelope, chain);
  checkValidity(chain, envelope.signed.signingTime.at);
  return verified;
}

/**
 * The envelope's certificates, read by `read` and in the envelope's order, which is leaf first where it is well made.
 * @throws NotationError `CERTIFICATE` for one that is malformed
 */
export function chainOf({ certificates }: Envelope, read: typeof parseCertificate = parseCertificate): readonly Certificate[] {
  return certificates.map((der, index) => read(der, `certificate ${index + 1} of the envelope`));
}

function checkWith(envelope: Envelope, chain: readonly Certificate[]): Verified<Envelope> {
  const { algorithm, payload, message, signature } = envelope;
  const expected = checkCodeSigningChain(chain);
  const [leaf] = chain as readonly [Certificate];
  if (algorithm !== expected) {
    const ofKey = `${expected.signing}, which the ${expected.keySpec} key of ${nameOf(leaf)} signs with`;
    throw new NotationError('SIGNATURE', `envelope: expected the algorithm ${ofKey}, found ${algorithm.signing}`);
  }
  if (payload.contentType !== payloadMediaType) {
    const found = JSON.stringify(payload.contentType).slice(0, 200);
    throw new NotationError('ENVELOPE', `envelope: expected a payload of type ${payloadMediaType}, found ${found}`);
  }
  if (!verifySignature(leaf.publicKeyInfo, algorithm, message, signature)) {
    const hint = 'the envelope was changed after it was signed, or the certificate is not of the key that signed it';
    throw new NotationError('SIGNATURE', `envelope: expected a signature by ${nameOf(leaf)}, found one that it did not make`, { hint });
  }
  return envelope as Verified<Envelope>;
}
