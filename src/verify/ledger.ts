// Keeps account of the checks of one signature: applies the policy's action to each, and writes down what was found.
import { NotationError } from '../core/error.ts';
import type { Log } from '../core/ports.ts';
import type { Actions, CheckName } from '../policy/level.ts';
import type { EvidenceOf, Finding, Stage, Verdict } from './outcome.ts';

export interface Ledger {
  readonly findings: readonly Finding[];
  /** What is being checked, or was when it failed. */
  readonly stage: Stage;
  /**
   * Makes a check of the policy's and writes down its verdict; a failure that the policy only logs goes no further (TPL-012).
   * What `judge` throws of our errors is a failure too.
   * @returns the evidence; undefined when the check failed and was logged, or was skipped
   * @throws NotationError the failure, where the policy enforces the check
   */
  check<C extends CheckName>(name: C, judge: () => Promise<Verdict<C>> | Verdict<C>): Promise<EvidenceOf[C] | undefined>;
  /** Does what no policy can leave out. @throws whatever `work` throws */
  always<T>(stage: Stage, work: () => Promise<T> | T): Promise<T>;
}

/** Opens the account of one signature. */
export function openLedger(actions: Actions, log: Log): Ledger {
  const findings: Finding[] = [];
  let stage: Stage = 'integrity';
  const write = (finding: Finding) => {
    findings.push(finding);
    tell(finding, log);
  };
  return {
    findings,
    get stage() {
      return stage;
    },
    check: async <C extends CheckName>(name: C, judge: () => Promise<Verdict<C>> | Verdict<C>) => {
      stage = name;
      const action = actions[name];
      if (action === 'skip') {
        write({ check: name, action, result: 'skipped' } as Finding);
        return undefined;
      }
      const verdict = await verdictOf(judge);
      write({ check: name, action, ...verdict } as Finding);
      if (verdict.result === 'passed') return verdict.evidence;
      if (action === 'enforce') throw verdict.error;
      return undefined;
    },
    always: async (name, work) => {
      stage = name;
      return work();
    },
  };
}

async function verdictOf<C extends CheckName>(judge: () => Promise<Verdict<C>> | Verdict<C>): Promise<Verdict<C>> {
  try {
    return await judge();
  } catch (error) {
    if (error instanceof NotationError) return { result: 'failed', error };
    throw error;
  }
}

function tell(finding: Finding, log: Log): void {
  const { check, action, result } = finding;
  if (result !== 'failed') log('debug', `check ${result}`, { check, action });
  else log(action === 'enforce' ? 'info' : 'warn', 'check failed', { check, action, error: finding.error.message });
}
