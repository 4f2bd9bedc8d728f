// `doctor`: looks at the way from this machine to a signature and to its verification, and says what is wrong and what to do.
import { NotationError } from '../../core/error.ts';
import type { ToolContext } from '../context.ts';
import type { OptionValues } from '../line/option.ts';
import { diagnosticsOf } from '../voice/diagnostics.ts';
import { styleOf } from '../voice/style.ts';
import { chainSection } from './chain.ts';
import type { Result, Section } from './check.ts';
import { configurationSection } from './configuration.ts';
import { examine } from './examine.ts';
import { installationSection } from './installation.ts';
import { keySection } from './key.ts';
import { networkSection } from './network.ts';
import { openPatient, type Patient, wholeOf } from './patient.ts';
import { layoutSection, registrySection } from './registry.ts';
import { countResults, countsText, plural, reportJson, sectionText } from './report.ts';
import { timestampSection } from './timestamp.ts';
import { trustSection } from './trust.ts';
import { doctorWish } from './wish.ts';

/** Every check, in the order in which it is told. */
export const sections: readonly Section[] = [
  installationSection,
  configurationSection,
  keySection,
  chainSection,
  timestampSection,
  trustSection,
  registrySection,
  layoutSection,
  networkSection,
];

/** Milliseconds for one check, where the key's options give a signature no more. What goes to a key service ends by that deadline anyway. */
const usualMs = 30_000;

/**
 * Runs every check that applies and tells each. Nothing is changed anywhere. Answers 0 also where there are warnings.
 * @throws NotationError with the first failure, after all is told; `REQUEST`
 */
export async function doctor(reference: string | undefined, values: OptionValues, context: ToolContext): Promise<number> {
  const wish = doctorWish(reference, values, context);
  const patient = openPatient(wish, context, diagnosticsOf(wish, context));
  const checkMs = await timeFor(patient);
  const patience = { checkMs, whole: wholeOf(checkMs) };
  const style = styleOf(context.screen().stdoutIsTerminal, context.environment);
  const results: Result[] = [];
  for await (const findings of examine(sections, patient, patience)) {
    if (wish.output === 'text') context.out(`${sectionText(findings, style)}\n`);
    results.push(...findings.results);
  }
  context.out(wish.output === 'json' ? reportJson(results) : countsText(countResults(results)));
  conclude(results);
  return 0;
}

async function timeFor(patient: Patient): Promise<number> {
  const key = await patient.key().catch(() => undefined);
  return Math.max(usualMs, key?.settings.deadlineMs ?? 0);
}

function conclude(results: readonly Result[]): void {
  const failures = results.filter(({ status }) => status === 'failure');
  const [first] = failures;
  if (first === undefined) return;
  const which = failures.length === 1 ? '' : ', the first of them';
  throw new NotationError('CONFIG', `doctor found ${plural(failures.length, 'failure')}${which}: ${first.id}: ${first.message}`, {
    ...(first.hint !== undefined && { hint: first.hint }),
  });
}
