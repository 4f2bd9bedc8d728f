// Runs the checks: all at once but for what they need of each other, each within its time, told in their order.
import type { Finding } from '../../core/finding.ts';
import type { Deadline } from '../../core/ports.ts';
import { withDeadline } from '../../http/deadline.ts';
import { blockedBy, type Check, failed, type Result, type Section } from './check.ts';
import type { Patient } from './patient.ts';

/** What a section found; sections of what is not here are left out. */
export interface Findings {
  readonly title: string;
  readonly results: readonly Result[];
}

export interface Patience {
  /** Milliseconds for one check. */
  readonly checkMs: number;
  /** For all of them. */
  readonly whole: Deadline;
}

/** The findings, section by section, each as soon as all before it are known. */
export async function* examine(sections: readonly Section[], patient: Patient, patience: Patience): AsyncGenerator<Findings> {
  const known = startAll(
    sections.flatMap(({ checks }) => checks),
    patient,
    patience,
  );
  for (const { title, checks } of sections) {
    const results = (await Promise.all(checks.map(({ id }) => known.get(id) ?? []))).flat();
    if (results.length > 0) yield { title, results };
  }
}

type Running = Promise<readonly Result[]>;

function startAll(checks: readonly Check[], patient: Patient, patience: Patience): ReadonlyMap<string, Running> {
  const running = new Map<string, Running>();
  const [others, last] = [checks.filter((check) => !check.last), checks.filter((check) => check.last)];
  for (const check of others) running.set(check.id, start(check, running, patient, patience));
  const all = [...running.values()];
  for (const check of last)
    running.set(
      check.id,
      Promise.all(all).then(() => start(check, running, patient, patience)),
    );
  return running;
}

async function start(
  check: Check,
  running: ReadonlyMap<string, Running>,
  patient: Patient,
  patience: Patience,
): Promise<readonly Result[]> {
  const { id, title, needs = [], run } = check;
  const before = (await Promise.all(needs.map((need) => running.get(need) ?? []))).flat();
  const missing = before.find(({ status, facts }) => status === 'failure' || facts?.['blockedBy'] !== undefined);
  const findings =
    missing === undefined
      ? await lookInTime(() => run(patient), patience)
      : [blockedBy(String(missing.facts?.['blockedBy'] ?? missing.id))];
  return findings.map((finding) => ({ id, title, ...withoutPins({ ...finding, ...hintFor(finding, check) }) }));
}

/** Who puts a PIN into a key id, where none belongs, must not see it again. */
function withoutPins(finding: Finding): Finding {
  const told = JSON.stringify(finding).replace(/\b(pin-value|password|passphrase)=[^&;"\\\s]+/gi, '$1=[redacted]');
  return JSON.parse(told) as Finding;
}

function hintFor({ status, hint: own }: Finding, { hint = 'notation-ts-kms doctor --debug tells more' }: Check): Pick<Finding, 'hint'> {
  return status === 'failure' && own === undefined ? { hint } : {};
}

const lateHint = 'see what stands between this machine and what was asked, then run doctor again';

async function lookInTime(run: () => ReturnType<Check['run']>, { checkMs, whole }: Patience): Promise<readonly Finding[]> {
  const milliseconds = Math.max(1, Math.min(checkMs, whole.remainingMs()));
  try {
    const found = await withDeadline(milliseconds, run, lateHint);
    return found === undefined ? [] : [found].flat();
  } catch (error) {
    return [failed(error)];
  }
}
