// Whether the signing chain was valid when it counts, and who says when that was (trust store and trust policy specification § Steps, 6).
import { NotationError, restated } from '../core/error.ts';
import type { Envelope } from '../core/model.ts';
import type { Demands } from '../policy/statement.ts';
import { type Certificate, nameOf } from '../x509/certificate.ts';
import { findInvalid } from '../x509/chain/profile.ts';
import type { Timestamp } from '../x509/timestamp/check.ts';
import { readStores } from './authenticity.ts';
import type { Verdict } from './outcome.ts';
import type { VerificationPorts } from './ports.ts';
import { judgeRevocation } from './revocation.ts';

export interface TimedSignature {
  readonly envelope: Envelope;
  /** Leaf first. */
  readonly chain: readonly Certificate[];
}

/**
 * Checks the chain's validity: at the authentic signing time where the scheme has one; at the timestamp where the statement asks for a
 * countersignature (TSV-001); now otherwise.
 * @throws NotationError `CERTIFICATE` for a certificate that was not valid, `TIMESTAMP`, and what reading the stores throws
 */
export async function judgeAuthenticTimestamp(
  signature: TimedSignature,
  statement: Demands,
  ports: VerificationPorts,
): Promise<Verdict<'authenticTimestamp'>> {
  const { scheme, signingTime } = signature.envelope.signed;
  if (scheme === 'notary.x509.signingAuthority') return judgeAt(signature.chain, { time: 'authentic signing time', at: signingTime.at });
  const now = ports.now();
  if (!wantsTimestamp(signature.chain, statement, now)) return judgeAt(signature.chain, { time: 'now', at: now });
  return judgeTimestamp(signature, statement, ports);
}

function wantsTimestamp(chain: readonly Certificate[], { trustStores, verifyTimestamp }: Demands, now: Date): boolean {
  if (!trustStores.some(({ type }) => type === 'tsa')) return false;
  return verifyTimestamp === 'always' || chain.some(({ notAfter }) => now > notAfter);
}

function judgeAt(
  chain: readonly Certificate[],
  evidence: { readonly time: 'now' | 'authentic signing time'; readonly at: Date },
): Verdict<'authenticTimestamp'> {
  const [invalid] = findInvalid(chain, evidence.at);
  if (invalid === undefined) return { result: 'passed', evidence };
  return { result: 'failed', error: new NotationError(invalid.code, invalid.message, { hint: hints[evidence.time] }), evidence };
}

const hints = {
  now: 'have the artifact signed anew; with a timestamp, and a tsa store in the trust policy statement, a signature outlives its certificates',
  'authentic signing time': 'the signing authority signed while one of its certificates was not valid: ask whoever runs it',
} as const;

async function judgeTimestamp(
  { envelope, chain }: TimedSignature,
  statement: Demands,
  ports: VerificationPorts,
): Promise<Verdict<'authenticTimestamp'>> {
  const timestamp = await checkCountersignature(envelope, statement, ports);
  checkWithin(timestamp, chain);
  // Always enforced as a part of this check, whatever the action for revocation (TSV-002, AMB-33).
  const verdict = await judgeRevocation({ chain: timestamp.chain }, ports.askRevocation);
  const evidence = { time: 'timestamp', timestamp, revocation: verdict.evidence } as const;
  return verdict.result === 'passed' ? { result: 'passed', evidence } : { result: 'failed', error: ofAuthority(verdict.error), evidence };
}

async function checkCountersignature(envelope: Envelope, statement: Demands, ports: VerificationPorts): Promise<Timestamp> {
  const { timestamp } = envelope.unsigned;
  if (timestamp === undefined) {
    throw new NotationError('TIMESTAMP', 'signature: expected a timestamp countersignature, found none', {
      hint: 'sign with --timestamp-url and --timestamp-root-cert, or have the trust policy statement ask for none: leave out its tsa stores',
    });
  }
  const [stores, { parseTimestampToken }, { checkTimestampToken }] = await Promise.all([
    readStores('tsa', statement, ports.readTrustStore),
    import('../x509/timestamp/token.ts'),
    import('../x509/timestamp/check.ts'),
  ]);
  const roots = stores.flatMap(({ certificates }) => certificates);
  return checkTimestampToken(parseTimestampToken(timestamp), { message: envelope.signature, roots });
}

// The whole range must lie within (TSV-011).
function checkWithin({ earliest, latest }: Timestamp, chain: readonly Certificate[]): void {
  const outside = chain.find(({ notBefore, notAfter }) => earliest < notBefore || latest > notAfter);
  if (outside === undefined) return;
  const { notBefore, notAfter } = outside;
  throw new NotationError(
    'TIMESTAMP',
    `${nameOf(outside)}: expected the timestamp, from ${earliest.toISOString()} to ${latest.toISOString()}, within its validity, found that it is valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}`,
    { hint: 'the signature was made, or timestamped, while its certificate was not valid: have the artifact signed anew' },
  );
}

function ofAuthority(error: NotationError): NotationError {
  return restated(error, `timestamp authority: ${error.message}`);
}
