import { algorithms } from '../../core/algorithm.ts';
import type { KeyDescription } from '../provider.ts';
import type { VaultPlace } from './place.ts';
import { type TransitKey, transitTypes } from './transit.ts';

/** A Transit key in our words; the version is the newest, or the one that an option names. */
export function describeTransitKey(
  { type, latest, versions, said }: TransitKey,
  { product, address, transit }: VaultPlace,
): KeyDescription {
  const version = transit.version ?? latest;
  const spec = transitTypes[type] ?? type;
  return {
    id: `${address}/v1/${transit.mount}/keys/${transit.key}`,
    spec,
    state: stateOf(said, version),
    version: String(version),
    algorithms: algorithms.filter(({ keySpec }) => keySpec === spec).map(({ signing }) => signing),
    facts: {
      'kept in': product,
      type,
      versions: versions.map((one) => String(one.version)).join(', '),
      'newest version': String(latest),
      ...told('least version that signs', said['min_encryption_version']),
      ...told('exportable', said['exportable']),
      ...told('may be deleted', said['deletion_allowed']),
      ...told('imported', said['imported_key']),
    },
  };
}

/** 0 stands for any version. */
function stateOf({ min_encryption_version: least, soft_deleted: deleted }: TransitKey['said'], version: number): string {
  if (deleted === true) return 'deleted, and can be restored';
  return typeof least === 'number' && version < least ? `too old to sign: the least version is ${least}` : 'enabled';
}

function told(label: string, value: unknown): Readonly<Record<string, string>> {
  return typeof value === 'boolean' || (typeof value === 'number' && value > 0) ? { [label]: String(value) } : {};
}
