// The SDK's requests, sent by our own HTTP: proxies, trust, deadline and limits are those of every other request.
import { createHttpHeaders, type HttpClient, type PipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { AzureLogger, setLogLevel } from '@azure/logger';
import { NotationError } from '../../core/error.ts';
import type { Http, HttpRequest, HttpResponse } from '../../core/ports.ts';
import { version } from '../../core/version.ts';
import type { Verdict } from '../../http/retry.ts';

/** `http` as the SDK's clients want it. */
export function toSdkClient(http: Http): HttpClient {
  return {
    sendRequest: async (request) => toPipelineResponse(request, await http.send(toRequest(request))),
  };
}

/**
 * What all SDK clients are made with. Retries are ours (http/retry.ts) and there are no redirects to follow. The proxy named here is
 * never used: without one the SDK parses HTTPS_PROXY itself, and stops at values that our own transport understands.
 */
export function clientOptions(httpClient: HttpClient) {
  silenceSdk();
  return {
    httpClient,
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    proxyOptions: { host: 'http://unused.invalid', port: 80 },
    userAgentOptions: { userAgentPrefix: `notation-ts-kms/${version}` },
  };
}

/** Which answers of Key Vault and Microsoft Entra are worth asking again for. */
export function judgeAzure({ status }: HttpResponse): Verdict {
  if (status === 429) return 'throttled';
  return status === 408 || status >= 500 ? 'again' : 'final';
}

/** AZURE_LOG_LEVEL and DEBUG would have the SDK write to stderr, all of which notation parses. */
function silenceSdk(): void {
  AzureLogger.log = () => undefined;
  setLogLevel();
}

function toRequest({ method, url, headers, body, timeout, abortSignal }: PipelineRequest): HttpRequest {
  const signal = signalOf(timeout, abortSignal);
  const request = { method, url, headers: headers.toJSON(), ...(signal !== undefined && { signal }) };
  if (body === undefined || body === null) return request;
  if (typeof body === 'string' || body instanceof Uint8Array) return { ...request, body };
  throw new NotationError('INTERNAL', 'azure: expected a request body of text or bytes, found another kind');
}

/** The SDK has limits of its own for single requests: the search for a managed identity gives up after a second. */
function signalOf(timeout: number, abort: PipelineRequest['abortSignal']): AbortSignal | undefined {
  const signals = [...(timeout > 0 ? [AbortSignal.timeout(timeout)] : []), ...(abort instanceof AbortSignal ? [abort] : [])];
  return signals.length === 0 ? undefined : AbortSignal.any(signals);
}

function toPipelineResponse(request: PipelineRequest, { status, headers, body }: HttpResponse): PipelineResponse {
  return { request, status, headers: createHttpHeaders(headers), bodyAsText: Buffer.from(body).toString('utf8') };
}
