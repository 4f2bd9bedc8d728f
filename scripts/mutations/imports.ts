// Which test files import a source file, however far away.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether `from` imports one of `files`, lazily too; paths from `root`. */
export function importsAny(root: string, from: string, files: ReadonlySet<string>, seen: Set<string> = new Set()): boolean {
  if (files.has(from)) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return importsOf(root, from).some((file) => importsAny(root, file, files, seen));
}

const specifier = /(?:\bfrom\s*|\bimport\s*\(?\s*)'(\.[^']+\.ts)'/g;

function importsOf(root: string, file: string): readonly string[] {
  if (!existsSync(join(root, file))) return [];
  return [...readFileSync(join(root, file), 'utf8').matchAll(specifier)].map(([, target = '']) => join(dirname(file), target));
}
