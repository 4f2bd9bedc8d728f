// The declarations that the npm package carries: those that its public face leads to, and no others.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const specifier = /(\bfrom |\bimport\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;

/** Writes the declarations of src/index.ts, and of all that they name, into `folder`. Answers how many files these are. */
export function writeTypes(root: string, folder: string): number {
  const made = mkdtempSync(join(tmpdir(), 'notation-ts-kms-types-'));
  try {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.types.json'), '--outDir', made], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const files = reachableFrom('index.ts', made);
    for (const [file, text] of files) {
      const path = join(folder, declarationOf(file));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text.replaceAll(specifier, '$1$2$3.js$2'));
    }
    return files.size;
  } finally {
    rmSync(made, { recursive: true });
  }
}

/** The declarations that a file leads to, its own among them, by the names of their sources. */
function reachableFrom(entry: string, folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const queue = [entry];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (found.has(file)) continue;
    const text = readFileSync(join(folder, declarationOf(file)), 'utf8');
    found.set(file, text);
    for (const [, , , target = ''] of text.matchAll(specifier)) queue.push(join(dirname(file), `${target}.ts`));
  }
  return found;
}

function declarationOf(file: string): string {
  return file.replace(/\.ts$/, '.d.ts');
}
