import { parseReference } from '../../registry/reference.ts';
import type { DoctorWish } from './wish.ts';

/** The repository whose trust policy statement applies, `registry/repository`; undefined where there is no telling. */
export function scopeOf({ reference, ociLayout, scope }: DoctorWish): string | undefined {
  if (reference === undefined || ociLayout) return scope;
  try {
    const { registry, repository } = parseReference(reference);
    return `${registry}/${repository}`;
  } catch {
    // Of a reference that is none another check tells.
    return undefined;
  }
}
