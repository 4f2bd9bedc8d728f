// What Azure can tell of the way to a key: whose token opens the vault, and whether there is a newer version of the key.
import { doubtful, type Facts, type Finding, found, unknown } from '../../core/finding.ts';
import type { KeyContext, KeyExamination } from '../provider.ts';
import { signTestMessage } from '../test-signature.ts';
import { checkCredentialOptions } from './credential.ts';
import { type AzureKeyId, parseAzureKeyId } from './key-id.ts';
import { openVault, type Vault } from './vault.ts';

/**
 * Key Vault has no dry run, so that the key signs `testMessage`: only that tells whether it may.
 * @throws NotationError `KEY_NOT_FOUND`, `CONFIG`
 */
export function examineAzureKey(keyId: string, context: KeyContext): KeyExamination {
  const id = parseAzureKeyId(keyId);
  checkCredentialOptions(context.settings);
  const vault = openVault(id, context);
  return {
    credential: async () => {
      const { source } = await vault.token();
      return found(`a token from ${source}`, { source });
    },
    identity: async () => judgeToken((await vault.token()).text, context.now()),
    rotation: () => judgeVersion(id, vault),
    permission: (key) => signTestMessage(key),
  };
}

/** Claims of Microsoft Entra's access tokens that say who somebody is; none of them is a secret. */
const told = ['upn', 'unique_name', 'appid', 'azp', 'oid', 'tid', 'xms_mirid'] as const;

/** The signature of a token is for the vault to check; this only reads what is said. */
function judgeToken(token: string, now: Date): Finding {
  const claims = claimsIn(token);
  const facts = Object.fromEntries(told.flatMap((name) => (isShort(claims[name]) ? [[name, claims[name]]] : [])));
  const expires = typeof claims['exp'] === 'number' ? new Date(claims['exp'] * 1000) : undefined;
  if (Object.keys(facts).length === 0) return unknown('the token does not say whose it is');
  const dated: Facts = { ...facts, ...(expires && isDate(expires) && { expires: expires.toISOString() }) };
  if (expires === undefined || expires > now) return found(sentenceOf(dated), dated);
  return doubtful(`${sentenceOf(dated)}: it has expired by this machine's clock`, 'set the clock right', dated);
}

function sentenceOf({ upn, unique_name: name = upn, appid, azp = appid, oid, tid, expires }: Facts): string {
  const who = name ?? (azp === undefined ? `object ${oid}` : `application ${azp}`);
  return `${who}${tid === undefined ? '' : ` of tenant ${tid}`}${expires === undefined ? '' : `, until ${expires}`}`;
}

function claimsIn(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 300;
}

function isDate(date: Date): boolean {
  return !Number.isNaN(date.getTime());
}

/** What the vault gives to who names no version is the newest. */
async function judgeVersion({ version }: AzureKeyId, vault: Vault): Promise<Finding> {
  const { version: newest } = await vault.key(undefined);
  if (version === undefined) return found(`the newest version is ${newest}`, { newest });
  if (version === newest) return found(`version ${version} is the newest`, { newest });
  return doubtful(
    `version ${version} is not the newest, which is ${newest}`,
    'if the key was rotated, get a certificate for the newest version, and name that one',
    { version, newest },
  );
}
