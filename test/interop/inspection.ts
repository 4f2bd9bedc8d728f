import assert from 'node:assert/strict';
import type { Notation } from '../support/notation.ts';

/** One signature as `notation inspect -o json` shows it. */
export interface Inspection {
  readonly mediaType: string;
  readonly digest: string;
  readonly signatureAlgorithm: string;
  readonly signedAttributes: Readonly<Record<string, string>>;
  readonly userDefinedAttributes: Readonly<Record<string, string>> | null;
  readonly unsignedAttributes: { readonly signingAgent: string };
  readonly certificates: readonly { readonly SHA256Fingerprint: string; readonly issuedTo: string }[];
}

/** The artifact's only signature. */
export async function inspectOne(notation: Notation, reference: string): Promise<Inspection> {
  const { code, stdout, stderr } = await notation.run(['inspect', '--output', 'json', reference]);
  assert.equal(code, 0, stderr);
  const { Signatures: signatures }: { readonly Signatures: readonly Inspection[] } = JSON.parse(stdout);
  const [signature] = signatures;
  assert.ok(signature !== undefined && signatures.length === 1, `expected one signature, found ${signatures.length}`);
  return signature;
}
