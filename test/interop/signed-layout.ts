// An artifact in an OCI layout, signed by a chain of a test's, and a home for notation that trusts its root.
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvelopeFormat } from '../../src/core/model.ts';
import { encodePayload } from '../../src/core/payload.ts';
import type { Draft } from '../../src/envelope/codec.ts';
import { openLayout } from '../../src/registry/layout.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { makeEnvelope } from '../support/envelopes.ts';
import { makeImage } from '../support/layout.ts';
import { type Notation, openNotation, type Result } from '../support/notation.ts';
import type { Holder } from '../support/pki.ts';
import { runTool } from './tool-session.ts';

export interface SignedLayout {
  /** Trusts the chain's root, for both signing schemes, at level strict. */
  readonly home: Notation;
  /** `layout@digest`. */
  readonly reference: string;
}

/** Signs a new artifact below `folder` with the chain, leaf first. */
export async function signInLayout(
  folder: string,
  chain: readonly Holder[],
  draft: Partial<Draft> = {},
  format: EnvelopeFormat = 'jws',
): Promise<SignedLayout> {
  const own = mkdtempSync(join(folder, 'signed-'));
  const root = join(own, 'root.crt');
  writeFileSync(root, toPem(chain.slice(-1).map(({ certificate }) => certificate.der)));
  const home = openNotation(own, { name: '', version: '', libexec: own }, { roots: [root] });
  trustAuthorities(home);
  const { layout, image } = makeImage(join(own, 'layout'));
  const { codec, bytes } = await makeEnvelope({ format, chain, draft: { payload: encodePayload(image), ...draft } });
  await (await openLayout(layout)).attach(image, { mediaType: codec.mediaType, envelope: bytes, annotations: {} });
  return { home, reference: `${layout}@${image.digest}` };
}

const words = ['verify', '-v', '--oci-layout', '--scope', 'layout.test/artifact'];

/** `notation verify` of the artifact. */
export function verifyByNotation({ home, reference }: SignedLayout): Promise<Result> {
  return home.run([...words, reference], { NOTATION_EXPERIMENTAL: '1' });
}

/** The tool's `verify` of the artifact, in the same home. */
export function verifyByTool({ home, reference }: SignedLayout, ...more: readonly string[]): Promise<Result> {
  return runTool(home, [...words, ...more, reference]);
}

function trustAuthorities({ config }: Notation): void {
  const stores = join(config, 'truststore', 'x509');
  cpSync(join(stores, 'ca'), join(stores, 'signingAuthority'), { recursive: true });
  const path = join(config, 'trustpolicy.json');
  const document = JSON.parse(readFileSync(path, 'utf8'));
  document.trustPolicies[0].trustStores.push('signingAuthority:interop');
  writeFileSync(path, JSON.stringify(document), { mode: 0o600 });
}
