// Who asks Cloud KMS: application default credentials.
import { NotationError } from '../../core/error.ts';
import { type CredentialFile, findCredentialFile } from './credential-file.ts';
import { textIn } from './member.ts';
import { defaultUniverse, type GcpPlace } from './place.ts';
import type { Credential, Identification, TokenSource } from './token.ts';

/**
 * Finds the credential: the file that the option `gcp_credentials_file` or GOOGLE_APPLICATION_CREDENTIALS names, the one that
 * `gcloud auth application-default login` writes, or the machine's own. Google's library finds them too, but runs gcloud on its way, reads the
 * process's environment, and asks the network behind the back of ours; so it is given what was found.
 * @param audience the service that a token must be good for, with a slash at the end
 */
export async function findCredential(identification: Identification, audience: string): Promise<Credential> {
  const file = await findCredentialFile(identification.context);
  if (file === undefined) {
    const { metadataSource } = await import('./metadata.ts');
    return { source: metadataSource(identification), from: "the machine's own service account, by the metadata server", kind: 'metadata' };
  }
  const source = await sourceOf(file, identification, audience);
  const quotaProject = identification.context.environment['GOOGLE_CLOUD_QUOTA_PROJECT'] || textIn(file.found, 'quota_project_id');
  const kind = textIn(file.found, 'type') ?? '';
  return {
    source: async () => ({ ...(await source()), ...(quotaProject && { quotaProject }) }),
    from: `${kind} credentials in ${file.path}`,
    kind,
    ...accountIn(file),
  };
}

/** A credential by its `type`. */
async function sourceOf(file: CredentialFile, identification: Identification, audience: string): Promise<TokenSource> {
  checkUniverse(file, identification.place);
  const type = textIn(file.found, 'type');
  if (type === 'service_account') return (await import('./service-account.ts')).serviceAccountSource(file, identification, audience);
  if (type === 'impersonated_service_account')
    return (await import('./impersonation.ts')).impersonatedSource(file, identification, sourceOf);
  if (type === 'authorized_user' || type === 'external_account' || type === 'external_account_authorized_user')
    return (await import('./library-source.ts')).librarySource(type, file, identification);
  throw new NotationError(
    'CONFIG',
    `${file.path}: expected credentials of Google Cloud, found ${type === undefined ? 'no type' : 'another type'}`,
    {
      hint: 'the types are service_account, authorized_user, external_account, external_account_authorized_user and impersonated_service_account',
    },
  );
}

function accountIn({ found }: CredentialFile): { readonly account?: string } {
  const url = textIn(found, 'service_account_impersonation_url') ?? '';
  const account = textIn(found, 'client_email') ?? /\/serviceAccounts\/([^/:]+):/.exec(url)?.[1] ?? textIn(found, 'account');
  return account === undefined ? {} : { account };
}

/** A credential of one universe must not be shown in another (AIP-4114). */
function checkUniverse({ found, path }: CredentialFile, { universe }: GcpPlace): void {
  const own = textIn(found, 'universe_domain') ?? defaultUniverse;
  if (own === universe) return;
  throw new NotationError('CONFIG', `${path}: expected credentials of the universe ${universe}, found those of another`, {
    hint: 'set GOOGLE_CLOUD_UNIVERSE_DOMAIN to the universe_domain of the credentials',
  });
}
