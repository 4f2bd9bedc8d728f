// Whose code the bundler really put into its output: of what is installed, much is never reached, and not all that is reached is kept.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmPurl, type ShippedPackage, sha512Of } from './component.ts';
import { pinOf } from './lock.ts';

/** Of what `bun build --metafile` writes, what is read here. */
interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>>;
}

/**
 * The packages that have code in an output, by name and version.
 * @param metafile path of what `bun build --metafile` wrote
 * @throws Error where a package is installed in another version than package-lock.json says
 */
export function packagesIn(metafile: string, root: string): readonly ShippedPackage[] {
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile;
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => folderOf(path));
  const folders = [...new Set(used)].filter((folder) => folder !== undefined);
  const packages = new Map(folders.map((folder) => packageIn(folder, root)).map((found) => [found.purl, found]));
  return [...packages.values()].sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

/** The package that a file belongs to; undefined for our own. */
function folderOf(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function packageIn(folder: string, root: string): ShippedPackage {
  const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as ShippedPackage;
  const pin = pinOf(root, folder);
  if (pin.version !== version) throw new Error(`${folder}: expected ${pin.version} as in package-lock.json, found ${version}`);
  if (pin.license === undefined) throw new Error(`${folder} states no licence`);
  return { name, version, folder, purl: npmPurl(name, version), licence: { expression: pin.license }, sha512: sha512Of(pin.integrity) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
