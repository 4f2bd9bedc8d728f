import { NotationError } from './error.ts';

/** Whether a file-system error says that nothing is there. */
export function isAbsent(cause: unknown): boolean {
  return fileErrorCode(cause) === 'ENOENT' || fileErrorCode(cause) === 'ENOTDIR';
}

/** Whether a file-system error says that something is there already. */
export function isTaken(cause: unknown): boolean {
  return fileErrorCode(cause) === 'EEXIST';
}

/** The error of a failed file operation, with the system's reason in words. */
export function fileError(message: string, cause: unknown): NotationError {
  const code = fileErrorCode(cause);
  return new NotationError('FILE', `${message}: ${reasons.get(code) ?? code}`, { cause });
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'it does not exist'],
  ['EEXIST', 'something else is in its place'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left'],
  ['EISDIR', 'it is a directory'],
  ['ELOOP', 'too many symbolic links'],
  ['ENXIO', 'it is no regular file'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ENOEXEC', 'it is no program that this system runs'],
  ['ETXTBSY', 'it is being written'],
]);

/** The system's name for why a file operation failed, such as `EEXIST`. */
export function fileErrorCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown reason';
}
