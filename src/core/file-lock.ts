// One writer of a file at a time, among the processes of this program on all machines that share its folder.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotationError } from './error.ts';
import { fileError, fileErrorCode, isAbsent } from './file-error.ts';

/** Where a lock is. */
export interface LockPlace {
  /** Of the lock file itself. */
  readonly path: string;
  /** A new name on the same file system, for a file that is there for a moment. */
  readonly temporary: () => string;
}

/** How long to wait for others, in milliseconds. */
export interface LockPatience {
  /** For the lock; then `TIMEOUT`. */
  readonly waitMs: number;
  /** Until a lock that does not change, and whose holder cannot be looked at from here, counts as left behind. */
  readonly staleMs: number;
}

/** Writing an index takes milliseconds: ten seconds of one and the same lock are a holder that is gone. */
export const defaultPatience: LockPatience = { waitMs: 30_000, staleMs: 10_000 };

const contentLimit = 4096;
const held = new Set<string>();

/**
 * Runs `work` while nobody else holds the lock file, not even this process. A lock whose holder has died is taken over: at once where this machine
 * can tell, else after `staleMs`.
 * @param work is handed a question to ask right before it changes anything: whether the lock is still its own, and not taken for left behind
 * @throws NotationError `TIMEOUT` when others hold it for longer than `waitMs`, `FILE` when it cannot be made
 */
export async function withLock<T>(place: LockPlace, patience: LockPatience, work: (isMine: () => boolean) => Promise<T>): Promise<T> {
  const { path } = place;
  const token = await acquire(place, patience);
  try {
    return await work(() => read(path) === token);
  } finally {
    if (read(path) === token) rmSync(path, { force: true });
    held.delete(token);
  }
}

async function acquire(place: LockPlace, { waitMs, staleMs }: LockPatience): Promise<string> {
  const { path } = place;
  const start = performance.now();
  let seen: { readonly content: string | undefined; readonly since: number } = { content: undefined, since: start };
  for (;;) {
    const token = create(place);
    if (token !== undefined) return token;
    const content = read(path);
    const now = performance.now();
    if (seen.content !== content) seen = { content, since: now };
    if (content !== undefined && (isGone(content) || now - seen.since > staleMs)) breakLock(place, content);
    else if (now - start > waitMs) throw stuck(path, content, waitMs);
    else await sleep(2 + Math.random() * 20);
  }
}

/** The new lock's content; undefined when there is a lock. */
function create(place: LockPlace): string | undefined {
  const content = JSON.stringify({ ...self(), token: randomBytes(16).toString('hex') });
  held.add(content);
  try {
    createWhole(place, content);
    return content;
  } catch (cause) {
    held.delete(content);
    if (fileErrorCode(cause) === 'EEXIST') return undefined;
    throw cause instanceof NotationError ? cause : fileError(`lock ${place.path} cannot be made`, cause);
  }
}

/** By a link, so that a lock never stands there without its holder's name; where the file system has no links, it may for a moment. */
function createWhole({ path, temporary: nextName }: LockPlace, content: string): void {
  const temporary = nextName();
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode: 0o644 });
    linkSync(temporary, path);
  } catch (cause) {
    if (!linkless.includes(fileErrorCode(cause))) throw cause;
    writeFileSync(path, content, { flag: 'wx', mode: 0o644 });
  } finally {
    rmSync(temporary, { force: true });
  }
}

const linkless = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'UNKNOWN'];

/** Undefined when there is none. A link in its place, or what is no regular file, is nobody's lock. */
function read(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const facts = fstatSync(file);
    if (!facts.isFile() || facts.size > contentLimit) throw notALock(path);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw cause instanceof NotationError ? cause : fileError(`lock ${path} cannot be read`, cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function notALock(path: string): NotationError {
  return new NotationError('FILE', `lock ${path}: expected a small regular file, found something else`, { hint: 'move it away' });
}

/** Whether the holder is a process of this machine that is no more. A number that was given anew counts as alive, but for this process's own. */
function isGone(content: string): boolean {
  const { pid, host, space } = parse(content);
  if (typeof pid !== 'number' || host !== self().host || space !== self().space) return false;
  if (pid === process.pid) return !held.has(content);
  try {
    process.kill(pid, 0);
    return false;
  } catch (cause) {
    return fileErrorCode(cause) === 'ESRCH';
  }
}

/**
 * Moves the lock away, if it is still the one that was seen. Between the look and the move another process may have done the same and made
 * its own: that one finds out by `isMine`, and begins again.
 */
function breakLock({ path, temporary }: LockPlace, content: string): void {
  if (read(path) !== content) return;
  const aside = temporary();
  try {
    renameSync(path, aside);
  } catch (cause) {
    if (fileErrorCode(cause) === 'ENOENT') return;
    throw fileError(`lock ${path}, which was left behind, cannot be taken over`, cause);
  }
  rmSync(aside, { force: true });
}

/** Who this process is; `space` tells apart containers that share a host's name, where process numbers mean nothing to one another. */
function self(): { readonly pid: number; readonly host: string; readonly space: string } {
  return { pid: process.pid, host: hostname(), space: processSpace() };
}

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function parse(content: string): { readonly pid?: unknown; readonly host?: unknown; readonly space?: unknown } {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function stuck(path: string, content: string | undefined, waitMs: number): NotationError {
  const { pid, host } = parse(content ?? '');
  const holder = typeof pid === 'number' && typeof host === 'string' ? `held by process ${pid} on ${JSON.stringify(host)}` : 'held';
  return new NotationError('TIMEOUT', `lock ${path}: expected it to be free within ${waitMs / 1000} s, found it ${holder}`, {
    hint: 'try again when that process is done',
  });
}
