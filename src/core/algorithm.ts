// The six signing algorithms of the Notary Project, each described once.
// Signature specification, "Algorithm Selection"; everything else is handed a row, never a name.

const rows = [
  { keySpec: 'RSA-2048', signing: 'RSASSA-PSS-SHA-256', hash: 'SHA-256', jws: 'PS256', cose: -37, kind: 'RSA', bits: 2048, hashBytes: 32 },
  { keySpec: 'RSA-3072', signing: 'RSASSA-PSS-SHA-384', hash: 'SHA-384', jws: 'PS384', cose: -38, kind: 'RSA', bits: 3072, hashBytes: 48 },
  { keySpec: 'RSA-4096', signing: 'RSASSA-PSS-SHA-512', hash: 'SHA-512', jws: 'PS512', cose: -39, kind: 'RSA', bits: 4096, hashBytes: 64 },
  { keySpec: 'EC-256', signing: 'ECDSA-SHA-256', hash: 'SHA-256', jws: 'ES256', cose: -7, kind: 'EC', bits: 256, hashBytes: 32 },
  { keySpec: 'EC-384', signing: 'ECDSA-SHA-384', hash: 'SHA-384', jws: 'ES384', cose: -35, kind: 'EC', bits: 384, hashBytes: 48 },
  { keySpec: 'EC-521', signing: 'ECDSA-SHA-512', hash: 'SHA-512', jws: 'ES512', cose: -36, kind: 'EC', bits: 521, hashBytes: 64 },
] as const;

/** One row: what a key of this kind and size signs with, under each of its names. `bits` is the key's size, `hashBytes` the digest's length. */
export type Algorithm = (typeof rows)[number];
/** A key's kind and size. */
export type KeySpec = Algorithm['keySpec'];
/** The hash that goes with a key's size. */
export type HashAlgorithm = Algorithm['hash'];

export const algorithms: readonly Algorithm[] = rows;

/** "RSA-2048, RSA-3072, …": the supported key specs, for messages. */
export const supportedKeySpecs: string = rows.map((row) => row.keySpec).join(', ');

const bySpec = Object.fromEntries(rows.map((row) => [row.keySpec, row])) as Readonly<Record<KeySpec, Algorithm>>;

/** The row of a key spec. */
export function algorithmOfSpec(spec: KeySpec): Algorithm {
  return bySpec[spec];
}

/** Finds the row whose `column` equals `value`, as in `algorithmBy('jws', 'PS256')`. */
export function algorithmBy<C extends keyof Algorithm>(column: C, value: unknown): Algorithm | undefined {
  return rows.find((row) => row[column] === value);
}
