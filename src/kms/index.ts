import { NotationError } from '../core/error.ts';
import { type BackendName, checkOptionsOf } from './config.ts';
import type { Key, KeyContext, KeyDescription, KeyExamination, KeyProvider } from './provider.ts';

interface Backend {
  readonly name: BackendName;
  /** How its key ids begin. */
  readonly forms: RegExp;
  readonly load: () => Promise<KeyProvider>;
}

/** One row a backend, first match wins. What has no scheme is a local file or a name in signingkeys.json; `C:\k.pem` has none. */
const backends: readonly Backend[] = [
  { name: 'aws', forms: /^awskms:|^arn:aws[a-z0-9-]*:kms:|^alias\//i, load: async () => (await import('./aws.ts')).awsKeys },
  { name: 'azure', forms: /^azurekms:|^https:/i, load: async () => (await import('./azure.ts')).azureKeys },
  {
    name: 'gcp',
    forms: /^gcpkms:|^projects\/[^/]+\/locations\/[^/]+\/keyRings\//i,
    load: async () => (await import('./gcp.ts')).gcpKeys,
  },
  { name: 'vault', forms: /^hashivault:|^openbao:/i, load: async () => (await import('./vault.ts')).vaultKeys },
  { name: 'pkcs11', forms: /^pkcs11:/i, load: async () => (await import('./pkcs11.ts')).pkcs11Keys },
  { name: 'file', forms: /^file:|^(?![a-z][a-z0-9+.-]+:)/i, load: loadFiles },
];

/**
 * Opens the key that `keyId` names in whichever backend knows its form; loads that backend's code and no other's.
 * @throws NotationError `KEY_NOT_FOUND` for a scheme that no backend knows, `CONFIG` for an option of another backend, and whatever the backend throws.
 */
export async function openKey(keyId: string, context: KeyContext): Promise<Key> {
  return (await providerOf(keyId, context)).open(keyId, context);
}

/** What the backend says of the key, of one that cannot sign too. @throws NotationError as `openKey` */
export async function describeKey(keyId: string, context: KeyContext): Promise<KeyDescription> {
  return (await providerOf(keyId, context)).describe(keyId, context);
}

/** The way to the key, for who seeks what is wrong with it. @throws NotationError as `openKey` for the key id and the options */
export async function examineKey(keyId: string, context: KeyContext): Promise<KeyExamination> {
  const { examine } = await providerOf(keyId, context);
  if (examine !== undefined) return examine(keyId, context);
  const { signTestMessage } = await import('./test-signature.ts');
  return { permission: (key) => signTestMessage(key) };
}

async function providerOf(keyId: string, context: KeyContext): Promise<KeyProvider> {
  const backend = backends.find(({ forms }) => forms.test(keyId)) ?? (await namedLikeAScheme(keyId, context));
  checkOptionsOf(backend.name, context.settings);
  return backend.load();
}

/** notation lets a key be named `team:release`. */
async function namedLikeAScheme(keyId: string, context: KeyContext): Promise<Backend> {
  if ((await context.namedKeys(keyId)) !== undefined) return { name: 'file', forms: /^/, load: loadFiles };
  const scheme = keyId.slice(0, keyId.indexOf(':') + 1);
  throw new NotationError('KEY_NOT_FOUND', `key id: no backend knows the scheme ${scheme}`, {
    hint: 'use awskms:, azurekms:, https:, gcpkms:, hashivault:, openbao:, pkcs11:, file:, the ARN of an AWS KMS key, alias/NAME, a path, or a name in signingkeys.json',
  });
}

async function loadFiles(): Promise<KeyProvider> {
  return (await import('./file.ts')).fileKeys;
}
