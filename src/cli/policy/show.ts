// `policy show`: the trust policy as it stands in its file.
import { inWords, NotationError, sentenceOf } from '../../core/error.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { checkPolicyFile, isPolicyThere, passedOver, policyLimit } from '../../store/trust-policy.ts';
import type { ToolContext } from '../context.ts';
import { printable } from '../voice/fields.ts';
import { type PolicyKind, policyWords } from './kind.ts';

/** Prints the file byte for byte, whatever is in it; what is wrong with it is an error all the same. @throws NotationError `FILE`, `POLICY` */
export async function showPolicy(kind: PolicyKind, context: ToolContext): Promise<number> {
  const directories = directoriesOf(context);
  const place = kind.placeIn(directories);
  const words = policyWords[place.name];
  const importing = `\`notation ${kind.command} import <path-to-policy.json>\``;
  if (!isPolicyThere(place)) throw new NotationError('FILE', `${words.absent} You can import one using ${importing}`);
  const content = await inWords(words.unshown, () => disk.read(place.path, 'trust policy', policyLimit));
  context.out(content);
  try {
    await checkPolicyFile(place, directories, disk);
    for (const warning of kind.check(content, place.name)) context.error(`Warning: ${printable(warning)}\n`);
  } catch (cause) {
    if (!(cause instanceof NotationError)) throw cause;
    throw new NotationError(cause.code, `${sentenceOf(cause)}. ${words.broken} ${importing}`, { cause });
  }
  const other = passedOver(place, directories);
  if (other !== undefined) context.error(`Warning: ${printable(other)} is there too: notation 1 reads it, and not ${place.name}\n`);
  return 0;
}
