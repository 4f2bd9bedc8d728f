import { NotationError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import type { KeyContext, KeyDescription } from '../provider.ts';
import { specOfName } from './algorithms.ts';
import { isDenied } from './error.ts';
import { parseGcpKeyId, versionName } from './key-id.ts';
import { textIn, wordIn } from './member.ts';
import { getPublicKey } from './public-key.ts';
import { type GcpSession, openSession } from './session.ts';
import { missingVersion } from './versions.ts';

/**
 * What Cloud KMS says of a version, in one request. Who may sign need not have the permission for it; with the permission for the public key, that is
 * asked for instead, which only an enabled version gives.
 * @throws NotationError as opening the key does
 */
export async function describeGcpKey(keyId: string, context: KeyContext): Promise<KeyDescription> {
  const id = parseGcpKeyId(keyId);
  const session = openSession(context);
  if (id.version === undefined) throw await missingVersion(id, session);
  const name = versionName(id, id.version);
  const said = await readVersion(name, session);
  const [algorithm, state] = [wordIn(said, 'algorithm'), wordIn(said, 'state')];
  if (algorithm === undefined || state === undefined)
    throw new NotationError('UNAVAILABLE', `${session.host}: expected a description of ${name}, found something else`);
  const spec = specOfName(algorithm);
  return {
    id: name,
    spec: spec ?? algorithm,
    state: stateOf(state, said),
    version: id.version,
    algorithms: algorithm.includes('SIGN') ? [algorithm] : [],
    facts: factsOf(said),
  };
}

async function readVersion(name: string, session: GcpSession): Promise<JsonObject> {
  try {
    return await session.ask({ permission: 'cloudkms.cryptoKeyVersions.get', resource: name });
  } catch (error) {
    if (!isDenied(error)) throw error;
    const { algorithm, protection } = await getPublicKey(name, session);
    return { algorithm, state: 'ENABLED', protectionLevel: protection };
  }
}

/** `DESTROY_SCHEDULED` → "destroy scheduled for …". */
function stateOf(state: string, said: JsonObject): string {
  const words = state.replaceAll('_', ' ').toLowerCase();
  const when = state === 'DESTROY_SCHEDULED' ? textIn(said, 'destroyTime') : undefined;
  return when === undefined ? words : `${words} for ${when}`;
}

/** What was said, and is a text; and what is so of every key that signs. */
function factsOf(said: JsonObject): Readonly<Record<string, string>> {
  const facts = {
    algorithm: textIn(said, 'algorithm'),
    'protection level': textIn(said, 'protectionLevel')?.toLowerCase(),
    created: textIn(said, 'createTime'),
    generated: textIn(said, 'generateTime'),
    imported: textIn(said, 'importTime'),
    destroyed: textIn(said, 'destroyEventTime'),
    failure: textIn(said, 'importFailureReason') ?? textIn(said, 'generationFailureReason'),
    rotation: 'by hand, to a new version; no version is the primary one',
  };
  return Object.fromEntries(Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== undefined));
}
