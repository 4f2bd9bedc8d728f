// `notation sign` with key services that are 20 ms away, as a cloud's data centre is; registry and managed identity are near.
import { hiddenHosts } from '../../test/support/clouds/tls.ts';
import { pushArtifact } from '../../test/support/notation.ts';
import { startRegistry } from '../../test/support/registry.ts';
import { type AwsStack, at, openAwsStack } from './aws.ts';
import { type AzurePlace, type Identity, identityOptions, openAzurePlace } from './azure.ts';
import type { Case, OpenSuite, Suite } from './case.ts';
import { type HostWish, pluginCommands } from './host.ts';
import { measureRoundTrip, openLink } from './link.ts';
import { type GoPlugin, goVariant, shippedVariant, type Variant, variantsBeside } from './variant.ts';

const delayMs = 20;
const rounds = 20;

export const awsDistanceSuite: Suite = {
  title: 'notation sign with AWS KMS at a distance',
  peers: ['notation', 'oras', 'ocireg', 'ministack', 'bench-aws-plugin'],
  open: async (folder) => {
    const stack = await openAwsStack('TLS', folder);
    return openSuite(folder, stack.endpoint, (near) => awsCases(stack, near), stack.stop);
  },
};

export const azureDistanceSuite: Suite = {
  title: 'notation sign with Azure Key Vault at a distance',
  peers: ['notation', 'oras', 'ocireg', 'akv', 'bench-azure-plugin'],
  open: async (folder) => {
    const place = await openAzurePlace(folder);
    return openSuite(folder, `https://${place.vault.host}`, (near) => azureCases(place, near), place.vault.stop);
  },
};

/** What is signed, and the far ends of the lines. The authority has a line of its own, as it has a host of its own. */
interface Near {
  readonly folder: string;
  readonly reference: string;
  readonly service: string;
  readonly authority: string;
}

async function openSuite(
  folder: string,
  endpoint: string,
  casesIn: (near: Near) => Promise<readonly Case[]>,
  stop: () => Promise<void>,
): Promise<OpenSuite> {
  process.stderr.write(`bench: a round trip over the line takes ${(await measureRoundTrip(delayMs)).toFixed(1)} ms\n`);
  const registry = await startRegistry('ocireg');
  const reference = await pushArtifact(`${registry.host}/bench`, 'bench', folder);
  const port = Number(new URL(endpoint).port);
  const [service, authority] = [await openLink(port, delayMs), await openLink(port, delayMs)];
  const near = { folder, reference, service: `localhost:${service.port}`, authority: `https://localhost:${authority.port}` };
  const close = async () => void (await Promise.all([service.close(), authority.close(), registry.stop(), stop()]));
  return { cases: await casesIn(near), close };
}

async function awsCases({ keys, environment, counter }: AwsStack, { folder, reference, service }: Near): Promise<readonly Case[]> {
  const { id, chain } = keys['RSA-2048'];
  const variants = twoBeside('bench-aws-plugin');
  const wish = { folder, reference, id, config: { cert_chain: chain } };
  const commandsAt = (endpoint: string) => pluginCommands(variants, { ...wish, environment: at(endpoint, environment) });
  const traffic = { commands: await commandsAt(counter.endpoint), forget: counter.forget, count: counter.count };
  return [{ name: 'notation sign, AWS, 20 ms away', base: goVariant, commands: await commandsAt(`https://${service}`), traffic, rounds }];
}

/** By a private name, and by a name in the domain of Azure's own vaults, which says what a token must be for. */
async function azureCases(place: AzurePlace, near: Near): Promise<readonly Case[]> {
  const inAzure = near.service.replace('localhost', hiddenHosts.azure);
  const cases = (['managed identity', 'client secret'] as const).flatMap((identity) => [
    azureCase(`notation sign, Azure, ${identity}, private name, 20 ms away`, near.service, place, identity, near),
    azureCase(`notation sign, Azure, ${identity}, vault.azure.net, 20 ms away`, inAzure, place, identity, near),
  ]);
  return Promise.all(cases);
}

async function azureCase(name: string, host: string, place: AzurePlace, identity: Identity, near: Near): Promise<Case> {
  const { vault, path, chain, environments } = place;
  const wish: HostWish = {
    folder: near.folder,
    reference: near.reference,
    id: `https://${host}/${path}`,
    config: { ...identityOptions(identity, near.authority), cert_chain: chain },
    environment: environments[identity],
  };
  const commands = await pluginCommands(twoBeside('bench-azure-plugin'), wish);
  const traffic = { commands, forget: vault.forgetRequests, count: async () => (await vault.requests()).length };
  const hosts = host.startsWith('localhost') ? [] : [hiddenHosts.azure];
  return { name, base: goVariant, commands, traffic, rounds, hosts };
}

/** The other forms start later, and wait for the same. */
function twoBeside(go: GoPlugin): readonly Variant[] {
  return variantsBeside(go).filter(({ name }) => name === shippedVariant || name === goVariant);
}
