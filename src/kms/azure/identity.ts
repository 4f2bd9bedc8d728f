// The credentials of @azure/identity, made to use our own HTTP, and their failures as ours.
import type { HttpClient, PipelineResponse } from '@azure/core-rest-pipeline';
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePipelinesCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import { NotationError } from '../../core/error.ts';
import { once } from '../../core/once.ts';
import type { Environment, Files, Http, HttpRequest, HttpResponse } from '../../core/ports.ts';
import { type Verdict, withRetries } from '../../http/retry.ts';
import type { KeyContext } from '../provider.ts';
import { type CredentialType, checkCredentialOptions } from './credential.ts';
import { type Exchange, exchangeOf, toCredentialError } from './credential-error.ts';
import { type Federation, federatedCredential } from './federated.ts';
import { clientOptions, judgeAzure, toSdkClient } from './http.ts';

/** A credential that knows how it got its last token. */
export interface Identity extends TokenCredential {
  /** In words, as far as that can be told from who gave it out. */
  source(): string;
}

/**
 * The credential that plugin config and environment choose. It reads the AZURE_* variables of the process itself: that is how the SDK is
 * made. Its `getToken` throws NotationError `ACCESS_DENIED`, `UNAVAILABLE`, `TIMEOUT` or `THROTTLED`.
 * @param authority the one of the vault's own cloud, for when neither config nor environment name another
 * @throws NotationError `CONFIG`
 */
export function openIdentity(authority: string | undefined, context: KeyContext): Identity {
  const type = checkCredentialOptions(context.settings);
  let last: Exchange | undefined;
  let giver: string | undefined;
  const tell = (exchange: Exchange) => {
    last = exchange;
  };
  const http = watch(
    withRetries(
      noting(context.http, (url) => (giver = url)),
      judgeIdentity,
      context,
    ),
    tell,
  );
  const lasting = type === 'managedid' || type === 'default' ? throughNewest(http) : http;
  const open = once(async () => makers[type](settingsOf(lasting, authority, context)));
  return {
    source: () => sourceOf(type, giver, context.environment),
    getToken: async (scopes, asked) => {
      last = undefined;
      try {
        return await (await open()).getToken(scopes, asked);
      } catch (error) {
        throw toCredentialError(error, type, last, context.environment);
      }
    },
  };
}

/**
 * MSAL keeps the first managed identity of a process, and with it the network that this one was made with, whose deadline may be long over.
 * So they are made with a network that leads to the newest.
 */
function throughNewest(http: Http): Http {
  newest = http;
  return { send: (request) => (newest ?? http).send(request), warm: (url) => http.warm(url) };
}

let newest: Http | undefined;

/** Notes whom a token came from, which the SDK does not tell. */
function noting(http: Http, note: (url: string) => void): Http {
  const send = async (request: HttpRequest) => {
    const response = await http.send(request);
    if (response.status === 200) note(request.url);
    return response;
  };
  return { send, warm: (url) => http.warm(url) };
}

/** The default credential tries many; only one of them asks nobody, because another program does that for it. */
function sourceOf(type: CredentialType, giver: string | undefined, environment: Environment): string {
  if (giver === undefined) return type === 'default' ? 'az, pwsh or azd' : words[type];
  if (!/\/oauth2\/(?:v2\.0\/)?token$/.test(new URL(giver).pathname) || isSearch({ url: giver })) return words.managedid;
  if (type !== 'default') return words[type];
  return environment['AZURE_FEDERATED_TOKEN_FILE'] && !environment['AZURE_CLIENT_SECRET'] ? words.workloadid : words.environment;
}

const words: Readonly<Record<Exclude<CredentialType, 'default'>, string>> = {
  environment: 'an application, by environment variables (AZURE_CLIENT_ID)',
  workloadid: 'a workload identity, by the token in AZURE_FEDERATED_TOKEN_FILE',
  managedid: 'a managed identity of this machine',
  azurecli: 'az login',
  azurepowershell: 'Connect-AzAccount',
  azuredevcli: 'azd auth login',
  azurepipelines: 'a service connection of Azure Pipelines',
};

/** The instance metadata service answers 410 while it is being set up. */
function judgeIdentity(response: HttpResponse): Verdict {
  return response.status === 410 ? 'again' : judgeAzure(response);
}

/** Tells how each request ended: the SDK and MSAL keep little of it. */
function watch(http: Http, tell: (exchange: Exchange) => void): Http {
  const send = async (request: HttpRequest) => {
    try {
      const response = await http.send(request);
      if (response.status >= 400 || !isSearch(request)) tell(exchangeOf(request.url, response));
      return response;
    } catch (error) {
      if (error instanceof NotationError && !isSearch(request)) tell({ error });
      throw error;
    }
  };
  return { send, warm: (url) => http.warm(url) };
}

/** The default credential always asks there, and everywhere but in Azure that leads nowhere or to somebody else. */
function isSearch({ url }: Pick<HttpRequest, 'url'>): boolean {
  return new URL(url).hostname === '169.254.169.254';
}

/** What the makers choose from. */
interface IdentitySettings {
  readonly options: ReturnType<typeof clientOptions> & { readonly authorityHost?: string; readonly disableInstanceDiscovery: boolean };
  readonly clientId?: string;
  readonly tenantId?: string;
  readonly environment: Environment;
  readonly files: Files;
  /** How long az, pwsh or azd may take. */
  readonly processTimeoutInMs: number;
}

function settingsOf(http: Http, authority: string | undefined, { settings, environment, files, deadline }: KeyContext): IdentitySettings {
  const {
    client_id: clientId,
    tenant_id: tenantId,
    authority_host: chosen = environment['AZURE_AUTHORITY_HOST'] ?? authority,
  } = settings.text;
  return {
    // The authority is configured or one of Azure's own: nothing needs to be discovered about it, which saves a round trip.
    options: {
      ...clientOptions(toSdkClient(http)),
      disableInstanceDiscovery: true,
      ...(chosen !== undefined && { authorityHost: chosen }),
    },
    ...(clientId !== undefined && { clientId }),
    ...(tenantId !== undefined && { tenantId }),
    environment,
    files,
    processTimeoutInMs: Math.max(1, Math.floor(deadline.remainingMs())),
  };
}

const makers: Readonly<Record<CredentialType, (settings: IdentitySettings) => TokenCredential>> = {
  default: makeDefault,
  environment: ({ options }) => new EnvironmentCredential({ ...options }),
  workloadid: makeWorkload,
  managedid: (settings) => (federationOf(settings) === undefined ? makeManaged(settings) : makeWorkload(settings)),
  azurecli: (settings) => new AzureCliCredential(toolOptions(settings)),
  azurepowershell: (settings) => new AzurePowerShellCredential(toolOptions(settings)),
  azuredevcli: (settings) => new AzureDeveloperCliCredential(toolOptions(settings)),
  azurepipelines: makePipelines,
};

/**
 * DefaultAzureCredential, but for pods and runners with a federated token: there its managed identity would exchange the same token
 * once more, and by an HTTP client of its own.
 */
function makeDefault(settings: IdentitySettings): TokenCredential {
  const { options, clientId, environment } = settings;
  if (federationOf(settings) !== undefined && environment['AZURE_TOKEN_CREDENTIALS'] === undefined) {
    return new ChainedTokenCredential(
      ...(['environment', 'workloadid', 'azurecli', 'azurepowershell', 'azuredevcli'] as const).map((type) =>
        lazily(() => makers[type](settings)),
      ),
    );
  }
  const identity = clientId === undefined ? {} : { managedIdentityClientId: clientId, workloadIdentityClientId: clientId };
  return new DefaultAzureCredential({ ...options, ...toolOptions(settings), ...identity });
}

/** The constructors throw what the chain expects of `getToken`. */
function lazily(make: () => TokenCredential): TokenCredential {
  return { getToken: async (scopes, asked) => make().getToken(scopes, asked) };
}

/** The SDK's own credential says what is missing. */
function makeWorkload(settings: IdentitySettings): TokenCredential {
  const { options, clientId, tenantId, files } = settings;
  const federation = federationOf(settings);
  if (federation !== undefined) return federatedCredential(federation, { ...options }, files);
  return new WorkloadIdentityCredential({
    ...options,
    ...(clientId !== undefined && { clientId }),
    ...(tenantId !== undefined && { tenantId }),
  });
}

function makeManaged({ options, clientId }: IdentitySettings): TokenCredential {
  return new ManagedIdentityCredential({ ...options, ...(clientId !== undefined && { clientId }) });
}

/** The variables are those that the tasks of Azure Pipelines set for a service connection. */
function makePipelines({ options, clientId, tenantId, environment }: IdentitySettings): TokenCredential {
  return new AzurePipelinesCredential(
    tenantId ?? environment['AZURESUBSCRIPTION_TENANT_ID'] ?? '',
    clientId ?? environment['AZURESUBSCRIPTION_CLIENT_ID'] ?? '',
    environment['AZURESUBSCRIPTION_SERVICE_CONNECTION_ID'] ?? '',
    environment['SYSTEM_ACCESSTOKEN'] ?? '',
    { ...options, httpClient: remembering(options.httpClient, environment['SYSTEM_OIDCREQUESTURI'] ?? '') },
  );
}

/** MSAL wants the assertion twice for one token, and each time it is fetched from the pipeline's own service at `origin`. */
function remembering(client: HttpClient, origin: string): HttpClient {
  const answers = new Map<string, Promise<PipelineResponse>>();
  return {
    sendRequest: (request) => {
      if (origin === '' || !request.url.startsWith(origin)) return client.sendRequest(request);
      const answer = answers.get(request.url) ?? client.sendRequest(request);
      answers.set(request.url, answer);
      return answer;
    },
  };
}

function toolOptions({ tenantId, processTimeoutInMs }: IdentitySettings) {
  return { processTimeoutInMs, ...(tenantId !== undefined && { tenantId }) };
}

/** Undefined where a part of it is not known. */
function federationOf({ clientId, tenantId, environment }: IdentitySettings): Federation | undefined {
  const client = clientId ?? environment['AZURE_CLIENT_ID'];
  const tenant = tenantId ?? environment['AZURE_TENANT_ID'];
  const path = environment['AZURE_FEDERATED_TOKEN_FILE'];
  return client && tenant && path ? { clientId: client, tenantId: tenant, path } : undefined;
}
