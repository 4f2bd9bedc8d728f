// What Google can tell of the way to a key: where the credentials are from, whose they are, and which version of the key is the newest.
import { doubtful, type Finding, found, unknown } from '../../core/finding.ts';
import { once } from '../../core/once.ts';
import type { KeyContext, KeyExamination } from '../provider.ts';
import { signTestMessage } from '../test-signature.ts';
import { isDenied } from './error.ts';
import { type GcpKeyId, parseGcpKeyId } from './key-id.ts';
import { type GcpSession, openSession } from './session.ts';
import { enabledVersions } from './versions.ts';

/**
 * Cloud KMS has no dry run, and permissions that it tells of say nothing of a version's state: so the key signs `testMessage`.
 * @throws NotationError `KEY_NOT_FOUND`, `CONFIG`
 */
export function examineGcpKey(keyId: string, context: KeyContext): KeyExamination {
  const id = parseGcpKeyId(keyId);
  const session = once(async () => openSession(context));
  return {
    credential: async () => judgeCredential(await session()),
    identity: async () => judgeIdentity(await session()),
    rotation: async () => judgeVersion(id, await session()),
    permission: (key) => signTestMessage(key),
  };
}

async function judgeCredential(session: GcpSession): Promise<Finding> {
  const { from, kind } = await session.credential();
  const { expires } = await session.token();
  const until = expires === undefined ? undefined : new Date(expires).toISOString();
  return found(`${from}${until === undefined ? '' : `, with a token until ${until}`}`, {
    source: kind,
    ...(until !== undefined && { expires: until }),
  });
}

/** Tokens do not say whose they are; some credentials do. */
async function judgeIdentity(session: GcpSession): Promise<Finding> {
  const { account, from } = await session.credential();
  return account === undefined ? unknown(`${from} do not tell whose they are`) : found(account, { account });
}

async function judgeVersion(id: GcpKeyId, session: GcpSession): Promise<Finding | undefined> {
  if (id.version === undefined) return undefined;
  try {
    const newest = String((await enabledVersions(id, session))[0] ?? id.version);
    if (BigInt(id.version) >= BigInt(newest)) return found(`version ${id.version} is the newest that is enabled`, { newest });
    const facts = { version: id.version, newest };
    const remedy = 'if the key was rotated, get a certificate for the newest version, and name it in the key id';
    return doubtful(`version ${id.version} is not the newest that is enabled, which is ${newest}`, remedy, facts);
  } catch (error) {
    if (!isDenied(error)) throw error;
    return unknown(`the versions may not be listed: ${error.message}`, 'nothing need be done if the key may sign');
  }
}
