// A Key Vault in this process, by any host name, that counts who asks it what.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Http, HttpRequest } from '../../src/core/ports.ts';
import type { KeyContext } from '../../src/kms/provider.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { contextOf } from './backends.ts';
import { type AzureItem, type AzureVersion, azureService } from './clouds/azure.ts';
import { applicationEnvironment } from './clouds/azure-identity.ts';
import type { Answer, Asked } from './clouds/server.ts';
import { type Holder, mintChain } from './pki.ts';

export const version = '0123456789abcdef0123456789abcdef';
export const newer = 'ffffffffffffffffffffffffffffffff';

/** What to answer in place of the honest answer; nothing for the honest one. */
export type Interference = (asked: Asked) => Answer | undefined;

export interface CountedVault {
  readonly http: Http;
  /** Requests in their order, as "operation host/path status", without the query. */
  readonly trips: () => readonly string[];
  /** A context that reaches it, as an application with a client secret. */
  readonly context: (config?: Readonly<Record<string, string>>) => KeyContext;
}

/** Opens it; the variables of the application must be in this process (`enterApplication`). */
export function openCountedVault(items: readonly AzureItem[], interfere: Interference = () => undefined): CountedVault {
  const service = azureService(items);
  const trips: string[] = [];
  const send = async (request: HttpRequest) => {
    const asked = askedOf(request, service.operationOf);
    const { status, headers = {}, body } = interfere(asked) ?? service.answer(asked);
    trips.push(`${asked.operation} ${asked.headers['host']}${asked.url.pathname} ${status}`);
    return { status, headers, body: Buffer.from(body) };
  };
  const http = { send, warm: () => undefined };
  const context = (config = {}) => ({ ...contextOf({ credential_type: 'environment', ...config }, applicationEnvironment), http });
  return { http, trips: () => trips, context };
}

/** The SDK reads the variables of its process. */
export function enterApplication(): void {
  Object.assign(process.env, applicationEnvironment);
}

/** The operations of trips, for counting. */
export function operationsOf(trips: readonly string[]): readonly string[] {
  return trips.map((trip) => `${trip.split(' ')[0]}${trip.endsWith(' 401') ? ' refused' : ''}`);
}

/** A chain in files, and the key it is for as a vault keeps it. */
export interface Release {
  readonly chain: readonly Holder[];
  readonly leaf: Holder;
  readonly version: AzureVersion;
  readonly files: { readonly chain: string; readonly issuers: string };
}

export async function mintRelease(folder: string, wish: Parameters<typeof mintChain>[0] = {}): Promise<Release> {
  const chain = await mintChain(wish);
  const [leaf, ...issuers] = chain;
  if (leaf === undefined) throw new Error('no chain');
  const files = { chain: join(folder, 'chain.pem'), issuers: join(folder, 'issuers.pem') };
  writeFileSync(files.chain, pemOf(chain));
  writeFileSync(files.issuers, pemOf(issuers));
  const secret = { contentType: 'application/x-pem-file', value: pemOf(chain) };
  return { chain, leaf, files, version: { version, key: leaf.key, certificate: leaf.certificate.der, secret } };
}

export function pemOf(chain: readonly Holder[]): string {
  return toPem(chain.map(({ certificate }) => certificate.der));
}

function askedOf({ method, url, headers, body = '' }: HttpRequest, operationOf: ReturnType<typeof azureService>['operationOf']): Asked {
  const at = new URL(url);
  const seen = { method, url: at, headers: { ...headers, host: at.host }, body: Buffer.from(body).toString('utf8') };
  return { ...seen, operation: operationOf(seen), at: 0 };
}
