// What commands on many references have in common: which ones, how many at a time, and what is said of each as it comes.
import { type ErrorCode, NotationError, sentenceOf, toNotationError } from '../core/error.ts';
import { disk } from '../store/disk.ts';
import { forEachBounded } from './bounded.ts';
import type { ToolContext } from './context.ts';
import { printable } from './fields.ts';
import { type OptionValues, textIn } from './option.ts';
import { openProgress } from './progress.ts';
import { requireReference } from './registry-options.ts';

export interface Batch {
  readonly references: readonly string[];
  readonly concurrency: number;
  readonly output: 'text' | 'json';
  /** One reference, on the command line: the command ends as notation's does. */
  readonly single: boolean;
}

/** A reference whose work threw. */
export interface Failed {
  readonly reference: string;
  readonly error: NotationError;
}

/** How a command speaks of what comes of a reference. */
export interface BatchVoice<T> {
  /** As in "2 of 14 references were not signed". */
  readonly done: string;
  /** What is wrong with an outcome that nothing threw; nothing when absent. */
  readonly errorOf?: (outcome: T) => NotationError | undefined;
  readonly tell: (outcome: T) => void;
  readonly toJson: (outcome: T) => object;
}

/** Reads the options of `batchRows`. References of the command line come first; each is there once. @throws NotationError `REQUEST`, `FILE` */
export async function readBatch(words: readonly string[], options: OptionValues, command: string, context: ToolContext): Promise<Batch> {
  const list = textIn(options, 'from-file');
  const listed = list === undefined ? [] : await (await import('./reference-list.ts')).readReferenceList(list, disk, context);
  const references = [...new Set([...words, ...listed.map(({ reference }) => reference)])];
  return {
    references: references.length > 0 ? references : [requireReference([], command)],
    concurrency: concurrencyIn(options),
    output: options['output'] === 'json' ? 'json' : 'text',
    single: references.length === 1 && list === undefined,
  };
}

function concurrencyIn({ concurrency }: OptionValues): number {
  if (typeof concurrency === 'number' && Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 256) return concurrency;
  throw new NotationError('REQUEST', `concurrency: expected a whole number from 1 to 256, found ${String(concurrency)}`);
}

/** Works on every reference and tells each outcome as it comes; goes on after one fails, and then answers 1. */
export async function runBatch<T extends object>(
  { references, concurrency, output }: Batch,
  work: (reference: string) => Promise<T>,
  { done, errorOf = () => undefined, tell, toJson }: BatchVoice<T>,
  context: ToolContext,
): Promise<number> {
  const failures = new Map<ErrorCode, number>();
  const progress = openProgress(references.length, context);
  const sayWell = (outcome: T) => (output === 'json' ? context.out(`${JSON.stringify(toJson(outcome))}\n`) : tell(outcome));
  const sayFailed = (failed: Failed) =>
    output === 'json' ? context.out(`${JSON.stringify(failedJson(failed))}\n`) : tellFailed(failed, context);
  await forEachBounded(references, concurrency, async (reference) => {
    const outcome = await attempt(work, reference);
    const error = 'failed' in outcome ? outcome.failed.error : errorOf(outcome.well);
    if (error !== undefined) failures.set(error.code, (failures.get(error.code) ?? 0) + 1);
    progress.around(() => ('failed' in outcome ? sayFailed(outcome.failed) : sayWell(outcome.well)));
    progress.step(error === undefined);
  });
  progress.end();
  if (failures.size === 0) return 0;
  context.error(`Error: ${summary(failures, references.length, done)}\n`);
  return 1;
}

async function attempt<T>(
  work: (reference: string) => Promise<T>,
  reference: string,
): Promise<{ readonly well: T } | { readonly failed: Failed }> {
  try {
    return { well: await work(reference) };
  } catch (error) {
    return { failed: { reference, error: toNotationError(error) } };
  }
}

function tellFailed({ reference, error }: Failed, context: ToolContext): void {
  context.error(`Error: ${printable(reference)}: ${printable(sentenceOf(error))}\n`);
}

/** A failure as an object for JSON. */
export function failedJson({ reference, error: { code, message, hint } }: Failed): object {
  return { reference, status: 'failed', code, error: message, ...(hint !== undefined && { hint }) };
}

function summary(failures: ReadonlyMap<ErrorCode, number>, total: number, done: string): string {
  const count = [...failures.values()].reduce((sum, number) => sum + number, 0);
  const causes = [...failures].sort(([, a], [, b]) => b - a).map(([code, number]) => `${number} ${code}`);
  return `${count} of ${total} references were not ${done}: ${causes.join(', ')}`;
}
