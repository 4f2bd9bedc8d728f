import { isAbsolute, join } from 'node:path';
import type { Environment } from '../core/ports.ts';

/** What decides where notation keeps its files. `platform` is Node's name: linux, darwin, win32 … */
export interface Surroundings {
  readonly environment: Environment;
  readonly platform: string;
}

/** notation's directories, exactly as Go's os.UserConfigDir and notation's own variables give them. */
export interface Directories {
  readonly config: string;
  /** The folder that holds `plugins/`. */
  readonly libexec: string;
}

/** NOTATION_CONFIG and NOTATION_LIBEXEC win; libexec follows config. */
export function directoriesOf(surroundings: Surroundings): Directories {
  const { environment } = surroundings;
  // Go refuses a relative XDG_CONFIG_HOME; notation then falls back to the working directory, as with no home at all.
  const config = statedConfigDirectory(surroundings) ?? '.notation';
  return { config, libexec: environment['NOTATION_LIBEXEC'] || config };
}

/** The folder that holds `crl/`, as Go's os.UserCacheDir gives it; NOTATION_CACHE wins. */
export function cacheDirectoryOf(surroundings: Surroundings): string {
  return statedCacheDirectory(surroundings) ?? join('.notation', 'cache');
}

/** The configuration folder that the environment tells of; undefined where it tells of none, and notation would take the working directory. */
export function statedConfigDirectory({ environment, platform }: Surroundings): string | undefined {
  return environment['NOTATION_CONFIG'] || below(goUserConfigDir(environment, platform));
}

/** The cache folder that the environment tells of; undefined where it tells of none. */
export function statedCacheDirectory({ environment, platform }: Surroundings): string | undefined {
  return environment['NOTATION_CACHE'] || below(goUserCacheDir(environment, platform));
}

/** docker's config.json, where its user's credentials may be; undefined where there is no home. */
export function dockerConfigOf({ environment, platform }: Surroundings): string | undefined {
  const home = platform === 'win32' ? environment['USERPROFILE'] : environment['HOME'];
  const folder = environment['DOCKER_CONFIG'] || (home ? join(home, '.docker') : undefined);
  return folder === undefined ? undefined : join(folder, 'config.json');
}

function below(base: string | undefined): string | undefined {
  return base === undefined ? undefined : join(base, 'notation');
}

function goUserConfigDir(environment: Environment, platform: string): string | undefined {
  const home = environment['HOME'];
  if (platform === 'win32') return environment['AppData'] || environment['APPDATA'] || undefined;
  if (platform === 'darwin') return home ? join(home, 'Library', 'Application Support') : undefined;
  const xdg = environment['XDG_CONFIG_HOME'];
  if (xdg) return isAbsolute(xdg) ? xdg : undefined;
  return home ? join(home, '.config') : undefined;
}

function goUserCacheDir(environment: Environment, platform: string): string | undefined {
  const home = environment['HOME'];
  if (platform === 'win32') return environment['LocalAppData'] || environment['LOCALAPPDATA'] || undefined;
  if (platform === 'darwin') return home ? join(home, 'Library', 'Caches') : undefined;
  const xdg = environment['XDG_CACHE_HOME'];
  if (xdg) return isAbsolute(xdg) ? xdg : undefined;
  return home ? join(home, '.cache') : undefined;
}
