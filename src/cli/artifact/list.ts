import type { Descriptor } from '../../core/model.ts';
import { signatureType } from '../../registry/media-type.ts';
import type { ToolContext } from '../context.ts';
import type { OptionValues } from '../line/option.ts';
import { printable, printableJson } from '../voice/fields.ts';
import { type Artifact, warnOfTag, withArtifacts } from './artifacts.ts';
import { artifactWish, maxSignaturesIn, outputIn, requireReference } from './registry-options.ts';
import { firstSignatures, tooManyWarning, unsignedNote } from './signature-list.ts';

/** Prints the digests of an artifact's signature manifests, each as soon as it is known; or all of them as JSON. @throws NotationError */
export async function list(words: readonly string[], options: OptionValues, context: ToolContext): Promise<number> {
  const [reference, limit] = [requireReference(words, 'list'), maxSignaturesIn(options)];
  const print = outputIn(options) === 'json' ? printJson : printDigests;
  return withArtifacts('list', artifactWish(options, context), context, async (find) => {
    const artifact = await find(reference);
    warnOfTag(artifact, 'list', context);
    await print(artifact, limit, context);
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

async function printJson(artifact: Artifact, limit: number, { out, error }: ToolContext): Promise<void> {
  const signatures: Descriptor[] = [];
  for await (const signature of firstSignatures(artifact, limit)) {
    if (signature === 'more') error(tooManyWarning(limit));
    else signatures.push(signature);
  }
  const { mediaType, digest, size } = artifact.descriptor;
  out(printableJson({ artifact: { name: artifact.name, mediaType, digest, size }, signatures }, 4));
}
