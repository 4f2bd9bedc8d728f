// Our registry client in a test: over the real network, with what it sends written down.
import type { Http, HttpRequest, HttpResponse, Repository } from '../../src/core/ports.ts';
import { nodeTransport } from '../../src/http/node.ts';
import { openHttp } from '../../src/http/open.ts';
import { type OpenRepository, openRegistries, type RegistryOptions } from '../../src/registry/open.ts';
import { parseReference, type Reference } from '../../src/registry/reference.ts';
import { disk } from '../../src/store/disk.ts';

/** A client with a memory. */
export interface Client {
  readonly open: OpenRepository;
  /** `METHOD path status`, in order. */
  readonly sent: string[];
  readonly requests: HttpRequest[];
  readonly warnings: string[];
}

/** Opens a client as one run of the program has it. @param bundle a PEM file of authorities to trust */
export function openClient(options: Partial<RegistryOptions> = {}, bundle?: string): Client {
  const client = { sent: [] as string[], requests: [] as HttpRequest[], warnings: [] as string[] };
  const deadline = { signal: new AbortController().signal, remainingMs: () => 60_000 };
  const http = openHttp({ transport: async () => nodeTransport, environment: {}, files: disk, deadline, bundle });
  const open = openRegistries({
    http: written(http, client),
    deadline,
    log: () => undefined,
    warn: (message) => void client.warnings.push(message),
    credentials: async () => undefined,
    now: () => new Date(),
    forceReferrersTag: true,
    insecure: false,
    insecureRegistries: [],
    ...options,
  });
  return { ...client, open };
}

/** A repository and the reference that it was opened with. */
export function openReference(client: Client, text: string): { readonly repository: Repository; readonly reference: Reference } {
  const reference = parseReference(text);
  return { reference, repository: client.open(reference) };
}

/** All signatures of an artifact: the text of their envelopes, sorted. */
export async function envelopesOf(repository: Repository, tagOrDigest: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const signature of repository.signatures(await repository.resolve(tagOrDigest))) {
    found.push(Buffer.from((await repository.fetch(signature)).envelope).toString('utf8'));
  }
  return found.sort();
}

function written(http: Http, { sent, requests }: Pick<Client, 'sent' | 'requests'>): Http {
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    requests.push(request);
    const response = await http.send(request);
    const { pathname, search } = new URL(request.url);
    sent.push(`${request.method} ${pathname}${search} ${response.status}`);
    return response;
  };
  return { send, warm: (url) => http.warm(url) };
}
