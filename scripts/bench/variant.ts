// The forms that our program is delivered in, and the plugin in Go that they are held against.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openPeer, type Peer } from '../../test/support/peers.ts';

export interface Variant {
  readonly name: string;
  readonly argv: readonly string[];
}

/** The Go plugins, one for each cloud, so that none has to start with another cloud's SDK. */
export type GoPlugin = Extract<Peer, 'bench-aws-plugin' | 'bench-azure-plugin' | 'bench-gcp-plugin' | 'bench-vault-plugin'>;

export const goVariant = 'Go plugin';
export const shippedVariant = 'executable (Bun)';

const root = join(import.meta.dirname, '../..');

const forms: readonly Variant[] = [
  { name: shippedVariant, argv: [join(root, 'dist/notation-ts-kms')] },
  { name: 'executable (Node)', argv: [join(root, 'dist/pkg/notation-ts-kms')] },
  { name: 'npm package', argv: [join(root, 'node_modules/node/bin/node'), join(root, 'dist/npm/main.js')] },
];

/** Those of our own forms that are built. */
export function ownVariants(): readonly Variant[] {
  return forms.filter(({ argv }) => argv.every((path) => existsSync(path)));
}

/** They, and the plugin in Go. */
export function variantsBeside(go: GoPlugin): readonly Variant[] {
  return [...ownVariants(), { name: goVariant, argv: [openPeer(go)] }];
}
