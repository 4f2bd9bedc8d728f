// Azure Key Vault on loopback: the vault, the Microsoft Entra authority and the managed identity of scripts/peers.d/akv.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPem } from '../../src/x509/bundle.ts';
import { appServiceHeader, type KeyVault, pemOf, startKeyVault, tenant } from '../../test/support/key-vault.ts';
import { mintCa, mintLeaf } from '../../test/support/pki.ts';
import { type Case, type Environment, protocolCommands, type Suite, signRequest } from './case.ts';
import { trusting } from './trust.ts';
import { goVariant, ownVariants, shippedVariant, type Variant, variantsBeside } from './variant.ts';

/** A vault with a key, whose certificate is in the vault and in a file. */
export interface AzurePlace {
  readonly vault: KeyVault;
  /** Path of the key's version in the vault. */
  readonly path: string;
  readonly chain: string;
  readonly root: string;
  /** Who asks, one way or the other; both are trusted to see and sign everything. */
  readonly environments: Readonly<Record<Identity, Environment>>;
}

export type Identity = 'managed identity' | 'client secret';

export const azureSuite: Suite = {
  title: 'Azure Key Vault',
  peers: ['akv', 'bench-azure-plugin'],
  open: async (folder) => {
    const place = await openAzurePlace(folder);
    const cases = [
      fileCase(place, 'managed identity', folder),
      fileCase(place, 'client secret', folder),
      vaultCase(place, 'managed identity', folder),
    ];
    return { cases, close: () => place.vault.stop() };
  },
};

export async function openAzurePlace(parent: string): Promise<AzurePlace> {
  const folder = mkdtempSync(join(parent, 'azure-'));
  const vault = await startKeyVault({ folder });
  const root = await mintCa('root', undefined);
  const leaf = await mintLeaf('leaf', root, {}, 'RSA-2048');
  await vault.addCaller({ clientId: '', managed: true });
  await vault.addCaller(application);
  const version = await vault.addVersion({ name: 'bench', pem: pemOf(leaf) });
  const files = { chain: join(folder, 'chain.pem'), root: join(folder, 'root.pem') };
  writeFileSync(files.chain, toPem([leaf.certificate.der, root.certificate.der]));
  writeFileSync(files.root, toPem([root.certificate.der]));
  return { vault, path: `keys/bench/${version}`, ...files, environments: environmentsOf(vault, folder) };
}

const application = { clientId: '11111111-2222-3333-4444-555555555555', secret: 'client-secret-of-the-benchmark' };

function environmentsOf(vault: KeyVault, folder: string): AzurePlace['environments'] {
  const trust = trusting(readFileSync(vault.authority, 'utf8'), folder);
  return {
    'managed identity': { ...trust, IDENTITY_ENDPOINT: `${vault.identity}/msi/token`, IDENTITY_HEADER: appServiceHeader },
    'client secret': { ...trust, AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: application.clientId, AZURE_CLIENT_SECRET: application.secret },
  };
}

/** The options that choose who asks. */
export function identityOptions(identity: Identity, authority: string): Environment {
  return identity === 'managed identity' ? { credential_type: 'managedid' } : { credential_type: 'environment', authority_host: authority };
}

/** As most of what signs in a pipeline is set up: the chain in a file, the version in the key id. */
function fileCase(place: AzurePlace, identity: Identity, home: string): Case {
  const { vault, path, chain } = place;
  const options = { ...identityOptions(identity, `https://${vault.host}`), cert_chain: chain };
  const request = signRequest(`https://${vault.host}/${path}`, 'RSA-2048', options);
  const name = `Azure generate-signature, RSA-2048, ${identity}`;
  return caseOf(name, place, identity, variantsBeside('bench-azure-plugin'), goVariant, request, home);
}

/** The newest version, whose certificate the vault is asked for. The Go plugin does not do this. */
function vaultCase(place: AzurePlace, identity: Identity, home: string): Case {
  const { vault, root } = place;
  const options = { ...identityOptions(identity, `https://${vault.host}`), ca_certs: root };
  const request = signRequest(`https://${vault.host}/certificates/bench`, 'RSA-2048', options);
  const name = 'Azure generate-signature, RSA-2048, certificate in the vault';
  return caseOf(name, place, identity, ownVariants(), shippedVariant, request, home);
}

function caseOf(
  name: string,
  { vault, environments }: AzurePlace,
  identity: Identity,
  variants: readonly Variant[],
  base: string,
  request: unknown,
  home: string,
): Case {
  const commands = protocolCommands(variants, { command: 'generate-signature', request, home, environment: environments[identity] });
  return { name, base, commands, traffic: { commands, forget: vault.forgetRequests, count: async () => (await vault.requests()).length } };
}
