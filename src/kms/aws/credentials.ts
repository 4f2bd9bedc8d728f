// Who asks AWS: static credentials of the environment at once, everything else through the SDK's own chain, which is loaded only then.
import type { Environment, Http } from '../../core/ports.ts';
import type { KeyContext } from '../provider.ts';
import type { AwsPlace } from './place.ts';
import { requestHandler } from './request-handler.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  /** The SDK's own marks of where it found them, by their names. It has none for the instance metadata service. */
  readonly $source?: Readonly<Record<string, unknown>>;
}

/**
 * The credentials that sign: the environment's, or what the SDK's default chain finds (shared files, SSO, process, web identity, container,
 * instance), as the role `aws_role_arn` where that is set.
 * @throws what the SDK throws, for error.ts
 */
export async function findCredentials(place: AwsPlace, http: Http, context: KeyContext): Promise<AwsCredentials> {
  const { aws_profile: profile, aws_role_arn: role } = context.settings.text;
  const own = profile === undefined ? staticCredentials(context.environment) : undefined;
  if (own !== undefined && role === undefined) return own;
  // Others answer before KMS is asked: its connection can be made meanwhile.
  http.warm(place.endpoint);
  return role === undefined ? fromChain(place, http, profile) : fromRole(role, own, place, http, context);
}

/** As in the SDK, a profile wins over them. */
function staticCredentials(environment: Environment): AwsCredentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_PROFILE: profile,
  } = environment;
  if (!accessKeyId || !secretAccessKey || profile) return undefined;
  return { accessKeyId, secretAccessKey, $source: { CREDENTIALS_ENV_VARS: 'g' }, ...(sessionToken && { sessionToken }) };
}

async function fromChain(place: AwsPlace, http: Http, profile: string | undefined): Promise<AwsCredentials> {
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  const client = clientConfig(place, http);
  return fromNodeProviderChain({
    clientConfig: client,
    parentClientConfig: client,
    maxRetries: 1,
    ...(profile !== undefined && { profile }),
  })();
}

async function fromRole(
  role: string,
  own: AwsCredentials | undefined,
  place: AwsPlace,
  http: Http,
  { settings }: KeyContext,
): Promise<AwsCredentials> {
  const { aws_external_id: externalId, aws_role_session_name: session, aws_profile: profile } = settings.text;
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const provider = fromTemporaryCredentials({
    masterCredentials: own ?? (await fromChain(place, http, profile)),
    params: { RoleArn: role, RoleSessionName: session ?? 'notation-ts-kms', ...(externalId !== undefined && { ExternalId: externalId }) },
    clientConfig: clientConfig(place, http),
  });
  return provider();
}

/** Proxies, authorities, deadline and retries are ours for the services that give credentials too. */
function clientConfig({ region }: AwsPlace, http: Http) {
  return { region, requestHandler: requestHandler(http), maxAttempts: 1 };
}
