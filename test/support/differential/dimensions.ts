// All dimensions of situations.
import { attributeDimension } from './attribute-dimensions.ts';
import {
  arrangementDimension,
  authorityDimension,
  certificateSignatureDimension,
  keyDimensions,
  leafDimension,
} from './chain-dimensions.ts';
import { authorityPlan } from './chain-plan.ts';
import { commandDimensions } from './command-dimensions.ts';
import type { Dimension } from './dimension.ts';
import { encodingDimension, formatDimension, manifestDimension, payloadDimension, signatureDimension } from './envelope-dimensions.ts';
import { identityDimension, subjectDimension } from './identity-dimensions.ts';
import { type Minted, mintChain } from './mint.ts';
import type { ScenePlan, SignaturePlan } from './plan.ts';
import { documentDimension, levelDimensions, scopeDimension } from './policy-dimensions.ts';
import { revocationDimensions } from './revocation-dimensions.ts';
import { storeDimensions } from './store-dimensions.ts';
import { expiryDimension, signingTimeDimension, validityDimension } from './time-dimensions.ts';
import { tokenDimension } from './token-dimension.ts';

/** The dimensions of each signature, those that others build on first. */
export const signatureDimensions: readonly Dimension<SignaturePlan>[] = [
  formatDimension,
  ...keyDimensions,
  subjectDimension,
  leafDimension,
  authorityDimension,
  certificateSignatureDimension,
  arrangementDimension,
  validityDimension,
  signingTimeDimension,
  expiryDimension,
  attributeDimension,
  payloadDimension,
  signatureDimension,
  encodingDimension,
  ...revocationDimensions,
  tokenDimension,
  manifestDimension,
];

/** The dimensions of what all signatures of a situation share. */
export const sceneDimensions: readonly Dimension<ScenePlan>[] = [
  ...levelDimensions,
  scopeDimension,
  documentDimension,
  identityDimension,
  ...storeDimensions(stranger()),
  ...commandDimensions,
];

/** A root that signed nothing here. */
function stranger(): Minted {
  const [root] = mintChain([authorityPlan(new Date('2026-01-01T00:00:00Z'), 'root of others', 'EC-256')], () => ({
    responders: [],
    lists: [],
  }));
  if (!root) throw new Error('no stranger');
  return root;
}
