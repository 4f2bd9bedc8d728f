import { NotationError, sentenceOf, toNotationError } from '../../core/error.ts';
import type { Descriptor } from '../../core/model.ts';
import type { StoredSignature } from '../../core/ports.ts';
import { type Artifact, warnOfTag, withArtifacts } from '../artifact/artifacts.ts';
import { artifactWish, maxSignaturesIn, outputIn, requireReference } from '../artifact/registry-options.ts';
import { firstSignatures, tooManyWarning, unsignedNote } from '../artifact/signature-list.ts';
import type { ToolContext } from '../context.ts';
import type { OptionValues } from '../line/option.ts';
import { printable } from '../voice/fields.ts';
import { type Inspection, inspectSignature } from './inspection.ts';
import { inspectionJson } from './inspection-json.ts';
import { inspectionText } from './inspection-text.ts';

/**
 * Prints what the signatures of an artifact say; nothing of it is verified. Signatures that cannot be read are warned of, and then the
 * command fails.
 * @throws NotationError
 */
export async function inspect(words: readonly string[], options: OptionValues, context: ToolContext): Promise<number> {
  const [reference, maxSignatures] = [requireReference(words, 'inspect'), maxSignaturesIn(options)];
  const output = outputIn(options);
  return withArtifacts('inspect', artifactWish(options, context), context, async (find) => {
    const artifact = await find(reference);
    warnOfTag(artifact, 'inspect', context);
    const { inspections, isFull, skipped } = await inspectAll(artifact, maxSignatures, context);
    context.out(output === 'json' ? inspectionJson(artifact.descriptor.mediaType, inspections) : textOf(artifact, inspections));
    // notation spoils its JSON by this line.
    if (isFull) (output === 'json' ? context.error : context.out)(tooManyWarning(maxSignatures));
    if (skipped) throw new NotationError('ENVELOPE', 'at least one signature was skipped and not displayed');
    return 0;
  });
}

function textOf(artifact: Artifact, inspections: readonly Inspection[]): string {
  return inspections.length === 0 ? unsignedNote(artifact) : inspectionText(artifact.name, inspections);
}

async function inspectAll(artifact: Artifact, limit: number, context: ToolContext) {
  const inspections: Inspection[] = [];
  let [isFull, skipped] = [false, false];
  for await (const signature of firstSignatures(artifact, limit)) {
    if (signature === 'more') isFull = true;
    else {
      const inspection = await inspectOne(artifact, signature, context);
      if (inspection === undefined) skipped = true;
      else inspections.push(inspection);
    }
  }
  return { inspections, isFull, skipped };
}

/** Undefined, after a warning, when it cannot be shown. */
async function inspectOne({ repository }: Artifact, signature: Descriptor, { error }: ToolContext): Promise<Inspection | undefined> {
  const warn = (text: string, cause: unknown) => error(`Warning: ${text} error: ${printable(sentenceOf(toNotationError(cause)))}\n`);
  let stored: StoredSignature;
  try {
    stored = await repository.fetch(signature);
  } catch (cause) {
    warn(`unable to fetch signature ${signature.digest} due to`, cause);
    return undefined;
  }
  try {
    return await inspectSignature(signature.digest, stored);
  } catch (cause) {
    warn(`Skipping signature ${signature.digest} because of`, cause);
    return undefined;
  }
}
