// One signature against one trust policy statement (trust store and trust policy specification § Signature Verification steps).
import { NotationError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';
import type { Descriptor, Envelope, Verified } from '../core/model.ts';
import { parsePayload } from '../core/payload.ts';
import type { StoredSignature } from '../core/ports.ts';
import { codecOfMediaType } from '../envelope/index.ts';
import { chainOf, checkIntegrity } from '../envelope/integrity.ts';
import type { Demands } from '../policy/statement.ts';
import { judgeAuthenticTimestamp } from './authentic-timestamp.ts';
import { judgeAuthenticity } from './authenticity.ts';
import { checkCriticalAttributes } from './critical-attributes.ts';
import { judgeExpiry } from './expiry.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { EvidenceOf, SignatureOutcome, Verdict } from './outcome.ts';
import { type Appointed, appointPlugin, askPlugin, judgedBy, leaves } from './plugin.ts';
import type { VerificationPorts } from './ports.ts';
import { judgeRevocation } from './revocation.ts';
import { checkUserMetadata } from './subject.ts';

/** What a signature must stand for. */
export interface Expectation {
  readonly statement: Demands;
  /** Checks that what was signed is what is verified. @throws NotationError `UNVERIFIED` when it is something else */
  readonly checkSubject: (signed: Descriptor, envelope: Verified<Envelope>) => Promise<void> | void;
  /** What the user wants the signed metadata to hold, among others. */
  readonly userMetadata: Readonly<Record<string, string>>;
}

/**
 * Tries one signature: integrity, authenticity, expiry, authentic timestamp, revocation, and what was signed. The plugin that it names, if it
 * does, judges trusted identity and revocation in place of this program, as far as it is able to.
 */
export async function verifySignature(
  stored: StoredSignature,
  { statement, checkSubject, userMetadata }: Expectation,
  ports: VerificationPorts,
): Promise<SignatureOutcome> {
  const ledger = openLedger(statement.actions, ports.log);
  try {
    const { envelope, chain } = intact(await ledger.check('integrity', () => judgeIntegrity(stored, ports)));
    const { signed } = envelope;
    const appointed = await ledger.always('verification plugin', () => appointPlugin(signed, statement, ports.openVerificationPlugin));
    await ledger.always('critical attributes', () => checkCriticalAttributes(signed, appointed));
    const identityIs = leaves('SIGNATURE_VERIFIER.TRUSTED_IDENTITY', appointed) ? 'left to a plugin' : 'judged here';
    await ledger.check('authenticity', () => judgeAuthenticity(chain, signed.scheme, statement, ports, identityIs));
    await ledger.check('expiry', () => judgeExpiry(signed, ports.now()));
    await ledger.check('authenticTimestamp', () => judgeAuthenticTimestamp({ envelope, chain }, statement, ports));
    if (!leaves('SIGNATURE_VERIFIER.REVOCATION_CHECK', appointed) || statement.actions.revocation === 'skip') {
      await ledger.check('revocation', () => judgeRevocation({ chain, ...authenticTimeOf(envelope) }, ports.askRevocation));
    }
    if (appointed !== undefined) await checkByPlugin(appointed, envelope, statement, ledger);
    const subject = await ledger.always('artifact', () => readSubject(envelope));
    await ledger.always('artifact', () => checkSubject(subject, envelope));
    await ledger.always('user metadata', () => checkUserMetadata(subject, userMetadata));
    return { status: 'verified', findings: ledger.findings, envelope, signed: subject };
  } catch (error) {
    if (!(error instanceof NotationError)) throw error;
    return { status: 'rejected', findings: ledger.findings, stage: ledger.stage, error };
  }
}

/** After all checks of this program (VPL-007); what the plugin says of its own is then subject to the policy's actions. */
async function checkByPlugin(appointed: Appointed, envelope: Verified<Envelope>, statement: Demands, ledger: Ledger): Promise<void> {
  const answer = await ledger.always('verification plugin', () => askPlugin(appointed, envelope, statement));
  const [identity, revocation] = [answer.get('SIGNATURE_VERIFIER.TRUSTED_IDENTITY'), answer.get('SIGNATURE_VERIFIER.REVOCATION_CHECK')];
  if (identity !== undefined) await ledger.check('authenticity', () => judgedBy(appointed, 'authenticity', identity));
  if (revocation !== undefined) await ledger.check('revocation', () => judgedBy(appointed, 'revocation', revocation));
}

async function judgeIntegrity({ mediaType, envelope: bytes }: StoredSignature, ports: VerificationPorts): Promise<Verdict<'integrity'>> {
  const codec = await codecOfMediaType(mediaType);
  const envelope = codec.parse(bytes);
  const chain = chainOf(envelope, ports.readCertificate);
  return { result: 'passed', evidence: { envelope: checkIntegrity(envelope, chain), chain } };
}

/** No statement can log or skip integrity (TPL-013): what is not intact says nothing. */
function intact(evidence: EvidenceOf['integrity'] | undefined): EvidenceOf['integrity'] {
  if (evidence !== undefined) return evidence;
  throw new NotationError('INTERNAL', 'integrity: expected it to be enforced, found that it was not');
}

/** Only a signing authority's word counts here: the reference takes no timestamp for it, which is the stricter reading (AMB-36). */
function authenticTimeOf({ signed: { scheme, signingTime } }: Envelope) {
  return scheme === 'notary.x509.signingAuthority' ? { authenticSigningTime: signingTime.at } : {};
}

/** Read only now that its signer is known: what is in a payload is nobody's word before (PAY-007). */
function readSubject({ payload }: Verified<Envelope>): Descriptor {
  return parsePayload(parseJson(payload.bytes, 'payload', 'ENVELOPE'));
}
