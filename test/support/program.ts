import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const root: string = join(import.meta.dirname, '..', '..');

/** One built form of the program, and the command that starts it. */
export interface Form {
  readonly name: string;
  readonly command: readonly string[];
}

/** The shipped executable. */
export const executable: string = join(root, 'dist', process.platform === 'win32' ? 'notation-ts-kms.exe' : 'notation-ts-kms');

/** The forms that the build makes; scripts/test makes all of them first. */
export const forms: readonly Form[] = [
  { name: 'executable', command: [executable] },
  { name: 'npm', command: [process.execPath, join(root, 'dist', 'npm', 'main.js')] },
  { name: 'pkg', command: [join(root, 'dist', 'pkg', 'notation-ts-kms')] },
];

for (const { name, command } of forms) {
  const file = command.at(-1) ?? '';
  if (!existsSync(file))
    throw new Error(`the ${name} form is not built: ${file} is missing; run npm run build${name === 'executable' ? '' : `:${name}`}`);
}
