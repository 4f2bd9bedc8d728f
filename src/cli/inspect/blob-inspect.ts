// `blob inspect`: what the signature in a file says; nothing of it is verified.
import { NotationError } from '../../core/error.ts';
import { meantOf } from '../../core/nearest.ts';
import { formatOfFile, mediaTypeOf } from '../../envelope/index.ts';
import { readSignatureFile } from '../blob/file.ts';
import type { ToolContext } from '../context.ts';
import { missing } from '../line/missing.ts';
import { type OptionValues, textIn } from '../line/option.ts';
import { blobInspectionJson, blobInspectionText } from './blob-inspection.ts';
import { inspectSignature } from './inspection.ts';

/** Prints a signature file as a tree or as JSON. @throws NotationError */
export async function inspectBlobSignature(path: string, options: OptionValues, { out }: ToolContext): Promise<number> {
  if (path === '') throw missing('signature path', 'blob inspect');
  const output = textIn(options, 'output') ?? 'tree';
  if (output !== 'tree' && output !== 'json')
    throw new NotationError('REQUEST', `invalid format: ${JSON.stringify(output)}`, { hint: meantOf(output, ['tree', 'json']) });
  const format = formatOfFile(path);
  if (format === undefined) {
    throw new NotationError(
      'REQUEST',
      `invalid signature filename ${JSON.stringify(path)}: expected one that tells the format, found none`,
      {
        hint: 'name it {blob}.jws.sig or {blob}.cose.sig, as blob sign does',
      },
    );
  }
  const envelope = await readSignatureFile(path);
  const inspection = await inspectSignature('', { mediaType: mediaTypeOf(format), envelope });
  out(output === 'json' ? blobInspectionJson(inspection) : blobInspectionText(path, inspection));
  return 0;
}
