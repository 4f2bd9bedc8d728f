// What a signature went through, step by step, those that it did not reach too.
import type { NotationError } from '../../core/error.ts';
import { verificationPlugin } from '../../envelope/verification-plugin.ts';
import { type Action, type Actions, type CheckName, checkNames } from '../../policy/level.ts';
import type { Finding, Stage } from '../../verify/outcome.ts';
import { intactIn, type Judged } from '../verify/verdict.ts';

export type StepResult = 'passed' | 'failed' | 'logged' | 'skipped' | 'not reached';

export interface Step {
  readonly stage: Stage;
  readonly result: StepResult;
  /** What the policy makes of a failure; absent for what no policy can leave out. */
  readonly action?: Action;
  /** Of a check that was made; two where a verification plugin judged a part of it. */
  readonly findings: readonly Finding[];
  /** Why it failed. */
  readonly error?: NotationError;
}

/** In the order in which they are told. A plugin is asked after the checks of this program, and may be missed before them. */
const stages: readonly Stage[] = [
  'fetch',
  'integrity',
  'critical attributes',
  'authenticity',
  'expiry',
  'authenticTimestamp',
  'revocation',
  'verification plugin',
  'artifact',
  'user metadata',
];

/** The steps of a signature; one of a blob is not fetched, and few name a plugin. */
export function stepsOf(signature: Judged, actions: Actions): readonly Step[] {
  const made = stages.filter((stage) => stage !== 'fetch' || signature.digest !== undefined);
  return made
    .filter((stage) => stage !== 'verification plugin' || namesPlugin(signature))
    .map((stage) => (isCheck(stage) ? checkStep(stage, signature, actions) : alwaysStep(stage, signature)));
}

function namesPlugin(signature: Judged): boolean {
  const extended = intactIn(signature)?.envelope.signed.extended ?? [];
  return (
    extended.some(({ key }) => key === verificationPlugin) || (signature.status === 'rejected' && signature.stage === 'verification plugin')
  );
}

function isCheck(stage: Stage): stage is CheckName {
  return checkNames.some((name) => name === stage);
}

function checkStep(stage: CheckName, signature: Judged, actions: Actions): Step {
  const [action, findings] = [actions[stage], signature.findings.filter(({ check }) => check === stage)];
  const failed = findings.find((finding) => finding.result === 'failed');
  if (failed?.result === 'failed') return { stage, action, findings, error: failed.error, result: action === 'log' ? 'logged' : 'failed' };
  return { stage, action, findings, result: findings[0]?.result === 'failed' ? 'failed' : (findings[0]?.result ?? 'not reached') };
}

/** What is always made leaves no finding: it came through when something after it was made. */
function alwaysStep(stage: Stage, signature: Judged): Step {
  if (signature.status === 'rejected' && signature.stage === stage)
    return { stage, findings: [], result: 'failed', error: signature.error };
  return { stage, findings: [], result: cameThrough(stage, signature) ? 'passed' : 'not reached' };
}

function cameThrough(stage: Stage, signature: Judged): boolean {
  const { findings } = signature;
  if (signature.status === 'verified') return true;
  if (stage === 'fetch') return true;
  if (stage === 'critical attributes') return findings.some(({ check }) => check !== 'integrity');
  if (stage === 'verification plugin' && findings.some(isOfPlugin)) return true;
  return stages.indexOf(stage) < stages.indexOf(signature.stage) && !isCheck(signature.stage);
}

function isOfPlugin(finding: Finding): boolean {
  return finding.result !== 'skipped' && finding.evidence !== undefined && 'plugin' in finding.evidence;
}
