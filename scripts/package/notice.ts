import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean; readonly optional?: boolean }>
  >;
}

const runtime = `This executable contains the Bun runtime (MIT License), which links JavaScriptCore and parts of WebKit under the
GNU Lesser General Public License, version 2. The sources of Bun and of the WebKit it links are public at
https://github.com/oven-sh/bun and https://github.com/oven-sh/WebKit; with them and the sources of notation-ts-kms
(npm run build) anybody can make this executable anew with a changed runtime.`;

/** The text of NOTICE: whose work the executable contains and under which terms, from the licence files of the packages themselves. */
export function noticeOf(root: string, version: string): string {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const packages = Object.entries(lock.packages).filter(([path, { dev, optional }]) => path !== '' && !dev && !optional);
  const parts = packages.map(([path, { version: release, license }]) => {
    const title = `${path.replace(/^.*node_modules\//, '')} ${release} (${license})`;
    return `${title}\n\n${licenceText(join(root, path))}`;
  });
  return [`notation-ts-kms ${version}\nApache License 2.0, see LICENSE.`, runtime, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`);
}

function licenceText(folder: string): string {
  const file = existsSync(folder) ? readdirSync(folder).find((name) => /^licen[cs]e/i.test(name)) : undefined;
  return file === undefined ? 'The package carries no licence file.\n' : readFileSync(join(folder, file), 'utf8').trim();
}
