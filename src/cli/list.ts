import { signatureType } from '../registry/media-type.ts';
import { type Artifact, warnOfTag, withArtifacts } from './artifacts.ts';
import type { ToolContext } from './context.ts';
import { printable } from './fields.ts';
import type { OptionValues } from './option.ts';
import { artifactWish, maxSignaturesIn, requireReference } from './registry-options.ts';
import { firstSignatures, tooManyWarning, unsignedNote } from './signature-list.ts';

/** Prints the digests of an artifact's signature manifests, each as soon as it is known. @throws NotationError */
export async function list(words: readonly string[], options: OptionValues, context: ToolContext): Promise<number> {
  const [reference, limit] = [requireReference(words, 'list'), maxSignaturesIn(options)];
  return withArtifacts('list', artifactWish(options, context), context, async (find) => {
    const artifact = await find(reference);
    warnOfTag(artifact, 'list', context);
    await printDigests(artifact, limit, context);
    return 0;
  });
}

/** One digest behind: only the next one tells whether it is the last. When listing fails, what was found before is shown. */
async function printDigests(artifact: Artifact, limit: number, { out }: ToolContext): Promise<void> {
  let last: string | undefined;
  let isFull = false;
  try {
    for await (const signature of firstSignatures(artifact, limit)) {
      if (signature === 'more') isFull = true;
      else {
        out(last === undefined ? `${printable(artifact.name)}\n└── ${signatureType}\n` : `    ├── ${last}\n`);
        last = signature.digest;
      }
    }
  } finally {
    if (last !== undefined) out(`    └── ${last}\n`);
  }
  if (isFull) out(tooManyWarning(limit));
  if (last === undefined) out(unsignedNote(artifact));
}
