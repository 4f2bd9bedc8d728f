import type { TimeEvidence } from '../../verify/outcome.ts';
import type { Judged } from '../verify/verdict.ts';

/** The time that the certificates were held against; undefined where it was not reached. */
export function timeIn({ findings }: Judged): TimeEvidence | undefined {
  const finding = findings.find(({ check }) => check === 'authenticTimestamp');
  return finding?.check === 'authenticTimestamp' && finding.result !== 'skipped' ? finding.evidence : undefined;
}
