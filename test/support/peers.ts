// Other people's programs that the tests run against; scripts/peers installs them outside the repository.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

export type Peer =
  | 'notation'
  | 'oras'
  | 'docker-registry'
  | 'ocireg'
  | 'skopeo'
  | 'buildah'
  | 'chromium-headless-shell'
  | 'softhsm2-util'
  | 'pkcs11-tool'
  | 'bench-aws-plugin'
  | 'bench-azure-plugin'
  | 'bench-gcp-plugin'
  | 'bench-vault-plugin'
  | 'bench-runner'
  | 'blob-host'
  | 'framework-plugin'
  | 'token-server'
  | 'ministack'
  | 'moto_server'
  | 'akv'
  | 'timestamp-server'
  | 'zsh'
  | 'fish'
  | 'bash-completion'
  | 'mandoc'
  | 'actionlint'
  | 'check-jsonschema'
  | 'manifest-check'
  | 'vaultdev'
  | 'gkms'
  | 'pkcs11.node'
  | 'pkcs11-fault.so'
  | 'node-22'
  | 'tsc-5'
  | 'typedoc';

let folder: string | undefined;

/** The peer's executable; undefined where it is not installed. */
function peer(name: Peer): string | undefined {
  folder ??= execFileSync(join(import.meta.dirname, '../../scripts/peers'), ['--path'], { encoding: 'utf8' }).trim();
  const path = join(folder, name);
  return isExecutable(path) ? path : undefined;
}

/** The peer's executable. @throws where it is not installed: what needs it should have been skipped with `needs`. */
export function openPeer(name: Peer): string {
  const path = peer(name);
  if (path === undefined) throw new Error(absence(name));
  return path;
}

/** Options for `test` and `describe`: skipped, with the reason, where one of the peers is absent. */
export function needs(...names: readonly Peer[]): { readonly skip?: string } {
  const absent = names.find((name) => peer(name) === undefined);
  return absent === undefined ? {} : { skip: absence(absent) };
}

function absence(name: Peer): string {
  return `peer absent: ${name}: run scripts/peers`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
