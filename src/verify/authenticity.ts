// Whether anybody whom the policy trusts stands behind a chain (trust store and trust policy specification § Steps, 4).
import { equalBytes } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import type { SigningScheme } from '../core/model.ts';
import { type Demands, type StoreReference, textOfStore } from '../policy/statement.ts';
import { matchIdentity } from '../policy/trusted-identity.ts';
import { type Certificate, nameOf, quoteSubject } from '../x509/certificate.ts';
import type { TrustStoreType } from '../x509/chain/anchor.ts';
import type { Verdict } from './outcome.ts';
import type { VerificationPorts } from './ports.ts';

/** Which stores vouch for signatures of a scheme; never one for the other (SCH-004). */
const storeTypes: Readonly<Record<SigningScheme, TrustStoreType>> = {
  'notary.x509': 'ca',
  'notary.x509.signingAuthority': 'signingAuthority',
};

/**
 * Checks that a certificate of the chain is in one of the statement's stores for the scheme, and that the leaf's subject is a trusted identity,
 * unless a plugin is to judge that.
 * @throws NotationError `UNTRUSTED`; `FILE`, `CERTIFICATE` or `REQUEST` for a store that cannot be read
 */
export async function judgeAuthenticity(
  chain: readonly Certificate[],
  scheme: SigningScheme,
  statement: Demands,
  { readTrustStore }: Pick<VerificationPorts, 'readTrustStore'>,
  identityIs: 'judged here' | 'left to a plugin' = 'judged here',
): Promise<Verdict<'authenticity'>> {
  const type = storeTypes[scheme];
  const stores = await readStores(type, statement, readTrustStore);
  const { anchor, store } = findAnchor(chain, stores) ?? throwUntrusted(chain, scheme, type, stores, statement);
  const [leaf] = chain as readonly [Certificate];
  const identity = identityIs === 'judged here' ? matchIdentity(statement.trustedIdentities, leaf) : undefined;
  return { result: 'passed', evidence: { anchor, store, identity } };
}

/** One store and all that is in it. */
export interface OpenedStore {
  readonly store: StoreReference;
  readonly certificates: readonly Certificate[];
}

/** The statement's stores of a type: all of them must be readable, for what is missing might be what was meant. */
export function readStores(
  type: TrustStoreType,
  { trustStores }: Demands,
  readTrustStore: VerificationPorts['readTrustStore'],
): Promise<readonly OpenedStore[]> {
  const wanted = trustStores.filter((store) => store.type === type);
  return Promise.all(wanted.map(async (store) => ({ store, certificates: await readTrustStore(type, store.name) })));
}

// Any certificate of the chain counts, an intermediate one too (AMB-29).
function findAnchor(chain: readonly Certificate[], stores: readonly OpenedStore[]) {
  for (const { store, certificates } of stores) {
    const anchor = chain.find((one) => certificates.some(({ der }) => equalBytes(der, one.der)));
    if (anchor) return { anchor, store };
  }
  return undefined;
}

function throwUntrusted(
  chain: readonly Certificate[],
  scheme: SigningScheme,
  type: TrustStoreType,
  stores: readonly OpenedStore[],
  { name }: Demands,
): never {
  if (stores.length === 0) {
    throw new NotationError(
      'UNTRUSTED',
      `trust policy statement ${JSON.stringify(name)}: expected a trust store of type ${type}, which signatures of the scheme ${scheme} need, found none`,
      { hint: `add "${type}:<store>" to the statement's trustStores, if such signatures are to be trusted` },
    );
  }
  const [leaf, root] = [chain[0], chain.at(-1)] as [Certificate, Certificate];
  const listed = stores.map(({ store, certificates }) => `${textOfStore(store)} (${describeStore(certificates)})`).join(', ');
  throw new NotationError(
    'UNTRUSTED',
    `${nameOf(leaf)}: expected a certificate of its chain, whose root is ${quoteSubject(root)}, in ${listed}, found none`,
    { hint: `if this signer is to be trusted, add that root with \`cert add --type ${type} --store ${stores[0]?.store.name}\`` },
  );
}

function describeStore(certificates: readonly Certificate[]): string {
  const shown = certificates.slice(0, 3).map(quoteSubject).join(', ');
  return certificates.length > 3 ? `${shown} and ${certificates.length - 3} more` : shown;
}
