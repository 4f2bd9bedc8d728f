// Which identity signs in to Azure, as plugin config and environment say it.
import { NotationError } from '../../core/error.ts';
import type { Settings } from '../config.ts';
import type { KeyContext } from '../provider.ts';
import { publicAuthority } from './cloud.ts';

/** The values of `credential_type`: notation-azure-kv's own, and the rest of what signs in without a window. */
export type CredentialType = (typeof rows)[number]['type'];

/** Each kind of credential with the options that it obeys; the others would silently do nothing. */
const rows = [
  { type: 'default', obeys: ['client_id', 'tenant_id', 'authority_host'] },
  { type: 'environment', obeys: ['authority_host'] },
  { type: 'workloadid', obeys: ['client_id', 'tenant_id', 'authority_host'] },
  { type: 'managedid', obeys: ['client_id'] },
  { type: 'azurecli', obeys: ['tenant_id'] },
  { type: 'azurepowershell', obeys: ['tenant_id'] },
  { type: 'azuredevcli', obeys: ['tenant_id'] },
  { type: 'azurepipelines', obeys: ['client_id', 'tenant_id', 'authority_host'] },
] as const satisfies readonly { readonly type: string; readonly obeys: readonly IdentityOption[] }[];

type IdentityOption = (typeof identityOptions)[number];
const identityOptions = ['client_id', 'tenant_id', 'authority_host'] as const;

/**
 * Checks `credential_type`, in any case, and the options that go with it.
 * @throws NotationError `CONFIG`
 */
export function checkCredentialOptions({ text }: Settings): CredentialType {
  const wanted = text.credential_type?.toLowerCase() ?? 'default';
  const row = rows.find(({ type }) => type === wanted);
  if (row === undefined) throw unknownType();
  const obeyed: readonly IdentityOption[] = row.obeys;
  const stray = identityOptions.find((name) => text[name] !== undefined && !obeyed.includes(name));
  if (stray !== undefined) throw strayOption(stray, row.type);
  checkAuthority(text.authority_host);
  return row.type;
}

/**
 * The Microsoft Entra authority that tokens will come from, where that can be told ahead of the credential's own search: when the
 * variables of an application or of a workload are there. Its address without a path.
 * @param authority the one of the vault's own cloud
 */
export function authorityAhead({ settings, environment }: KeyContext, authority = publicAuthority): string | undefined {
  if (!['default', 'environment', 'workloadid'].includes(checkCredentialOptions(settings))) return undefined;
  const secrets = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH', 'AZURE_FEDERATED_TOKEN_FILE'];
  if (!secrets.some((name) => environment[name])) return undefined;
  return settings.text.authority_host ?? environment['AZURE_AUTHORITY_HOST'] ?? authority;
}

function unknownType(): NotationError {
  return new NotationError('CONFIG', 'plugin config credential_type: expected a kind of credential, found something else', {
    hint: `it is one of ${rows.map(({ type }) => type).join(', ')}`,
  });
}

function strayOption(option: IdentityOption, type: CredentialType): NotationError {
  const users = rows.filter(({ obeys }) => (obeys as readonly IdentityOption[]).includes(option)).map((row) => row.type);
  return new NotationError('CONFIG', `plugin config ${option}: credential_type ${type} does not use it`, {
    hint: `remove it, or choose one of ${users.join(', ')}`,
  });
}

/** Client secrets and assertions are sent there. */
function checkAuthority(authority: string | undefined): void {
  if (authority === undefined || URL.parse(authority)?.protocol === 'https:') return;
  throw new NotationError('CONFIG', 'plugin config authority_host: expected an https: address, found something else', {
    hint: 'for example https://login.microsoftonline.us',
  });
}
