// Secrets that options lead to: an option names a variable or a file, and never is the secret.
import { NotationError } from '../core/error.ts';
import type { Files } from '../core/ports.ts';
import type { OptionName } from './config.ts';

const fileLimit = 4096;

/** The first line of the file that holds a secret. @param what names the file for the reader @throws NotationError `FILE` */
export async function firstLineOf(path: string, what: string, files: Files): Promise<string> {
  const [line = ''] = Buffer.from(await files.read(path, what, fileLimit))
    .toString('utf8')
    .split(/\r?\n/, 1);
  return line;
}

/** The error of an option that names a variable which is not set. @param secret what the variable is to hold, as in "passphrase" */
export function unsetVariable(option: OptionName, variable: string, secret: string): NotationError {
  // Whoever put the secret itself here must not see it again in an error.
  const shown = /^[A-Z][A-Z0-9_]*$/.test(variable) ? ` ${variable}` : '';
  return new NotationError('CONFIG', `${option}: the environment variable${shown} is not set`, {
    hint: `${option} wants the name of a variable, not the ${secret}; set and export it where notation runs`,
  });
}
