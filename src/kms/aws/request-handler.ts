import { HttpResponse } from '@smithy/core/protocols';
import type { HttpRequest, RequestHandler } from '@smithy/types';
import type { Http } from '../../core/ports.ts';

/** Our network as the SDK's clients want it. */
export function requestHandler(http: Http): RequestHandler<HttpRequest, HttpResponse> {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request) => ({ response: await send(request, http) }),
  };
}

async function send({ method, protocol, hostname, port, path, query, headers, body }: HttpRequest, http: Http): Promise<HttpResponse> {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) for (const one of [value].flat()) url.searchParams.append(name, one ?? '');
  const { status, headers: received, body: bytes } = await http.send({ method, url: url.href, headers, body });
  return new HttpResponse({ statusCode: status, headers: { ...received }, body: bytes });
}
