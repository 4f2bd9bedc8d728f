// What the secret of a certificate may hold: a chain with its key, as PKCS#12 or PEM, or something else.
import type { Holder } from '../pki.ts';
import type { Secret } from './azure.ts';
import { certificatesOf, keyPemOf, passphrase, pem, pkcs12, toPemSecret, toPkcs12, tripleDes } from './azure-secret.ts';
import { chainFlaws } from './chain-faults.ts';
import type { Expected, Row } from './row.ts';

const found: Expected = { outcome: 'success' };
const refused: Expected = { outcome: 'VALIDATION_ERROR' };

export const azureSecretFaults: readonly Row[] = [
  holds('PEM', toPemSecret, found),
  holds('PEM with the chain before the key', (chain) => ({ contentType: pem, value: certificatesOf(chain) + keyPemOf(chain) }), found),
  holds('PEM without the key, which is not needed', (chain) => ({ contentType: pem, value: certificatesOf(chain) }), found),
  holds('PEM with the leaf alone', (chain) => ({ contentType: pem, value: keyPemOf(chain) + certificatesOf(chain.slice(0, 1)) }), refused),
  holds('PEM without certificates', (chain) => ({ contentType: pem, value: keyPemOf(chain) }), refused),
  holds('PEM cut off', (chain) => ({ contentType: pem, value: certificatesOf(chain).slice(0, 700) }), refused),
  holds('PKCS#12 with AES', (chain) => toPkcs12(chain), found),
  holds('PKCS#12 with 3DES', (chain) => toPkcs12(chain, tripleDes), found),
  {
    ...holds('PKCS#12 with an RSA key', (chain) => toPkcs12(chain, tripleDes), found),
    scene: { spec: 'RSA-2048', secret: (chain) => toPkcs12(chain, tripleDes) },
  },
  holds('PKCS#12 with the leaf alone', (chain) => toPkcs12(chain.slice(0, 1)), refused),
  holds('PKCS#12 with a password', (chain) => toPkcs12(chain, [], passphrase), refused),
  holds('PKCS#12 cut off', (chain) => ({ contentType: pkcs12, value: toPkcs12(chain).value.slice(0, 400) }), refused),
  holds('PKCS#12 that is no base64', () => ({ contentType: pkcs12, value: '%%%' }), refused),
  holds('PKCS#12 that is PEM', (chain) => ({ ...toPemSecret(chain), contentType: pkcs12 }), { outcome: ['VALIDATION_ERROR', 'success'] }),
  holds('nothing', () => ({ contentType: pem, value: '' }), { outcome: ['VALIDATION_ERROR', 'ERROR'] }),
  holds('a password', () => ({ contentType: 'text/plain', value: passphrase }), { ...refused, says: [/text\/plain/] }),
  holds('something of no content type', () => ({ value: passphrase }), refused),
  ...chainFlaws.map(
    ([flaw, expected]): Row => ({
      name: `a secret with a chain ${flaw}`,
      at: ['azure secret'],
      scene: { flaw, secret: toPemSecret },
      expected,
    }),
  ),
];

function holds(what: string, secret: (chain: readonly Holder[]) => Secret, expected: Expected): Row {
  return { name: `a secret that holds ${what}`, at: ['azure secret'], scene: { secret }, expected };
}
