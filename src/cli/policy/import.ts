// `policy import`: a trust policy from a file.
import { inWords } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { passedOver, policyLimit } from '../../store/trust-policy.ts';
import type { ToolContext } from '../context.ts';
import { printable } from '../voice/fields.ts';
import { type PolicyKind, policyWords } from './kind.ts';
import { replacePolicy } from './replace.ts';

/** Checks the policy in a file and puts it, byte for byte, in the place of the one that is there. @throws NotationError `FILE`, `POLICY` */
export async function importPolicy(kind: PolicyKind, file: string, force: boolean, context: ToolContext): Promise<number> {
  const directories = directoriesOf(context);
  const place = kind.placeIn(directories);
  const words = policyWords[place.name];
  const content = await inWords(words.unread, () => disk.read(file, 'file', policyLimit));
  await inWords(words.unparsed, () => parseJson(content, file, 'POLICY'));
  const warnings = await inWords(words.invalid, () => kind.check(content, file));
  if (!(await replacePolicy({ place, content, force }, context))) return 0;
  for (const warning of warnings) context.error(`Warning: ${printable(warning)}\n`);
  const other = passedOver(place, directories);
  if (other !== undefined) context.error(`Warning: ${printable(other)} is left as it is: notation 1 reads it, and not ${place.name}\n`);
  context.out(`${printable(words.imported(place.path))}\n`);
  return 0;
}
