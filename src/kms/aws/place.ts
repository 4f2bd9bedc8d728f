// Where AWS KMS is asked: region and endpoint, from the key id, the options, the environment and the shared configuration file.
import { NotationError } from '../../core/error.ts';
import type { Environment } from '../../core/ports.ts';
import type { Settings } from '../config.ts';
import type { KeyContext } from '../provider.ts';
import type { AwsKeyId } from './key-id.ts';

export interface AwsPlace {
  readonly region: string;
  /** `https://kms.REGION.amazonaws.com` or what stands for it, with its path if it has one; no slash at the end. */
  readonly endpoint: string;
}

/**
 * The precedence is that of the AWS CLI. A region in the key id wins over the environment and the profile, which are only defaults;
 * the option `aws_region` is no default, and must not contradict it.
 * @throws NotationError `CONFIG` when there is no region, or two.
 */
export async function placeOf(keyId: AwsKeyId, context: KeyContext): Promise<AwsPlace> {
  checkRegions(keyId, context.settings);
  const sources = await readSources(context);
  const region = regionOf(keyId, sources, context);
  const endpoint = keyId.endpoint ?? configuredEndpoint('kms', sources);
  return { region, endpoint: endpoint ?? (await endpointIn('kms', region, sources)) };
}

/** Where STS is asked in a region. @throws NotationError `CONFIG` */
export async function stsEndpoint(region: string, context: KeyContext): Promise<string> {
  const sources = await readSources(context);
  return configuredEndpoint('sts', sources) ?? endpointIn('sts', region, sources);
}

/** The services that are asked here. */
type Service = 'kms' | 'sts';

/** @throws NotationError `CONFIG` when the option and the key id name two regions */
export function checkRegions({ region }: AwsKeyId, { text }: Settings): void {
  const { aws_region: option } = text;
  if (option === undefined || region === undefined || option === region) return;
  throw new NotationError('CONFIG', `aws_region says ${option}, and the key id says ${region}`, {
    hint: 'remove aws_region, or correct the key id',
  });
}

type Section = Readonly<Record<string, string | undefined>>;

interface Sources {
  readonly environment: Environment;
  /** The profile's section of the shared configuration file, and the section of services that it names. */
  readonly profile: Section;
  readonly services: Section;
}

/** The SDK's own reader of the shared file is loaded only where there is one. */
async function readSources({ environment, files, settings }: KeyContext): Promise<Sources> {
  const home = environment['HOME'] || environment['USERPROFILE'] || '';
  const configFilepath = (environment['AWS_CONFIG_FILE'] || '~/.aws/config').replace(/^~(?=\/)/, home);
  if ((await files.look(configFilepath)) === undefined) return { environment, profile: {}, services: {} };
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile } = await loadSharedConfigFiles({ configFilepath });
  const profile = configFile[settings.text.aws_profile ?? (environment['AWS_PROFILE'] || 'default')] ?? {};
  return { environment, profile, services: configFile[`services.${profile['services']}`] ?? {} };
}

/** A setting by its environment variable or, after that, by its name in the profile. */
function setting({ environment, profile }: Sources, variable: string, name: string): string | undefined {
  return environment[variable] || profile[name] || undefined;
}

function regionOf(keyId: AwsKeyId, sources: Sources, { settings }: KeyContext): string {
  const option = settings.text.aws_region;
  const ambient = sources.environment['AWS_REGION'] || setting(sources, 'AWS_DEFAULT_REGION', 'region');
  const found = keyId.region ?? option ?? ambient;
  if (found !== undefined && /^[a-z0-9-]+$/.test(found)) return found;
  throw new NotationError(
    'CONFIG',
    `AWS region: expected a name as in eu-central-1, found ${found === undefined ? 'none' : 'something else'}`,
    {
      hint: "set the plugin config option aws_region or AWS_REGION, or give the key's ARN as key id",
    },
  );
}

function configuredEndpoint(service: Service, sources: Sources): string | undefined {
  if (setting(sources, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'ignore_configured_endpoint_urls') === 'true') return undefined;
  const { environment, profile, services } = sources;
  const own = `AWS_ENDPOINT_URL_${service.toUpperCase()}`;
  const found = environment[own] || environment['AWS_ENDPOINT_URL'] || services[`${service}.endpoint_url`] || profile['endpoint_url'];
  return found ? checkEndpoint(found, own) : undefined;
}

function checkEndpoint(endpoint: string, variable: string): string {
  const url = URL.parse(endpoint);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '') return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
  throw new NotationError('CONFIG', `${variable}: expected an http: or https: URL, found something else`, {
    hint: `correct ${variable}, AWS_ENDPOINT_URL or endpoint_url`,
  });
}

/** By the SDK's own table of partitions. */
async function endpointIn(service: Service, region: string, sources: Sources): Promise<string> {
  const { partition } = await import('@aws-sdk/core/client');
  const { dnsSuffix, dualStackDnsSuffix, supportsFIPS, supportsDualStack } = partition(region);
  const fips = isOn(setting(sources, 'AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint'), supportsFIPS, `FIPS endpoints in ${region}`);
  const dual = isOn(
    setting(sources, 'AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint'),
    supportsDualStack,
    `dual-stack endpoints in ${region}`,
  );
  return `https://${service}${fips ? '-fips' : ''}.${region}.${dual ? dualStackDnsSuffix : dnsSuffix}`;
}

function isOn(value: string | undefined, supported: boolean, what: string): boolean {
  if (value !== 'true') return false;
  if (supported) return true;
  throw new NotationError('CONFIG', `AWS has no ${what}`, { hint: 'unset the option that asks for them' });
}
