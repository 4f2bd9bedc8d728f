import { accessSync, constants } from 'node:fs';

/** Whether this process may write the file, or put files into the folder. False also where nothing is there. */
export function isWritable(path: string): boolean {
  return isAccessible(path, constants.W_OK);
}

/** Whether this process may run the file. */
export function isExecutable(path: string): boolean {
  return isAccessible(path, constants.X_OK);
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
