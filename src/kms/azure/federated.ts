import {
  ClientAssertionCredential,
  type ClientAssertionCredentialOptions,
  CredentialUnavailableError,
  type TokenCredential,
} from '@azure/identity';
import { NotationError } from '../../core/error.ts';
import type { Files } from '../../core/ports.ts';

/** Whom a federated token speaks for, and the file that it is in. */
export interface Federation {
  readonly tenantId: string;
  readonly clientId: string;
  readonly path: string;
}

const fileLimit = 64 << 10;

/**
 * Exchanges the token of a file for one of Microsoft Entra. The SDK's own WorkloadIdentityCredential does the same, with files that hold
 * the token alone, as Kubernetes writes them; GitHub answers a workflow with JSON around it, which is understood here too.
 */
export function federatedCredential(
  { tenantId, clientId, path }: Federation,
  options: ClientAssertionCredentialOptions,
  files: Files,
): TokenCredential {
  return {
    getToken: async (scopes, asked) => {
      const assertion = await readAssertion(path, files);
      return new ClientAssertionCredential(tenantId, clientId, async () => assertion, options).getToken(scopes, asked);
    },
  };
}

/** A chain of credentials goes on after this error. */
async function readAssertion(path: string, files: Files): Promise<string> {
  try {
    return assertionIn(Buffer.from(await files.read(path, 'AZURE_FEDERATED_TOKEN_FILE', fileLimit)).toString('utf8'));
  } catch (error) {
    if (!(error instanceof NotationError)) throw error;
    throw new CredentialUnavailableError(`WorkloadIdentityCredential: ${error.message}`);
  }
}

function assertionIn(text: string): string {
  const trimmed = text.trim();
  const token = trimmed.startsWith('{') ? valueIn(trimmed) : trimmed;
  if (token !== undefined && token !== '' && !/\s/.test(token)) return token;
  throw new NotationError('CONFIG', 'AZURE_FEDERATED_TOKEN_FILE holds neither a token nor JSON with a token as its value');
}

function valueIn(json: string): string | undefined {
  try {
    const { value } = JSON.parse(json) as { readonly value?: unknown };
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
