// Keys in Azure Key Vault and Managed HSM. Nothing of the SDK is loaded before there is something to ask.
import { algorithmOfSpec } from '../core/algorithm.ts';
import { NotationError } from '../core/error.ts';
import { once } from '../core/once.ts';
import { keySpecOf } from '../x509/key-spec.ts';
import { openHolding } from './azure/chain.ts';
import { checkCredentialOptions } from './azure/credential.ts';
import { type AzureKeyId, parseAzureKeyId } from './azure/key-id.ts';
import { describeVaultKey, publicKeyInfoIn } from './azure/key-state.ts';
import { openVault } from './azure/vault.ts';
import type { Key, KeyContext, KeyDescription, KeyProvider } from './provider.ts';

/** Key ids: `azurekms://host[:port]/name[/version]` and `https://host[:port]/{keys,certificates}/name[/version]`. */
export const azureKeys: KeyProvider = {
  open: openAzureKey,
  describe: describeAzureKey,
  examine: async (keyId, context) => (await import('./azure/examination.ts')).examineAzureKey(keyId, context),
};

async function openAzureKey(keyId: string, context: KeyContext): Promise<Key> {
  const id = parseAzureKeyId(keyId);
  checkCredentialOptions(context.settings);
  const vault = openVault(id, context);
  const holding = await openHolding(id, vault, context);
  const algorithm = algorithmOfSpec(keySpecOf(holding.publicKeyInfo, `key ${id.name} in ${id.host}`));
  const signing = once(async () => (await import('./azure/signature.ts')).openSigning(algorithm, holding, id, vault));
  return {
    algorithm,
    publicKeyInfo: async () => (holding.told === 'by vault' ? holding.publicKeyInfo : publicKeyInfoIn(await vault.key(id.version))),
    certificates: holding.certificates,
    sign: async (message) => (await signing())(message),
  };
}

async function describeAzureKey(keyId: string, context: KeyContext): Promise<KeyDescription> {
  const id = parseAzureKeyId(keyId);
  checkCredentialOptions(context.settings);
  try {
    // The vault decides by its own clock when it is asked to sign; this only tells.
    return describeVaultKey(await openVault(id, context).key(id.version), context.now());
  } catch (error) {
    if (error instanceof NotationError && error.metadata?.['providerInnerCode'] === 'KeyDisabled') return disabled(id);
    throw error;
  }
}

/** A vault tells nothing of a disabled version but that it is one. */
function disabled({ origin, name, version }: AzureKeyId): KeyDescription {
  const known = version === undefined ? {} : { version };
  const path = version === undefined ? name : `${name}/${version}`;
  return { id: `${origin}/keys/${path}`, spec: 'not told', state: 'disabled', ...known, algorithms: [], facts: {} };
}
