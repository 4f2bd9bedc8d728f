import { type Algorithm, algorithmBy, supportedKeySpecs } from '../../core/algorithm.ts';
import { describeKey } from '../../kms/index.ts';
import type { KeyDescription } from '../../kms/provider.ts';
import type { ToolContext } from '../context.ts';
import { type KeyWish, withKeys } from '../sign/key-context.ts';
import { printFields } from '../voice/fields.ts';

/** Prints what the backend says of a key, and what notation signs with it or why it cannot. @throws NotationError */
export async function printDescription(wish: KeyWish & { readonly output: 'text' | 'json' }, context: ToolContext): Promise<number> {
  const description = await withKeys('key describe', wish, context, (keys) => describeKey(wish.id, keys));
  context.out(wish.output === 'json' ? `${JSON.stringify(toJson(description), undefined, 4)}\n` : printFields(toFields(description)));
  return 0;
}

export type Verdict = { readonly algorithm: Algorithm } | { readonly reason: string };

/** Whether notation signs with a key, and how or why not. */
export function judge({ spec, state, algorithms }: KeyDescription): Verdict {
  if (state !== 'enabled') return { reason: `it is ${state}` };
  const algorithm = algorithmBy('keySpec', spec);
  if (algorithm === undefined) return { reason: `expected a key of ${supportedKeySpecs}, found ${spec}` };
  return algorithms.length === 0 ? { reason: 'it is no signing key' } : { algorithm };
}

function toFields(description: KeyDescription): readonly (readonly [string, string])[] {
  const verdict = judge(description);
  const { id, spec, state, version, algorithms, facts } = description;
  return [
    ['Key', id],
    ['Key spec', spec],
    ['State', state],
    ...(version === undefined ? [] : [['Version', version] as const]),
    ...(algorithms.length === 0 ? [] : [['Algorithms', algorithms.join(', ')] as const]),
    ...Object.entries(facts).map(([label, text]) => [capitalised(label), text] as const),
    ['Notation', 'algorithm' in verdict ? `signs with ${verdict.algorithm.signing}` : `cannot sign with it: ${verdict.reason}`],
  ];
}

function capitalised(label: string): string {
  return label.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

function toJson(description: KeyDescription): object {
  const verdict = judge(description);
  if ('reason' in verdict) return { ...description, usable: false, reason: verdict.reason };
  const { keySpec, signing, hash } = verdict.algorithm;
  return { ...description, usable: true, keySpec, signingAlgorithm: signing, hashAlgorithm: hash };
}
