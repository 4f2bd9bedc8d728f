import { NotationError } from '../core/error.ts';
import type { Key, KeyContext, KeyProvider } from './provider.ts';

interface Backend {
  readonly schemes: readonly string[];
  /** Key ids without a scheme that are this backend's. */
  readonly bare: RegExp;
  readonly load: () => Promise<KeyProvider>;
}

/** One row a backend, first match wins; what no other backend knows is a local file or a name in signingkeys.json. */
const backends: readonly Backend[] = [{ schemes: ['file'], bare: /^/, load: async () => (await import('./file.ts')).fileKeys }];

/**
 * Opens the key that `keyId` names in whichever backend knows its form; loads that backend's code and no other's.
 * @throws NotationError `KEY_NOT_FOUND` for a scheme that no backend knows, and whatever the backend throws.
 */
export async function openKey(keyId: string, context: KeyContext): Promise<Key> {
  const scheme = schemeOf(keyId);
  const backend = backends.find((row) => (scheme === undefined ? row.bare.test(keyId) : row.schemes.includes(scheme)));
  if (backend !== undefined) return (await backend.load()).open(keyId, context);
  // notation lets a key be named `team:release`.
  if ((await context.namedKeys(keyId)) !== undefined) return (await import('./file.ts')).fileKeys.open(keyId, context);
  throw new NotationError('KEY_NOT_FOUND', `key id: no backend knows the scheme ${scheme}:`, {
    hint: `use one of ${backends.flatMap((row) => row.schemes.map((name) => `${name}:`)).join(', ')}, a path, or a name in signingkeys.json`,
  });
}

/** Two letters at least: `C:\keys\k.pem` has no scheme. */
function schemeOf(keyId: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(keyId)?.[1]?.toLowerCase();
}
