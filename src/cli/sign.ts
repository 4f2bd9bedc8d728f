// `sign`: one reference as notation does it, or many with bounded concurrency.
import { type ErrorCode, NotationError, sentenceOf, toNotationError } from '../core/error.ts';
import { noDeadline } from '../http/deadline.ts';
import { signArtifact } from '../sign/artifact.ts';
import { disk } from '../store/disk.ts';
import { logFailure } from '../store/log.ts';
import { artifactFinder, type FindArtifact, warnOfTag } from './artifacts.ts';
import { forEachBounded } from './bounded.ts';
import type { ToolContext } from './context.ts';
import { printable } from './fields.ts';
import { type OptionValues, textIn } from './option.ts';
import { openProgress } from './progress.ts';
import { artifactWish, requireReference } from './registry-options.ts';
import { openSigningSession, type SigningSession } from './signing-session.ts';

interface Signed {
  readonly reference: string;
  /** `repository@digest`, or `path@digest`. */
  readonly artifact: string;
  /** Digest of the signature manifest. */
  readonly signature: string;
}

interface Failed {
  readonly reference: string;
  readonly error: NotationError;
}

interface Batch {
  readonly references: readonly string[];
  readonly concurrency: number;
  readonly output: 'text' | 'json';
}

/** Signs every reference; goes on after one fails, and then answers 1. A single one fails as the command does. @throws NotationError */
export async function signReferences(words: readonly string[], options: OptionValues, context: ToolContext): Promise<number> {
  const references = await collect(words, options, context);
  const [output, concurrency] = [options['output'] === 'json' ? 'json' : 'text', concurrencyIn(options)] as const;
  const session = await openSigningSession('sign', options, context);
  const find = artifactFinder(artifactWish(options, context), options['force-referrers-tag'] !== false, context, {
    deadline: noDeadline,
    log: session.log,
  });
  const signOne = (reference: string) => signReference(reference, session, find, context);
  const [only] = references;
  if (only !== undefined && references.length === 1 && options['from-file'] === undefined && output === 'text') {
    context.out(toText(await signOne(only)));
    return 0;
  }
  // What is wrong with the key is wrong with every signature: it is told once.
  await session.lease();
  const failures = await signMany({ references, concurrency, output }, signOne, context);
  if (failures.size === 0) return 0;
  context.error(`Error: ${summary(failures, references.length)}\n`);
  return 1;
}

/** Those of the command line first; each once. */
async function collect(words: readonly string[], options: OptionValues, context: ToolContext): Promise<readonly string[]> {
  const list = textIn(options, 'from-file');
  const listed = list === undefined ? [] : await (await import('./reference-list.ts')).readReferenceList(list, disk, context);
  const all = [...new Set([...words, ...listed.map(({ reference }) => reference)])];
  if (all.length > 0) return all;
  return [requireReference([], 'sign')];
}

function concurrencyIn({ concurrency }: OptionValues): number {
  if (typeof concurrency === 'number' && Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 256) return concurrency;
  throw new NotationError('REQUEST', `concurrency: expected a whole number from 1 to 256, found ${String(concurrency)}`);
}

async function signReference(reference: string, session: SigningSession, find: FindArtifact, context: ToolContext): Promise<Signed> {
  try {
    const [signer, artifact] = await Promise.all([session.lease(), find(reference)]);
    warnOfTag(artifact, 'sign', context);
    const { repository, descriptor, name } = artifact;
    const { digest } = await signArtifact(repository, descriptor, session.wish, { ...session.ports, signer });
    session.log('info', 'signed', { artifact: name, signature: digest });
    return { reference, artifact: name, signature: digest };
  } catch (error) {
    logFailure(session.log, error);
    throw error;
  }
}

/** Tells each outcome as it comes, and answers how many failed by the code of their error. */
async function signMany(
  { references, concurrency, output }: Batch,
  signOne: (reference: string) => Promise<Signed>,
  context: ToolContext,
): Promise<ReadonlyMap<ErrorCode, number>> {
  const failures = new Map<ErrorCode, number>();
  const progress = openProgress(references.length, context);
  await forEachBounded(references, concurrency, async (reference) => {
    const outcome = await signOne(reference).catch((error: unknown): Failed => ({ reference, error: toNotationError(error) }));
    const failed = 'error' in outcome;
    if (failed) failures.set(outcome.error.code, (failures.get(outcome.error.code) ?? 0) + 1);
    progress.around(() => tell(outcome, output, context));
    progress.step(!failed);
  });
  progress.end();
  return failures;
}

function tell(outcome: Signed | Failed, output: 'text' | 'json', { out, error }: ToolContext): void {
  if (output === 'json') out(`${JSON.stringify(toJson(outcome))}\n`);
  else if ('error' in outcome) error(`Error: ${printable(outcome.reference)}: ${printable(sentenceOf(outcome.error))}\n`);
  else out(toText(outcome));
}

function toText({ artifact }: Signed): string {
  return `Successfully signed ${printable(artifact)}\n`;
}

function toJson(outcome: Signed | Failed): object {
  if (!('error' in outcome)) return { ...outcome, status: 'signed' };
  const { reference, error } = outcome;
  return { reference, status: 'failed', code: error.code, error: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}

function summary(failures: ReadonlyMap<ErrorCode, number>, total: number): string {
  const count = [...failures.values()].reduce((sum, number) => sum + number, 0);
  const causes = [...failures].sort(([, a], [, b]) => b - a).map(([code, number]) => `${number} ${code}`);
  return `${count} of ${total} references were not signed: ${causes.join(', ')}`;
}
