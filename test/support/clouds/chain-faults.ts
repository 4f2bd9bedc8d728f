// What may be wrong with a chain, wherever it comes from.
import type { Expected } from './row.ts';
import type { ChainFlaw } from './scene.ts';

/** Order and copies do not matter; everything else does. */
export const chainFlaws: readonly (readonly [ChainFlaw, Expected])[] = [
  ['unordered', { outcome: 'success' }],
  ['with every certificate twice', { outcome: 'success' }],
  ['without its root', { outcome: 'VALIDATION_ERROR', says: [/certificate/] }],
  ['with a stranger in it', { outcome: 'VALIDATION_ERROR', says: [/stranger/] }],
  ['that is expired', { outcome: 'VALIDATION_ERROR', says: [/expired|valid/] }],
  ['of another key', { outcome: 'VALIDATION_ERROR', says: [/key/] }],
];
