import type { Descriptor } from '../../core/model.ts';
import { printable } from '../voice/fields.ts';
import type { Artifact } from './artifacts.ts';

/** The signatures of an artifact, but no more than `limit`: after those comes `more`. */
export async function* firstSignatures({ repository, descriptor }: Artifact, limit: number): AsyncGenerator<Descriptor | 'more'> {
  let count = 0;
  for await (const signature of repository.signatures(descriptor)) {
    count += 1;
    if (count > limit) {
      yield 'more';
      return;
    }
    yield signature;
  }
}

/** notation's words for `more`. */
export function tooManyWarning(limit: number): string {
  return `Warning: exceeded configured limit of max signatures ${limit} to examine\n`;
}

/** notation's words for none. */
export function unsignedNote({ name }: Artifact): string {
  return `${printable(name)} has no associated signature\n`;
}
