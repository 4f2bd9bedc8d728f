// `verify-signature`: whom a signature is by, and whether its certificates are revoked, for hosts whose signatures name this plugin.
// The host has checked integrity, trust store and expiry, and does what is to be done about a check that fails (plugin-extensibility.md, "Verification workflow").
import { NotationError, sentenceOf } from '../core/error.ts';
import { checkOptionsOfVerification } from '../kms/config.ts';
import { matchIdentity, parseTrustedIdentities } from '../policy/trusted-identity.ts';
import { type CheckResult, encodeVerification } from '../protocol/response.ts';
import type { VerifierCheck, VerifySignatureRequest } from '../protocol/verification-request.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { checkCodeSigningChain } from '../x509/chain/profile.ts';
import type { RevocationQuestion } from '../x509/revocation/report.ts';
import type { HandlerContext } from './context.ts';
import { readCriticalAttributes } from './critical-attributes.ts';

/**
 * Answers `verify-signature`. What is wrong with the request, its chain or its policy is an error, which no policy of a host makes a warning of;
 * what a check finds is its result.
 * @throws NotationError `REQUEST`, `CONFIG`, `CERTIFICATE`, `KEY_UNUSABLE`, `POLICY`, `TIMEOUT`
 */
export async function verifySignature(request: VerifySignatureRequest, context: HandlerContext): Promise<object> {
  checkOptionsOfVerification(context.settings);
  const time = await readCriticalAttributes(request.criticalAttributes, context.metadata);
  // The request proves nothing: that each certificate is issued by the next is found out here again.
  const chain = request.certificateChain.map((der, index) => parseCertificate(der, `signature.certificateChain[${index}]`));
  checkCodeSigningChain(chain);
  const question = { chain, ...time };
  const judges: Readonly<Record<VerifierCheck, () => Promise<CheckResult>>> = {
    'SIGNATURE_VERIFIER.TRUSTED_IDENTITY': async () => judgeIdentity(chain, request.trustedIdentities),
    'SIGNATURE_VERIFIER.REVOCATION_CHECK': () => judgeChain(question, context),
  };
  const results = request.checks.map(async (check) => [check, await judges[check]()] as const);
  return encodeVerification(new Map(await Promise.all(results)));
}

function judgeIdentity([leaf]: readonly Certificate[], texts: readonly string[]): CheckResult {
  const trusted = parseTrustedIdentities(texts, 'trustPolicy.trustedIdentities');
  if (leaf === undefined || trusted.length === 0) return { success: false, reason: 'expected trusted identities, found none' };
  try {
    const match = matchIdentity(trusted, leaf);
    return {
      success: true,
      reason: match.kind === 'any' ? 'every identity is trusted' : `the signer satisfies ${JSON.stringify(match.text)}`,
    };
  } catch (error) {
    if (error instanceof NotationError && error.code === 'UNTRUSTED') return { success: false, reason: sentenceOf(error) };
    throw error;
  }
}

async function judgeChain(question: RevocationQuestion, context: HandlerContext): Promise<CheckResult> {
  const [{ openRevocation }, { openCrlCache }, { writeWhole: write }, { judgeRevocation }] = await Promise.all([
    import('../revocation/ask.ts'),
    import('../revocation/crl-cache.ts'),
    import('../store/write.ts'),
    import('../verify/revocation.ts'),
  ]);
  const { now, log, files, cacheFolder: folder } = context;
  const cache = openCrlCache({ folder, files, write, now, log });
  const verdict = await judgeRevocation(question, openRevocation({ http: context.http, cache, now, log }));
  if (verdict.result === 'passed') return { success: true, reason: 'no certificate of the chain is revoked' };
  return { success: false, reason: sentenceOf(verdict.error) };
}
