// How `policy import` and `policy init` put a policy in its place.
import { inWords, NotationError } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import { disk } from '../../store/disk.ts';
import { isPolicyThere, type PolicyPlace, policyLimit, writePolicy } from '../../store/trust-policy.ts';
import type { ToolContext } from '../context.ts';
import { confirm } from '../voice/confirm.ts';
import { policyWords } from './kind.ts';

/** A policy that was checked, on its way to its file. */
export interface NewPolicy {
  readonly place: PolicyPlace;
  readonly content: Uint8Array | string;
  readonly force: boolean;
}

/**
 * Writes a policy in the place of the one that is there, once somebody agrees; false when nobody does. As in notation, nobody is asked about a
 * file that is not even JSON.
 * @throws NotationError `FILE`
 */
export async function replacePolicy({ place, content, force }: NewPolicy, context: ToolContext): Promise<boolean> {
  const words = policyWords[place.name];
  const there = await isReadable(place);
  if (there && !force && !confirm(words.question, context)) return false;
  if (force && (there || words.alwaysWarns)) context.error(`Warning: ${words.replaced}\n`);
  await inWords(words.unwritten, () => writePolicy(place, content));
  return true;
}

async function isReadable(place: PolicyPlace): Promise<boolean> {
  if (!isPolicyThere(place)) return false;
  try {
    parseJson(await disk.read(place.path, place.name, policyLimit), place.name);
    return true;
  } catch (cause) {
    if (cause instanceof NotationError) return false;
    throw cause;
  }
}
