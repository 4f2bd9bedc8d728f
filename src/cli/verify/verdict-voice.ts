// Telling people what verification found: notation's lines where it has them, and why each signature was rejected.
import type { Demands } from '../../policy/statement.ts';
import type { Outcome } from '../../verify/outcome.ts';
import { quoteSubject } from '../../x509/certificate.ts';
import type { ToolContext } from '../context.ts';
import { oneLine, printable } from '../voice/fields.ts';
import { type Judged, statusesIn } from './verdict.ts';
import { acceptanceText, rejectionText, successText, warningTexts } from './verdict-text.ts';

export interface Telling {
  /** What was verified: `repository@digest`, or a path. */
  readonly name: string;
  /** Whether others are verified at the same time, so that each line must say what it is about. */
  readonly among: boolean;
  readonly verbose: boolean;
  readonly offline: boolean;
}

/** Tells an outcome: reasons and warnings on standard error, success on standard output. Who calls concludes what was rejected with an error. */
export function tellOutcome(
  outcome: Outcome<{ readonly digest?: string }>,
  telling: Telling,
  context: Pick<ToolContext, 'out' | 'error'>,
): void {
  const { name, among, verbose, offline } = telling;
  const warn = (text: string) => context.error(`Warning: ${printable(oneLine(among ? `${name}: ${text}` : text))}\n`);
  if (outcome.status !== 'skipped') {
    // As notation, nothing is said of signatures that did not pass where one did.
    const rejected = outcome.status === 'rejected' || verbose ? outcome.rejected : [];
    if (among && (rejected.length > 0 || verbose)) context.error(`${printable(name)}:\n`);
    for (const one of rejected) context.error(rejectionText(one, outcome.statement, verbose));
    const tried = outcome.status === 'verified' ? [outcome.accepted] : outcome.rejected;
    for (const text of offline ? offlineTexts(tried, outcome.statement) : []) warn(text);
  }
  if (outcome.status === 'verified') {
    for (const text of warningTexts(outcome.accepted)) warn(text);
    if (verbose) context.error(acceptanceText(outcome.accepted, outcome.statement));
  }
  if (outcome.status !== 'rejected') context.out(successText(name, outcome));
}

/** Which certificates nobody was asked about, and what the trust policy makes of that. */
function offlineTexts(signatures: readonly Judged[], { actions }: Demands): readonly string[] {
  const findings = signatures.flatMap((signature) => signature.findings);
  const texts = findings.flatMap((finding) => {
    const unknown = statusesIn(finding).filter(({ status }) => status === 'unknown');
    if (unknown.length === 0) return [];
    const names = unknown.map(({ certificate }) => quoteSubject(certificate)).join(', ');
    const effect = actions[finding.check] === 'enforce' ? 'enforces, so that this is a failure' : 'only logs';
    return [`--offline weakened ${finding.check}, which the trust policy ${effect}: nobody was asked whether these are revoked: ${names}`];
  });
  return [...new Set(texts)];
}
