// Vault Transit on loopback: the server core over plain HTTP, with a token that is there, and with one that AppRole gives first.
import { mintIdentity } from '../../test/support/clouds/tls.ts';
import { mintCa } from '../../test/support/pki.ts';
import { rootToken, startVault, type Vault } from '../../test/support/vault.ts';
import { type Case, type Environment, type ProtocolWish, protocolCommands, type Suite, signRequest } from './case.ts';
import { type Counter, openCounter } from './counter.ts';
import { writeChain } from './trust.ts';
import { goVariant, ownVariants, shippedVariant, variantsBeside } from './variant.ts';

const specs = ['RSA-2048', 'EC-256'] as const;

interface Stack {
  readonly vault: Vault;
  readonly counter: Counter;
  readonly home: string;
}

export const vaultSuite: Suite = {
  title: 'Vault Transit',
  peers: ['vaultdev', 'bench-vault-plugin'],
  open: async (folder) => {
    const vault = await startVault();
    const stack: Stack = { vault, counter: await openCounter(vault.address, await mintIdentity()), home: folder };
    const root = await mintCa('root', undefined);
    const chains: Record<string, string> = {};
    for (const spec of specs) {
      await vault.createKey(spec, spec);
      chains[spec] = await writeChain(folder, `vault-${spec}`, await vault.publicKeyInfo(spec), root);
    }
    const wishOf = (spec: (typeof specs)[number], options: Readonly<Record<string, string>> = {}): ProtocolWish => {
      const request = signRequest(`hashivault://${spec}`, spec, { cert_chain: chains[spec] ?? '', ...options });
      return { command: 'generate-signature', request, home: folder };
    };
    const cases = [
      ...specs.map((spec) => caseOf(`Vault generate-signature, ${spec}`, stack, wishOf(spec), { VAULT_TOKEN: rootToken })),
      await loginCase(stack, (options) => wishOf('EC-256', options)),
    ];
    return { cases, close: async () => void (await Promise.all([stack.counter.close(), vault.stop()])) };
  },
};

/** The client for Go logs in by code of its caller's, so that only our own forms are compared here. */
async function loginCase(stack: Stack, wishOf: (options: Readonly<Record<string, string>>) => ProtocolWish): Promise<Case> {
  const { vault } = stack;
  await vault.ask('POST', 'sys/auth/approle', { type: 'approle' });
  await vault.ask('PUT', 'sys/policies/acl/signer', { policy: 'path "transit/sign/EC-256" { capabilities = ["update"] }' });
  await vault.ask('POST', 'auth/approle/role/ci', { token_policies: ['signer'] });
  const { role_id: role } = await vault.ask('GET', 'auth/approle/role/ci/role-id');
  const { secret_id: secret } = await vault.ask('POST', 'auth/approle/role/ci/secret-id', {});
  const wish = wishOf({ vault_auth: 'approle', vault_role_id: String(role) });
  return caseOf('Vault AppRole and generate-signature, EC-256', stack, wish, { VAULT_SECRET_ID: String(secret) }, 'alone');
}

function caseOf(
  name: string,
  { vault, counter }: Stack,
  wish: ProtocolWish,
  credentials: Environment,
  beside: 'Go' | 'alone' = 'Go',
): Case {
  const variants = beside === 'Go' ? variantsBeside('bench-vault-plugin') : ownVariants();
  const commandsAt = (address: string) => protocolCommands(variants, { ...wish, environment: { ...credentials, VAULT_ADDR: address } });
  const traffic = { commands: commandsAt(counter.endpoint), forget: counter.forget, count: counter.count };
  return { name, base: beside === 'Go' ? goVariant : shippedVariant, commands: commandsAt(vault.address), traffic };
}
