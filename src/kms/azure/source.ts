import { NotationError } from '../../core/error.ts';
import type { Settings } from '../config.ts';
import type { Cloud } from './cloud.ts';

/** Where the plugin config says that a key's certificates are. */
export type Source =
  /** The whole chain in a file (`cert_chain`). */
  | { readonly kind: 'file' }
  /** The leaf in the vault's certificate, its issuers in a file (`ca_certs`) or, where it signed itself, nowhere. */
  | { readonly kind: 'certificate'; readonly issuers: string | undefined }
  /** The chain in the secret of the same name (`cert_source=secret`), its issuers possibly in a file too. */
  | { readonly kind: 'secret'; readonly issuers: string | undefined }
  /** Nothing is said. */
  | { readonly kind: 'any' }
  /** There are none in a Managed HSM. */
  | { readonly kind: 'nowhere' };

/**
 * Reads `cert_chain`, `ca_certs`, `self_signed` and `cert_source`; what they may not be together with is config.ts's.
 * @throws NotationError `CONFIG`
 */
export function sourceOf({ text }: Settings, kind: Cloud['kind']): Source {
  const { cert_chain: chain, ca_certs: issuers, self_signed: alone, cert_source: source } = text;
  const selfSigned = choiceOf('self_signed', alone, ['true', 'false']) === 'true';
  const wanted = choiceOf('cert_source', source, ['certificate', 'secret']);
  if (chain !== undefined) return { kind: 'file' };
  if (selfSigned && wanted === 'secret') throw contradiction();
  if (kind === 'hsm') return nowhere([issuers, wanted, selfSigned ? alone : undefined]);
  if (wanted === 'secret') return { kind: 'secret', issuers };
  return issuers !== undefined || selfSigned || wanted === 'certificate' ? { kind: 'certificate', issuers } : { kind: 'any' };
}

/** notation-azure-kv takes these words in any case. */
function choiceOf<T extends string>(option: string, value: string | undefined, choices: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value.toLowerCase());
  if (found !== undefined) return found;
  throw new NotationError('CONFIG', `plugin config ${option}: expected ${choices.join(' or ')}, found something else`);
}

function contradiction(): NotationError {
  return new NotationError('CONFIG', 'plugin config: expected self_signed or cert_source=secret, found both', {
    hint: 'remove one of them',
  });
}

function nowhere(wanted: readonly (string | undefined)[]): Source {
  if (wanted.every((value) => value === undefined)) return { kind: 'nowhere' };
  throw new NotationError(
    'CONFIG',
    'plugin config: a Managed HSM keeps no certificates that ca_certs, self_signed or cert_source could be about',
    {
      hint: 'name the file that holds the whole chain with cert_chain',
    },
  );
}
