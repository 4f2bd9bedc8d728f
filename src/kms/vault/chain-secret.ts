// The chain beside the key: the field `certificate` of a secret of the KV engine, version 2, as notation-hashicorp-vault keeps it.
import { NotationError } from '../../core/error.ts';
import { asObject } from '../../core/json.ts';
import { parseCertificates } from '../../x509/bundle.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { noChain, type OwnCertificates } from '../certificates.ts';
import type { KeyContext } from '../provider.ts';
import { isUnreadable } from './error.ts';
import type { VaultPlace } from './place.ts';
import type { VaultSession } from './session.ts';

export interface ChainSecret {
  readonly certificates: OwnCertificates;
  /** The error of a key that has no chain: what was said when the secret was looked for. */
  readonly noChain: () => NotationError;
}

/** A secret that is not there is an error only where an option names it, or where a chain is needed. */
export function openChainSecret({ secret, product }: VaultPlace, session: VaultSession, { settings: { text } }: KeyContext): ChainSecret {
  const path = `${secret.mount}/data/${secret.path}`;
  const named = text.kv_path !== undefined || text.kv_mount !== undefined;
  let problem: NotationError | undefined;
  const read = async (): Promise<readonly Certificate[]> => {
    const { data } = await session.ask('read the chain', path);
    const { certificate } = asObject(data ?? {}, `secret ${path}`, 'UNAVAILABLE');
    if (typeof certificate === 'string' && certificate !== '')
      return parseCertificates(Buffer.from(certificate), `field certificate of ${path}`);
    throw new NotationError('CERTIFICATE', `secret ${path}: expected a field certificate with the chain in PEM, found none`, {
      hint: `put it there with the ${product} program: kv put -mount=${secret.mount} ${secret.path} certificate=@chain.pem`,
    });
  };
  return {
    certificates: () =>
      read().catch((error: unknown) => {
        if (named || !isUnreadable(error)) throw error;
        problem = error;
        return [];
      }),
    noChain: () => noChain(problem?.message, problem?.metadata),
  };
}
