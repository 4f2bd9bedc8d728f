// A scene on which nothing is wrong, and ways to change its policy.
import type { ScenePlan, SignaturePlan, StatementPlan, StorePlan } from './plan.ts';

export const scope = 'registry.example/acme/app';

export function goodScene(now: Date, start: Pick<ScenePlan, 'timestamped' | 'schemes'>): ScenePlan {
  return {
    ...start,
    now,
    scope,
    level: 'strict',
    stores: [],
    statement: [],
    document: [],
    text: (json) => json,
    words: [],
    reference: 'digest',
    metadata: {},
    cache: 'empty',
  };
}

/** The statement that trusts what the scene's signatures need. */
export function statementOf({ schemes, timestamped }: ScenePlan): StatementPlan {
  const types = new Set(schemes.map(storeTypeOf));
  return {
    name: 'acme',
    registryScopes: ['*'],
    signatureVerification: { level: 'strict' },
    trustStores: [...[...types].map((type) => `${type}:acme`), ...(timestamped ? ['tsa:clock'] : [])],
    trustedIdentities: ['*'],
  };
}

/** The stores that this statement names, with the roots of all chains. */
export function storesOf(
  { schemes, timestamped }: ScenePlan,
  roots: readonly { readonly scheme: SignaturePlan['scheme']; readonly root: Uint8Array }[],
  authorities: readonly Uint8Array[],
): readonly StorePlan[] {
  const types = [...new Set(schemes.map(storeTypeOf))];
  const stores = types.map(
    (type): StorePlan => ({
      type,
      name: 'acme',
      kind: 'folder',
      entries: roots
        .filter(({ scheme }) => storeTypeOf(scheme) === type)
        .map(({ root }, index) => ({ name: `root-${index}.crt`, content: root })),
    }),
  );
  const clock: StorePlan = {
    type: 'tsa',
    name: 'clock',
    kind: 'folder',
    entries: authorities.map((content, index) => ({ name: `${index}.crt`, content })),
  };
  return timestamped ? [...stores, clock] : stores;
}

export function storeTypeOf(scheme: SignaturePlan['scheme']): 'ca' | 'signingAuthority' {
  return scheme === 'notary.x509' ? 'ca' : 'signingAuthority';
}
