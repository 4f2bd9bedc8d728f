// What can be told of the way to a key in a file.
import { randomBytes } from 'node:crypto';
import { doubtful, type Finding, found } from '../core/finding.ts';
import type { Settings } from './config.ts';
import { isReadByOthers } from './key-form.ts';
import type { KeyExamination } from './provider.ts';
import { signTestMessage, testMessage } from './test-signature.ts';

/** A key file that could be opened. */
interface OpenedFile {
  readonly path: string;
  readonly format: string;
  readonly encrypted: boolean;
  /** POSIX permission bits; 0 where the platform has none. */
  readonly mode: number;
}

/** @param open opens the key itself, with its passphrase where it needs one */
export function examineFile(open: () => Promise<OpenedFile>, settings: Settings): KeyExamination {
  return {
    credential: async () => judgeFile(await open(), settings),
    // Whoever answers must have made this very signature now.
    permission: (key) => signTestMessage(key, `${testMessage}${randomBytes(16).toString('hex')}\n`),
  };
}

function judgeFile({ path, format, encrypted, mode }: OpenedFile, settings: Settings): Finding {
  const facts = { path, format, encrypted, ...(mode !== 0 && { mode: mode.toString(8).padStart(4, '0') }) };
  const how = encrypted ? `encrypted, and opened with the passphrase of ${passphraseSource(settings)}` : 'not encrypted';
  if (!isReadByOthers(mode)) return found(`key file ${path} (${format}), ${how}`, facts);
  return doubtful(`key file ${path} (${format}), ${how}, and others may read it: its mode is ${facts.mode}`, `chmod 600 ${path}`, facts);
}

function passphraseSource({ text }: Settings): string {
  return text.passphrase_env === undefined ? 'passphrase_file' : 'passphrase_env';
}
