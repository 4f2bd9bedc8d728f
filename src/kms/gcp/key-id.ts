import { NotationError } from '../../core/error.ts';

/** A key of Cloud KMS, by the names of its resources. */
export interface GcpKeyId {
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…` */
  readonly key: string;
  /** Absent: the key id names none, and Cloud KMS has no version to take in its place. */
  readonly version?: string;
}

const pattern =
  /^(?:gcpkms:\/\/)?(projects\/[\w.:-]{1,100}\/locations\/[\w-]{1,63}\/keyRings\/[\w-]{1,63}\/cryptoKeys\/[\w-]{1,63})(?:\/(?:cryptoKeyVersions|versions)\/([1-9]\d{0,17}))?$/i;

/**
 * Reads `gcpkms://projects/…/cryptoKeys/KEY/cryptoKeyVersions/N`, with `versions` for `cryptoKeyVersions` too, and the bare resource name.
 * @throws NotationError `KEY_NOT_FOUND` when it has none of these forms
 */
export function parseGcpKeyId(keyId: string): GcpKeyId {
  const [, key, version] = pattern.exec(keyId) ?? [];
  if (key !== undefined) return { key, ...(version !== undefined && { version }) };
  throw new NotationError('KEY_NOT_FOUND', `key id: expected a key of Google Cloud KMS, found ${JSON.stringify(keyId)}`, {
    hint: 'write gcpkms://projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY/cryptoKeyVersions/NUMBER',
  });
}

/** The resource name of a version. */
export function versionName({ key }: GcpKeyId, version: string): string {
  return `${key}/cryptoKeyVersions/${version}`;
}

/**
 * Whether two resource names of versions are of the same one. A project has an id and a number, and either may stand in a name; all the rest
 * must be equal.
 */
export function isSameVersion(one: string, other: string): boolean {
  const [first, second] = [splitProject(one), splitProject(other)];
  if (first.rest !== second.rest) return false;
  return first.project === second.project || /^\d+$/.test(first.project) !== /^\d+$/.test(second.project);
}

function splitProject(name: string): { readonly project: string; readonly rest: string } {
  const [, project = '', rest = name] = /^projects\/([^/]+)\/(.+)$/.exec(name) ?? [];
  return { project, rest };
}
