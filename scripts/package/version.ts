import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of package.json. */
export function versionHere(): string {
  return (JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { readonly version: string }).version;
}
