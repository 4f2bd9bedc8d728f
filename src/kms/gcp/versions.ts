import { NotationError } from '../../core/error.ts';
import { asObject } from '../../core/json.ts';
import { isDenied } from './error.ts';
import { type GcpKeyId, versionName } from './key-id.ts';
import type { GcpSession } from './session.ts';

/** So many versions are told. */
const told = 10;

/** The error of a key id without a version, with those that are enabled, the newest first, or why they cannot be told. One request. */
export async function missingVersion(id: GcpKeyId, session: GcpSession): Promise<NotationError> {
  try {
    return error(id, await enabledVersions(id, session));
  } catch (cause) {
    if (!(cause instanceof NotationError)) throw cause;
    const { message } = cause;
    return error(id, undefined, isDenied(cause) ? '' : ` (and those that are enabled cannot be listed: ${message})`);
  }
}

function error(id: GcpKeyId, numbers: readonly bigint[] | undefined, problem = ''): NotationError {
  const [newest] = numbers ?? [];
  const found = numbers === undefined ? `none${problem}` : `none; ${listed(numbers)}`;
  return new NotationError('KEY_NOT_FOUND', `key id: expected a version of ${id.key}, found ${found}`, {
    hint:
      newest === undefined
        ? 'write /cryptoKeyVersions/NUMBER at its end; gcloud kms keys versions list tells which there are'
        : `write gcpkms://${versionName(id, String(newest))}`,
  });
}

function listed(numbers: readonly bigint[]): string {
  if (numbers.length === 0) return 'no version of it is enabled';
  const more = numbers.length > told ? ' and older ones' : '';
  return `these are enabled: ${numbers.slice(0, told).join(', ')}${more}`;
}

/** Numbers of the versions that are enabled, the newest first. One request. @throws NotationError */
export async function enabledVersions({ key }: GcpKeyId, { ask, host }: GcpSession): Promise<readonly bigint[]> {
  const ending = '/cryptoKeyVersions?filter=state%3DENABLED&pageSize=1000';
  const { cryptoKeyVersions: said = [] } = await ask({ permission: 'cloudkms.cryptoKeyVersions.list', resource: key, ending });
  if (!Array.isArray(said)) throw new NotationError('UNAVAILABLE', `${host}: expected the versions of ${key}, found something else`);
  const numbers = said.flatMap((one: unknown) => {
    const [, number] = /\/cryptoKeyVersions\/(\d{1,18})$/.exec(String(asObject(one, `${host}: version`, 'UNAVAILABLE')['name'])) ?? [];
    return number === undefined ? [] : [BigInt(number)];
  });
  // By number: as texts, 9 would be newer than 10.
  return numbers.toSorted((a, b) => Number(b - a));
}
