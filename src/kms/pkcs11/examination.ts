// What a token can tell of the way to a key: where the PIN is from, and which token it is.
import { found } from '../../core/finding.ts';
import type { KeyContext, KeyExamination } from '../provider.ts';
import { signTestMessage } from '../test-signature.ts';
import { openModule } from './key.ts';
import { type Pkcs11Uri, parsePkcs11Uri } from './uri.ts';

/** A token has no dry run, so that the key signs `testMessage`. @throws NotationError `KEY_NOT_FOUND`, `CONFIG` */
export function examinePkcs11Key(keyId: string, context: KeyContext): KeyExamination {
  const wish = parsePkcs11Uri(keyId);
  return {
    credential: async () => found(`PKCS#11: ${pinSource(wish, context)}`),
    identity: async () => {
      const { opened, module } = await openModule(wish, context);
      const { label, serial, manufacturer, model } = opened.token;
      const ways = opened.ways.join(', ') || 'nothing that Notary knows';
      return found(`token ${JSON.stringify(label)} of ${manufacturer} (${model}), which offers ${ways}`, {
        label,
        serial,
        manufacturer,
        model,
        module,
      });
    },
    permission: (key) => signTestMessage(key),
  };
}

function pinSource({ pinFile }: Pkcs11Uri, { settings: { text } }: KeyContext): string {
  if (text.pin_env !== undefined) return 'a PIN from the environment variable that pin_env names';
  const file = text.pin_file ?? pinFile;
  return file === undefined ? "no PIN; the token's own PIN pad asks, if it has one" : `a PIN from ${file}`;
}
