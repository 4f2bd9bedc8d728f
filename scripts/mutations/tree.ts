// Copies of the working tree, in which one file at a time is another.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutation } from './mutation.ts';

export interface Tree {
  readonly root: string;
  /** Calls `use` while the file is mutated. */
  readonly mutated: <T>(mutation: Mutation, use: () => Promise<T>) => Promise<T>;
  readonly remove: () => void;
}

const copied = ['src', 'test', 'scripts', 'plugin-spec', 'package.json', 'tsconfig.json'];
/** Not copied: too large, and nobody writes there. */
const linked = ['node_modules', 'dist'];

/** A copy of the tree at `from`, beside which the vectors of other projects lie as they do there. */
export function copyTree(from: string): Tree {
  const place = mkdtempSync(join(tmpdir(), 'notation-ts-kms-mutations-'));
  const root = join(place, 'tree');
  mkdirSync(root);
  for (const name of copied) cpSync(join(from, name), join(root, name), { recursive: true });
  for (const name of linked) if (existsSync(join(from, name))) symlinkSync(join(from, name), join(root, name));
  if (existsSync(join(from, '..', 'shared'))) symlinkSync(join(from, '..', 'shared'), join(place, 'shared'));
  return { root, mutated: (mutation, use) => whileMutated(root, mutation, use), remove: () => rmSync(place, { recursive: true }) };
}

async function whileMutated<T>(root: string, { file, start, end, text }: Mutation, use: () => Promise<T>): Promise<T> {
  const path = join(root, file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, source.slice(0, start) + text + source.slice(end));
  try {
    return await use();
  } finally {
    writeFileSync(path, source);
  }
}
