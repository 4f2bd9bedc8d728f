// Names for this machine that its own name service does not know, in a name space of mounts that the commands have for themselves.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const enter = ['unshare', '--map-root-user', '--mount'];

/** Whether this machine lets its users have such name spaces. */
export function canName(): boolean {
  const [program = '', ...words] = [...enter, 'true'];
  return spawnSync(program, words).status === 0;
}

/** The words before a program that make `names` mean this machine, for that program and its children alone. */
export function naming(names: readonly string[], folder: string): readonly string[] {
  if (names.length === 0) return [];
  const file = join(folder, 'hosts');
  writeFileSync(file, `${readFileSync('/etc/hosts', 'utf8')}\n${names.map((name) => `127.0.0.1 ${name}\n`).join('')}`);
  return [...enter, 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', file];
}
