// notation's config.json.
import { join } from 'node:path';
import type { Files } from '../core/ports.ts';
import { malformedConfig, readConfigFile } from './config-file.ts';
import type { Directories } from './directories.ts';

/** What config.json says that is not about credentials. */
export interface NotationConfig {
  /** `host` or `host:port`, to be spoken to over plain HTTP. */
  readonly insecureRegistries: readonly string[];
  /** In lower case; whether there is such a format is for who signs to say. */
  readonly signatureFormat: string | undefined;
}

const what = 'config.json';

/**
 * Reads config.json; an absent file says nothing. Members of other programs are passed over.
 *
 * notation itself reads insecureRegistries and signatureFormat before it looks at NOTATION_CONFIG, and so from the user's folder only;
 * here NOTATION_CONFIG holds for them as for everything else.
 * @throws NotationError `FILE`, `CONFIG`; notation passes over a file that is malformed until it needs a credential
 */
export async function readConfig(directories: Directories, files: Files): Promise<NotationConfig> {
  const path = join(directories.config, what);
  const value = (await readConfigFile(path, what, files)) ?? {};
  if (!isObject(value)) throw malformedConfig(path, what, 'expected an object');
  return {
    insecureRegistries: textsOf(value, 'insecureRegistries', path),
    signatureFormat: textOf(value, 'signatureFormat', path)?.toLowerCase(),
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Empty and `null` are what Go makes of absence. */
function textOf(object: JsonObject, name: string, path: string): string | undefined {
  const value = object[name] ?? '';
  if (typeof value === 'string') return value || undefined;
  throw malformedConfig(path, what, `expected ${JSON.stringify(name)} to be a text`);
}

function textsOf(object: JsonObject, name: string, path: string): readonly string[] {
  const value = object[name] ?? [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw malformedConfig(path, what, `expected ${JSON.stringify(name)} to be a list of texts`);
}
