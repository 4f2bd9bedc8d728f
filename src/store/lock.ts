// One writer at a time, among the processes of this program: notation's files have no lock of their own.
import { link, mkdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileError, fileErrorCode, isAbsent, isTaken } from '../core/file-error.ts';

const pauseMs = 10;
/** A writer needs milliseconds: a lock that stays the same for so many pauses is left over from one that was killed. */
const patience = 500;

let taken = 0;

/**
 * Runs `work` while nobody else holds the lock of `path`, a file beside it. A lock that a killed process left is taken over: at once when
 * that process ran on this machine, else after five seconds without a change.
 * @throws NotationError `FILE` when the lock cannot be written, and whatever `work` throws
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  taken += 1;
  const mine = `${process.pid} ${await here()} ${taken} ${process.hrtime.bigint()}\n`;
  await acquire(lock, mine).catch((cause: unknown) => {
    throw fileError(`${path} cannot be written`, cause);
  });
  try {
    return await work();
  } finally {
    if ((await holderOf(lock)) === mine) await rm(lock, { force: true });
  }
}

async function acquire(lock: string, mine: string): Promise<void> {
  await mkdir(dirname(lock), { recursive: true, mode: 0o700 });
  let seen: string | undefined;
  for (let same = 0; !(await tryToTake(lock, mine)); same += 1) {
    const holder = await holderOf(lock);
    if (holder !== seen) same = 0;
    seen = holder;
    if (holder !== undefined && (same >= patience || (await isDead(holder)))) await discard(lock, holder);
    else await setTimeout(pauseMs);
  }
}

async function tryToTake(lock: string, mine: string): Promise<boolean> {
  try {
    await writeFile(lock, mine, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}

async function holderOf(lock: string): Promise<string | undefined> {
  return readFile(lock, 'utf8').catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
}

/** Only of this machine's processes can that be known. */
async function isDead(holder: string): Promise<boolean> {
  const [pid, place] = holder.split(' ');
  if (place !== (await here())) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return fileErrorCode(error) === 'ESRCH';
  }
}

/** Where a process number means something: containers may share a host's name, and do not share processes. */
async function here(): Promise<string> {
  return `${hostname()}/${await readlink('/proc/self/ns/pid').catch(() => '')}`;
}

/** Moved away first: of several that find the same dead lock, one moves it, and who moved another's living lock puts it back. */
async function discard(lock: string, dead: string): Promise<void> {
  taken += 1;
  const aside = `${lock}.${process.pid}.${taken}`;
  try {
    await rename(lock, aside);
    if ((await holderOf(aside)) !== dead) await link(aside, lock);
  } catch (error) {
    if (!isAbsent(error) && !isTaken(error)) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
