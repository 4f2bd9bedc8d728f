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
  const config = environment['NOTATION_CONFIG'] || userConfigDirectory(surroundings);
  return { config, libexec: environment['NOTATION_LIBEXEC'] || config };
}

/** The folder that holds `crl/`, as Go's os.UserCacheDir gives it; NOTATION_CACHE wins. */
export function cacheDirectoryOf({ environment, platform }: Surroundings): string {
  const base = goUserCacheDir(environment, platform);
  return environment['NOTATION_CACHE'] || (base === undefined ? join('.notation', 'cache') : join(base, 'notation'));
}

/** Go refuses a relative XDG_CONFIG_HOME; notation then falls back to `.notation` in the working directory, as with no home at all. */
function userConfigDirectory({ environment, platform }: Surroundings): string {
  const base = goUserConfigDir(environment, platform);
  return base === undefined ? '.notation' : join(base, 'notation');
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
