// Writes the documentation of the library into dist/docs, from its docstrings. Whatever is exported and not told, or told and not exported, fails.
// TypeDoc needs the compiler API of a TypeScript before 7, so it lives with the peers (scripts/peers typedoc), with such a one beside it.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const options = {
  tsconfig: 'tsconfig.types.json',
  entryPoints: ['src/index.ts'],
  name: 'notation-ts-kms',
  readme: 'none',
  githubPages: 'false',
  disableSources: 'true',
  excludePrivate: 'true',
  // Tables of constants; the types made of them say what is in them.
  intentionallyNotExported: ['rows', 'logLevels', 'foreign', 'checkNames', 'trustStoreTypes', 'options', 'keyUsageBit'],
  sort: 'source-order',
  treatWarningsAsErrors: 'true',
  treatValidationWarningsAsErrors: 'true',
  'validation.notExported': 'true',
  'validation.invalidLink': 'true',
  'validation.notDocumented': 'true',
  requiredToBeDocumented: ['Function', 'Class', 'Interface', 'TypeAlias', 'Variable', 'Method'],
} as const;

/** Writes the documentation into `folder`. @throws Error where TypeDoc has something to say */
export function writeDocs(typedoc: string, folder: string): void {
  const words = Object.entries(options).flatMap(([name, value]) => [value].flat().flatMap((one) => [`--${name}`, one]));
  execFileSync(typedoc, [...words, '--out', folder], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

if (import.meta.main) {
  const peers = execFileSync(join(root, 'scripts', 'peers'), ['--path'], { encoding: 'utf8' }).trim();
  const typedoc = join(peers, 'typedoc');
  if (!existsSync(typedoc)) execFileSync(join(root, 'scripts', 'peers'), ['typedoc'], { stdio: 'inherit' });
  writeDocs(typedoc, join(root, 'dist', 'docs'));
  process.stdout.write('dist/docs/index.html\n');
}
