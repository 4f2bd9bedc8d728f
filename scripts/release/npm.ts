// The npm form as a tarball, with the list of what is in it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildModules } from '../build.ts';
import { sbomOf } from '../package/sbom.ts';

const root = join(import.meta.dirname, '../..');

/** Builds and packs the npm form into `folder`; answers the names of the files. */
export function packModules(folder: string, version: string): readonly string[] {
  const cwd = join(root, 'dist', 'npm');
  const packages = buildModules('npm', cwd);
  const words = ['pack', '--silent', '--ignore-scripts', '--json', '--pack-destination', folder];
  const packed = JSON.parse(execFileSync('npm', words, { cwd, encoding: 'utf8' })) as readonly { readonly filename: string }[];
  const file = packed[0]?.filename;
  if (file === undefined) throw new Error('npm pack made nothing');
  const sbom = `notation-ts-kms_${version}_npm.cdx.json`;
  writeFileSync(join(folder, sbom), sbomOf({ version, file, bytes: readFileSync(join(folder, file)), packages }));
  return [file, sbom];
}
