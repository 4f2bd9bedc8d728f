// notation's configuration folder, as a case has it.
import { cpSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { thirdPartyFolder } from '../support/third-party.ts';

export interface HomeWish {
  /** Below the vectors' folder. */
  readonly policy?: string;
  /** Files below the vectors' folder, by `type:name`. */
  readonly stores?: Readonly<Record<string, readonly string[]>>;
}

/** Fills a folder with a trust policy and trust stores; answers the environment that names it. */
export function makeHome(folder: string, { policy, stores = {} }: HomeWish): Readonly<Record<string, string>> {
  if (policy !== undefined) cpSync(join(thirdPartyFolder, policy), join(folder, 'trustpolicy.json'));
  for (const [name, paths] of Object.entries(stores)) {
    const store = join(folder, 'truststore', 'x509', ...name.split(':'));
    mkdirSync(store, { recursive: true });
    for (const path of paths) cpSync(join(thirdPartyFolder, path), join(store, basename(dirname(path)) + basename(path)));
  }
  return { NOTATION_CONFIG: folder, XDG_CACHE_HOME: join(folder, 'cache'), HOME: folder };
}
