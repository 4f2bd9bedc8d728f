import type { KeySpec } from '../../core/algorithm.ts';
import { NotationError } from '../../core/error.ts';
import type { KeyContext, KeyDescription } from '../provider.ts';
import { parseAwsKeyId } from './key-id.ts';
import { awsNames } from './names.ts';
import { placeOf } from './place.ts';
import { openSession } from './session.ts';

/** What `DescribeKey` says of a key, in one request. @throws NotationError as opening the key does */
export async function describeAwsKey(keyId: string, context: KeyContext): Promise<KeyDescription> {
  const asked = parseAwsKeyId(keyId);
  const place = await placeOf(asked, context);
  const { KeyMetadata: said } = await openSession(asked.key, place, context).describeKey();
  const { Arn: arn, KeyState: state, KeySpec: spec } = said ?? {};
  if (typeof arn !== 'string' || typeof state !== 'string' || typeof spec !== 'string') {
    throw new NotationError('UNAVAILABLE', `${asked.key}: expected a description from AWS KMS, found something else`);
  }
  return {
    id: arn,
    spec: specs.get(spec) ?? spec,
    state: stateOf(state, said?.DeletionDate),
    algorithms: Array.isArray(said?.SigningAlgorithms) ? said.SigningAlgorithms.map(String) : [],
    facts: factsOf({
      usage: said?.KeyUsage,
      'AWS key spec': spec,
      origin: said?.Origin,
      region: place.region,
      'multi-Region': said?.MultiRegionConfiguration?.MultiRegionKeyType,
      created: textOf(said?.CreationDate),
      description: said?.Description,
    }),
  };
}

const specs: ReadonlyMap<string, KeySpec> = new Map((Object.keys(awsNames) as KeySpec[]).map((spec) => [awsNames[spec].spec, spec]));

/** `PendingDeletion` → "pending deletion on …". */
function stateOf(state: string, deletion: unknown): string {
  const words = state.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  const on = state === 'PendingDeletion' ? textOf(deletion) : undefined;
  return on === undefined ? words : `${words} on ${on}`;
}

function textOf(date: unknown): string | undefined {
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}

/** What was said, and is a text. */
function factsOf(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, string] => typeof fact[1] === 'string' && fact[1] !== ''),
  );
}
