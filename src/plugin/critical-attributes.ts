// What a `verify-signature` request says of the critical attributes, held against what this plugin knows (plugin-extensibility.md, "verify-signature").
import { NotationError } from '../core/error.ts';
import { payloadMediaType } from '../core/payload.ts';
import { isSemanticVersion } from '../core/semantic-version.ts';
import { parseTime } from '../envelope/time.ts';
import type { CriticalAttributes } from '../protocol/verification-request.ts';

/** When the signature was made, where an authority vouches for it. */
export interface AuthenticTime {
  readonly authenticSigningTime?: Date;
}

interface Own {
  readonly name: string;
  readonly version: string;
}

/**
 * Reads them; what is not known is refused. Expiry is the host's to judge, by its policy.
 * @param own what this plugin says it is
 * @throws NotationError `REQUEST`
 */
export async function readCriticalAttributes(attributes: CriticalAttributes, own: Own): Promise<AuthenticTime> {
  const { contentType, signingScheme, expiry } = attributes;
  if (contentType !== payloadMediaType) throw wrong('contentType', payloadMediaType, 'another');
  if (expiry !== undefined) timeOf('expiry', expiry);
  await checkDemand(attributes, own);
  if (signingScheme === 'notary.x509') return noAuthenticTime(attributes);
  if (signingScheme === 'notary.x509.signingAuthority') return authenticTime(attributes);
  throw wrong('signingScheme', 'notary.x509 or notary.x509.signingAuthority', 'another');
}

/** Nobody vouches for a time under this scheme, and a time would make revocations not count. */
function noAuthenticTime({ authenticSigningTime }: CriticalAttributes): AuthenticTime {
  if (authenticSigningTime === undefined) return {};
  throw wrong('authenticSigningTime', 'none under the scheme notary.x509', 'one');
}

function authenticTime({ authenticSigningTime: text }: CriticalAttributes): AuthenticTime {
  if (text !== undefined) return { authenticSigningTime: timeOf('authenticSigningTime', text) };
  throw wrong('authenticSigningTime', 'a time under the scheme notary.x509.signingAuthority', 'none');
}

function timeOf(name: string, text: string): Date {
  const time = parseTime(text);
  if (time !== undefined) return time.at;
  throw wrong(name, 'a date and time as RFC 3339 writes it', 'something else');
}

/** notation checks this by itself, and does not send it on (REF-12); another host may leave it to us. */
async function checkDemand(attributes: CriticalAttributes, own: Own): Promise<void> {
  const { verificationPlugin: plugin, verificationPluginMinVersion: minVersion } = attributes;
  if (plugin !== undefined && plugin !== own.name) throw wrong('verificationPlugin', own.name, 'another plugin');
  if (minVersion === undefined) return;
  const { lt, valid } = await import('semver');
  // The library takes more than the grammar has, and fails at numbers that it cannot hold.
  const isVersion = isSemanticVersion(minVersion) && valid(minVersion) !== null;
  if (!isVersion) throw wrong('verificationPluginMinVersion', 'a semantic version', 'something else');
  if (lt(own.version, minVersion)) throw wrong('verificationPluginMinVersion', `${own.version} or lower`, minVersion);
}

function wrong(name: string, expected: string, found: string): NotationError {
  return new NotationError('REQUEST', `signature.criticalAttributes.${name}: expected ${expected}, found ${found}`);
}
