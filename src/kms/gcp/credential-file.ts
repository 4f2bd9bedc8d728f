// Files of application default credentials, found as Google's libraries find them.
import { NotationError } from '../../core/error.ts';
import { asObject, type JsonObject, parseJson } from '../../core/json.ts';
import type { KeyContext } from '../provider.ts';
import { textIn } from './member.ts';

const fileLimit = 1 << 20;

/** A credentials file that was read. */
export interface CredentialFile {
  readonly found: JsonObject;
  readonly path: string;
}

/** Reads the file that is named, or the one that gcloud writes; undefined when there is neither. @throws NotationError `FILE`, `CONFIG` */
export async function findCredentialFile(context: KeyContext): Promise<CredentialFile | undefined> {
  const path = await credentialsPath(context);
  return path === undefined ? undefined : { path, found: await readCredentials(path, context) };
}

async function credentialsPath({ settings, environment, files }: KeyContext): Promise<string | undefined> {
  const named = settings.text.gcp_credentials_file ?? (environment['GOOGLE_APPLICATION_CREDENTIALS'] || undefined);
  if (named !== undefined) return named;
  const { CLOUDSDK_CONFIG: own, APPDATA: roaming, HOME: home } = environment;
  const folder = own || (roaming ? `${roaming}/gcloud` : `${home ?? ''}/.config/gcloud`);
  const usual = `${folder}/application_default_credentials.json`;
  return (await files.look(usual)) === undefined ? undefined : usual;
}

async function readCredentials(path: string, { files }: KeyContext): Promise<JsonObject> {
  const bytes = await files.read(path, 'Google credentials', fileLimit);
  return asObject(parseJson(bytes, `Google credentials ${path}`, 'CONFIG'), `Google credentials ${path}`, 'CONFIG');
}

/** @throws NotationError `CONFIG` when the file has no such text */
export function wantedIn({ found, path }: CredentialFile, name: string): string {
  const value = textIn(found, name);
  if (value !== undefined) return value;
  throw new NotationError('CONFIG', `${path}: expected a member ${name}, found none`, { hint: 'download the credentials again' });
}
