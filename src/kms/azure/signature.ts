// The version that signs is the version whose public key is the leaf's, whatever is rotated meanwhile.
import type { Algorithm } from '../../core/algorithm.ts';
import { equalBytes } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { verifySignature } from '../../x509/public-key.ts';
import { digestOf } from '../digest.ts';
import type { Key } from '../provider.ts';
import type { Holding } from './chain.ts';
import { isUnusable } from './error.ts';
import type { AzureKeyId } from './key-id.ts';
import type { Signed } from './sign.ts';
import type { Vault } from './vault.ts';

/** How many versions are looked through, the newest first: each costs a request. */
const searched = 25;

/**
 * Signs with the version of the key that has the holding's public key; many messages, one after another or at once.
 *
 * A known version signs, in one request, and the vault must say that this one did. Without one the newest signs, in one request too, and
 * the signature is verified under the leaf: it is right unless the key was rotated after the leaf was issued. Only then are the versions
 * listed and looked through, which takes one request for the list and one for each version until the right one, and that one signs.
 * @throws NotationError `KEY_MISMATCH` when no version has the leaf's key, and as the vault has it
 */
export function openSigning(algorithm: Algorithm, holding: Holding, id: AzureKeyId, vault: Vault): Key['sign'] {
  let version = holding.version;
  const sign = async (wanted: string, digest: Uint8Array) => checkVersion(await vault.sign(wanted, algorithm, digest), wanted, id);
  return async (message) => {
    const digest = await digestOf(message, algorithm);
    if (version !== undefined) return sign(version, digest);
    const newest = await vault.sign(undefined, algorithm, digest).catch(onlyUnusable);
    const right = newest !== undefined && verifySignature(holding.publicKeyInfo, algorithm, message, newest.bytes);
    version = right ? newest.version : await findVersion(newest?.version, holding, id, vault);
    return right ? newest.bytes : sign(version, digest);
  };
}

/** The newest version may be disabled, or of another kind than the leaf's key. */
function onlyUnusable(error: unknown): undefined {
  if (isUnusable(error)) return undefined;
  throw error;
}

function checkVersion({ bytes, version }: Signed, wanted: string, { host, name }: AzureKeyId): Uint8Array {
  if (version === wanted) return bytes;
  throw new NotationError('KEY_MISMATCH', `${host}: expected version ${wanted} of key ${JSON.stringify(name)} to sign, found ${version}`, {
    hint: 'sign again; when it goes on, the key id names something that is no Key Vault',
  });
}

/** `tried` is a version that is known to have another key. */
async function findVersion(tried: string | undefined, holding: Holding, { host, name }: AzureKeyId, vault: Vault): Promise<string> {
  const others = (await vault.keyVersions()).filter((version) => version !== tried).slice(0, searched);
  for (const version of others) {
    const { publicKeyInfo } = await vault.key(version);
    if (publicKeyInfo !== undefined && equalBytes(publicKeyInfo, holding.publicKeyInfo)) return version;
  }
  const looked = others.length + (tried === undefined ? 0 : 1);
  const expected = `expected the leaf's public key in a version of key ${JSON.stringify(name)}`;
  throw new NotationError('KEY_MISMATCH', `${host}: ${expected}, found it in none of ${looked}`, {
    hint: 'give the chain of this key, or write the version into the key id',
  });
}
