import { NotationError } from '../../core/error.ts';

/** The error of a command that was not told what it is about, in notation's words. */
export function missing(what: string, command: string): NotationError {
  return new NotationError('REQUEST', `missing ${what}`, {
    hint: `use notation-ts-kms ${command} --help to see what parameters are required`,
  });
}
