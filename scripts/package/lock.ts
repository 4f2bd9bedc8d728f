import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What package-lock.json pins of a package. */
export interface Pin {
  readonly version: string;
  /** "sha512-" and the digest of the package's tarball in base64. */
  readonly integrity: string;
  /** The SPDX expression that the package states. */
  readonly license?: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, Pin | undefined>>;
}

/** The pin of the package in this folder, "node_modules/…". @throws Error where there is none */
export function pinOf(root: string, folder: string): Pin {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const pin = lock.packages[folder];
  if (pin === undefined) throw new Error(`${folder} is not in package-lock.json`);
  return pin;
}
