import { NotationError } from '../../core/error.ts';

/** Which of the two programs, whose interfaces are the same, and which environment variables are its own. */
export type VaultProduct = 'Vault' | 'OpenBao';

/** A key of the Transit engine, by name. */
export interface VaultKeyId {
  readonly product: VaultProduct;
  readonly name: string;
}

/** Reads `hashivault://KEY` and `openbao://KEY`, the scheme in any case. @throws NotationError `KEY_NOT_FOUND` */
export function parseVaultKeyId(keyId: string): VaultKeyId {
  const [, scheme = '', name = ''] = /^(hashivault|openbao):\/\/(.*)$/is.exec(keyId) ?? [];
  if (scheme !== '' && isTransitName(name)) return { product: scheme.toLowerCase() === 'openbao' ? 'OpenBao' : 'Vault', name };
  throw new NotationError('KEY_NOT_FOUND', `key id: expected hashivault://KEY or openbao://KEY, found ${JSON.stringify(keyId)}`, {
    hint: 'KEY is the name of a Transit key: letters, digits, dots, dashes, underscores; transit_mount says where the engine is mounted',
  });
}

/** Whether the Transit engine could have a key of this name (its own rule for names). */
export function isTransitName(text: string): boolean {
  return /^\w(?:[\w.-]{0,253}\w)?$/.test(text);
}
