// The processes that a test file has started, as far as the system tells (proc(5)).
import { readdirSync, readFileSync } from 'node:fs';

/** Ends every process of the group, those too whose parent is gone. */
export function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // There is none.
  }
}

/** A line for each process of the group: what it is, whose child, in which state and where in the kernel it waits. */
export function describeGroup(leader: number | undefined): string {
  const lines = processes().flatMap((id) => describe(id, leader) ?? []);
  return lines.length > 0 ? lines.join('\n') : '  nothing that the system tells of';
}

function processes(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function describe(id: string, leader: number | undefined): string | undefined {
  const stat = read(id, 'stat');
  // The name in parentheses may hold anything.
  const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (group === undefined || Number(group) !== leader) return undefined;
  const command = read(id, 'cmdline').replaceAll('\0', ' ').trim() || stat.split(' ')[1];
  return `  ${id} (child of ${parent}) ${state} ${read(id, 'wchan') || '-'} ${command}`.slice(0, 200);
}

function read(id: string, what: string): string {
  try {
    return readFileSync(`/proc/${id}/${what}`, 'utf8');
  } catch {
    return '';
  }
}
