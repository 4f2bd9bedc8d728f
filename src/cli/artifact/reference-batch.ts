// What commands on many references have in common: which ones, how many at a time, and what is said of each as it comes.
import { type ErrorCode, NotationError, sentenceOf, toNotationError } from '../../core/error.ts';
import { disk } from '../../store/disk.ts';
import type { ToolContext } from '../context.ts';
import { type OptionValues, textIn } from '../line/option.ts';
import { oneLine, printable, printableJson } from '../voice/fields.ts';
import { openProgress } from '../voice/progress.ts';
import { forEachBounded } from './bounded.ts';
import { requireReference } from './registry-options.ts';

export interface Batch {
  readonly references: readonly string[];
  readonly concurrency: number;
  readonly output: 'text' | 'json';
  /** One reference, on the command line: the command ends as notation's does. */
  readonly single: boolean;
}

/** How a command speaks of what comes of a reference. */
export interface BatchVoice<T> {
  /** As in "2 of 14 references were not signed". */
  readonly done: string;
  /** Why an outcome that nothing threw is a failure; undefined when it is none. */
  readonly errorOf: (outcome: T) => NotationError | undefined;
  /** Tells it to people. What `errorOf` answers is told after it. */
  readonly tell: (outcome: T) => void;
  readonly toJson: (outcome: T) => object;
}

type Work<T> = (reference: string) => Promise<T>;

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

/** Works on the only reference, and fails as it does. JSON tells a failure, too. @throws NotationError what `work` throws, or what is wrong with its outcome */
export async function runSingle<T>(
  { references: [reference = ''], output }: Batch,
  work: Work<T>,
  { errorOf, tell, toJson }: Omit<BatchVoice<T>, 'done'>,
  { out }: ToolContext,
): Promise<number> {
  const attempted = await attempt(work, reference);
  if (output === 'json') out(printableJson('well' in attempted ? toJson(attempted.well) : failedJson(attempted), 2));
  if ('error' in attempted) throw attempted.error;
  if (output === 'text') tell(attempted.well);
  const error = errorOf(attempted.well);
  if (error !== undefined) throw error;
  return 0;
}

/** Works on every reference and tells each outcome as it comes; goes on after one fails, and then answers 1. */
export async function runBatch<T>(
  { references, concurrency, output }: Batch,
  work: Work<T>,
  { done, ...voice }: BatchVoice<T>,
  context: ToolContext,
): Promise<number> {
  const failures = new Map<ErrorCode, number>();
  const progress = openProgress(references.length, context);
  await forEachBounded(references, concurrency, async (reference) => {
    const attempted = await attempt(work, reference);
    const error = 'error' in attempted ? attempted.error : voice.errorOf(attempted.well);
    if (error !== undefined) failures.set(error.code, (failures.get(error.code) ?? 0) + 1);
    progress.around(() => (output === 'json' ? writeLine(attempted, voice, context) : writeText(attempted, voice, context)));
    progress.step(error === undefined);
  });
  progress.end();
  if (failures.size === 0) return 0;
  context.error(`Error: ${summary(failures, references.length, done)}\n`);
  return 1;
}

/** What came of a reference, or what was thrown. */
type Attempted<T> = { readonly reference: string } & ({ readonly well: T } | { readonly error: NotationError });

async function attempt<T>(work: Work<T>, reference: string): Promise<Attempted<T>> {
  try {
    return { reference, well: await work(reference) };
  } catch (error) {
    return { reference, error: toNotationError(error) };
  }
}

function writeLine<T>(attempted: Attempted<T>, { toJson }: Pick<BatchVoice<T>, 'toJson'>, { out }: ToolContext): void {
  out(printableJson('well' in attempted ? toJson(attempted.well) : failedJson(attempted), 0));
}

function writeText<T>(attempted: Attempted<T>, { tell, errorOf }: Pick<BatchVoice<T>, 'tell' | 'errorOf'>, context: ToolContext): void {
  if ('well' in attempted) tell(attempted.well);
  const error = 'well' in attempted ? errorOf(attempted.well) : attempted.error;
  if (error !== undefined) context.error(`Error: ${printable(attempted.reference)}: ${printable(oneLine(sentenceOf(error)))}\n`);
}

function failedJson({ reference, error }: { readonly reference: string; readonly error: NotationError }): object {
  return { reference, status: 'failed', ...errorJson(error) };
}

/** An error as the members `code`, `error` and `hint`. */
export function errorJson({ code, message, hint }: NotationError): object {
  return { code, error: message, ...(hint !== undefined && { hint }) };
}

function summary(failures: ReadonlyMap<ErrorCode, number>, total: number, done: string): string {
  const count = [...failures.values()].reduce((sum, number) => sum + number, 0);
  const causes = [...failures].sort(([, a], [, b]) => b - a).map(([code, number]) => `${number} ${code}`);
  return `${count} of ${total} references were not ${done}: ${causes.join(', ')}`;
}
