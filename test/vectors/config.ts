// Group config: notation's list of signing keys.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { disk } from '../../src/store/disk.ts';
import { readSigningKeys } from '../../src/store/signing-keys.ts';
import { thirdPartyFolder } from '../support/third-party.ts';
import { ask, type Group } from './answer.ts';
import { inFolder } from './folder.ts';
import { answerOfTool } from './tool.ts';

/** What a row has done to the list, and what we say of it; a list without that default is only read. */
const rows: Readonly<Record<string, { readonly words: readonly string[]; readonly says: RegExp }>> = {
  'keys-missing-default': { words: ['key', 'list'], says: /default key 'missing-default' not found/ },
  'keys-add-empty-name': { words: ['key', 'add', '--plugin', 'com.example', '--id', 'k', ''], says: /key name cannot be empty/ },
  'keys-plugin-empty-id': { words: ['key', 'add', '--plugin', 'com.example', '--id', '', 'k'], says: /missing key id/ },
  'keys-plugin-empty-name': { words: ['key', 'add', '--plugin', '', '--id', 'k', 'k'], says: /plugin/ },
  'keys-get-missing': { words: ['key', 'update', 'non-existent', '--default'], says: /non-existent/ },
};

export const config: Group = {
  name: 'config',
  questions: (one) => {
    const row = rows[one.id];
    if (!row) {
      const path = join(thirdPartyFolder, one.files[0]?.path ?? '');
      return [ask(one, () => readSigningKeys(path, disk), /multiple keys with name 'wabbit-networks'/)];
    }
    const answer = () =>
      inFolder((folder) => {
        const list = one.id === 'keys-missing-default' ? { default: 'missing-default', keys: [] } : { keys: [] };
        writeFileSync(join(folder, 'signingkeys.json'), JSON.stringify(list));
        return answerOfTool(row.words, { environment: { NOTATION_CONFIG: folder } });
      });
    return [{ ...ask(one, () => undefined, row.says), answer }];
  },
};
