// What Vault and OpenBao can tell of the way to a key: where the token is from, whose it is, and which version of the key is the newest.
import { NotationError } from '../../core/error.ts';
import { doubtful, type Facts, type Finding, found } from '../../core/finding.ts';
import { once } from '../../core/once.ts';
import type { KeyContext, KeyExamination } from '../provider.ts';
import { signTestMessage } from '../test-signature.ts';
import { parseVaultKeyId } from './key-id.ts';
import { placeOf, type VaultPlace } from './place.ts';
import { openSession, type VaultSession } from './session.ts';
import { findTokenSource, type TokenSource } from './token.ts';
import { readTransitKey } from './transit.ts';

/**
 * Transit has no dry run, so that the key signs `testMessage`.
 * @throws NotationError `KEY_NOT_FOUND`, `CONFIG`
 */
export function examineVaultKey(keyId: string, context: KeyContext): KeyExamination {
  const place = placeOf(parseVaultKeyId(keyId), context);
  const session = once(async () => openSession(place, context));
  return {
    credential: async () =>
      found(`${place.product} at ${place.address}: ${sourceOf(await findTokenSource(place, context))}`, { address: place.address }),
    identity: async () => judgeToken(await session()),
    rotation: async () => judgeVersion(place, await session()),
    permission: (key) => signTestMessage(key),
  };
}

function sourceOf(source: TokenSource): string {
  if (source.method === 'token') return `a token from ${source.from}`;
  return source.method === 'agent' ? 'the agent adds its own token' : `a login at ${source.path}`;
}

/** Every token may look at itself by the policy "default", which it need not have; a token that is no more is told by the other requests. */
async function judgeToken(session: VaultSession): Promise<Finding> {
  try {
    const { display_name: name, policies, expire_time: expires } = await session.ask('look at the token', 'auth/token/lookup-self');
    const listed = Array.isArray(policies) ? policies.filter((one) => typeof one === 'string').join(', ') : '';
    const facts: Facts = { ...textFact('name', name), ...textFact('expires', expires), policies: listed };
    const until = facts['expires'] === undefined ? '' : `, until ${facts['expires']}`;
    return found(`${facts['name'] ?? 'a token'}, with the policies ${listed || 'of nobody'}${until}`, facts);
  } catch (error) {
    if (!(error instanceof NotationError) || error.metadata?.['status'] !== '403') throw error;
    return doubtful(`the token may not look at itself, or is no more: ${error.message}`, 'log in again, unless the key signs');
  }
}

function textFact(name: string, value: unknown): Facts {
  return typeof value === 'string' && value !== '' && value.length <= 300 ? { [name]: value } : {};
}

async function judgeVersion(place: VaultPlace, session: VaultSession): Promise<Finding> {
  const { latest } = await readTransitKey(place, session);
  const { version } = place.transit;
  if (version === undefined || version === latest) return found(`the newest version is ${latest}`, { newest: latest });
  const facts = { version, newest: latest };
  return doubtful(
    `version ${version} is not the newest, which is ${latest}`,
    'if the key was rotated, get a certificate for the newest version',
    facts,
  );
}
