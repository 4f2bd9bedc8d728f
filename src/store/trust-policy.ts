// notation's trust policies: which file holds which, and reading and writing it.
import { join } from 'node:path';
import { NotationError } from '../core/error.ts';
import type { Files } from '../core/ports.ts';
import { type BlobPolicy, parseBlobPolicy } from '../policy/blob.ts';
import { type OciPolicy, parseOciPolicy } from '../policy/oci.ts';
import type { Directories } from './directories.ts';
import { entryAt } from './entry.ts';
import { refuseWritableByAll } from './permission.ts';
import { writeWhole } from './write.ts';

/** Bytes that a trust policy may have: thousands of statements. */
export const policyLimit: number = 1 << 20;

/** The three files: notation 2 has one for artifacts and one for blobs, notation 1 one for artifacts. */
export type PolicyName = 'trustpolicy.oci.json' | 'trustpolicy.json' | 'trustpolicy.blob.json';

/** A trust policy's file. */
export interface PolicyPlace {
  readonly name: PolicyName;
  readonly path: string;
}

/**
 * The file with the policy for artifacts: trustpolicy.oci.json where there is anything of that name, trustpolicy.json otherwise (AMB-20).
 * It is the file to write as well: what is in effect is replaced, and where there is neither, both notation 1 and notation 2 read
 * trustpolicy.json.
 */
export function ociPolicyPlace(directories: Directories): PolicyPlace {
  const preferred = placeOf('trustpolicy.oci.json', directories);
  return entryAt(preferred.path) === undefined ? placeOf('trustpolicy.json', directories) : preferred;
}

/** The path of a trustpolicy.json that this program and notation 2 pass over, and notation 1 reads; undefined when there is none. */
export function passedOver(place: PolicyPlace, directories: Directories): string | undefined {
  const legacy = placeOf('trustpolicy.json', directories);
  return place.name === 'trustpolicy.oci.json' && isPolicyThere(legacy) ? legacy.path : undefined;
}

/** The file with the policy for blobs. */
export function blobPolicyPlace(directories: Directories): PolicyPlace {
  return placeOf('trustpolicy.blob.json', directories);
}

/**
 * Reads the policy for artifacts.
 * @throws NotationError `FILE` when there is none, it is no regular file, unreadable, too large, or everybody may change it; `POLICY`
 */
export async function readOciPolicy(directories: Directories, files: Files): Promise<OciPolicy> {
  const place = ociPolicyPlace(directories);
  return parseOciPolicy(await readPolicyFile(place, directories, files), place.name);
}

/** Reads the policy for blobs. @throws NotationError as `readOciPolicy` */
export async function readBlobPolicy(directories: Directories, files: Files): Promise<BlobPolicy> {
  const place = blobPolicyPlace(directories);
  return parseBlobPolicy(await readPolicyFile(place, directories, files), place.name);
}

/** Whether a policy's file is there, be it good or not. @throws NotationError `FILE` when that cannot be told */
export function isPolicyThere({ path }: PolicyPlace): boolean {
  return entryAt(path) !== undefined;
}

/** Checks that a policy is a regular file that not everybody may change. @throws NotationError `FILE` */
export async function checkPolicyFile({ name, path }: PolicyPlace, directories: Directories, files: Files): Promise<void> {
  const facts = entryAt(path);
  if (facts === undefined) {
    const command = name === 'trustpolicy.blob.json' ? 'blob policy' : 'policy';
    throw new NotationError('FILE', `trust policy is not present: ${path} does not exist`, {
      hint: `notation-ts-kms ${command} init makes one, and notation-ts-kms ${command} import takes one from a file`,
    });
  }
  if (!facts.isFile()) {
    const found = facts.isSymbolicLink() ? 'a symbolic link' : 'another kind of file';
    throw new NotationError('FILE', `${path}: expected a trust policy that is a regular file, found ${found}`, {
      hint: 'put the file itself there: what a link leads to can be changed by others',
    });
  }
  await refuseWritableByAll([directories.config, path], files);
}

/** Writes a policy, whole, with mode 0600. @throws NotationError `FILE` */
export async function writePolicy({ path }: PolicyPlace, content: Uint8Array | string): Promise<void> {
  await writeWhole(path, content, 0o600);
}

async function readPolicyFile(place: PolicyPlace, directories: Directories, files: Files): Promise<Uint8Array> {
  await checkPolicyFile(place, directories, files);
  return files.read(place.path, 'trust policy', policyLimit);
}

function placeOf(name: PolicyName, { config }: Directories): PolicyPlace {
  return { name, path: join(config, name) };
}
