// How the README says that a release is checked.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Recipe {
  /** Shell commands with notation-ts-kms itself. */
  readonly tool: string;
  /** Shell commands with openssl alone, for each kind of key. */
  readonly openssl: Readonly<Record<'RSA' | 'EC', string>>;
}

/** What the page calls the signer, its certificate and the file that is signed. */
export const named = {
  identity: 'C=US, ST=WA, O=Example, CN=release',
  certificate: 'release.crt',
  checksums: 'notation-ts-kms_0.1.0_checksums.txt',
} as const;

/** The commands of the README's page "Check a release". @throws Error where the page is not as it was */
export function readRecipe(): Recipe {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const page = /^## Check a release\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  const [tool, unpack, rsa, ec, finish, ...more] = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  if (tool === undefined || unpack === undefined || rsa === undefined || ec === undefined || finish === undefined || more.length > 0)
    throw new Error('README.md, "Check a release": expected 5 blocks of commands, found other than that');
  return { tool, openssl: { RSA: unpack + rsa + finish, EC: unpack + ec + finish } };
}
