// The npm package around the modules: its manifest, its declarations, and what a reader looks for first.
// The package is a folder of its own, which `npm publish dist/npm` takes; the repository itself stays private, so that nobody publishes it whole by mistake.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTypes } from './types.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: object;
}

/** Adds all that the modules in `folder` lack to be a package. @param man path of the manual page */
export function completeNpmPackage(root: string, folder: string, man: string): void {
  writeTypes(root, join(folder, 'types'));
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) copyFileSync(join(root, file), join(folder, file));
  mkdirSync(join(folder, 'man'));
  copyFileSync(man, join(folder, 'man', 'notation-ts-kms.1'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifestOf(root), undefined, 2)}\n`);
}

/** There are no dependencies: all that is used of other packages is in the modules, each part loaded when it is needed. */
function manifestOf(root: string): object {
  const { name, version, description, license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  return {
    name,
    version,
    description,
    license,
    keywords: ['notation', 'notary-project', 'signing', 'oci', 'kms', 'supply-chain'],
    type: 'module',
    engines,
    bin: { [name]: 'main.js' },
    man: './man/notation-ts-kms.1',
    exports: { '.': { types: './types/index.d.ts', default: './index.js' }, './package.json': './package.json' },
    types: './types/index.d.ts',
    sideEffects: false,
  };
}
