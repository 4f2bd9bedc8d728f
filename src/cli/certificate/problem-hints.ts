import type { Problem } from '../../x509/chain/diagnosis.ts';

/** What to do about each kind of problem with a chain. */
export const problemHints: Readonly<Record<Problem['kind'], string>> = {
  duplicate: '--fix puts that right',
  order: '--fix puts that right',
  extra: '--fix puts that right',
  missing: 'get the missing certificate from the authority, and name its file too or add it to a trust store of type ca',
  key: 'get a certificate for this key, or name the key that this certificate is for',
  leaf: 'name the key with --id, or leave the other certificates out',
  rule: 'have the certificate issued anew as notation wants it: key csr asks for the right usages',
  validity: 'have the certificate renewed, or look at the clock',
};
