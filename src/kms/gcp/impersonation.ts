// A service account that another identity may act as: the IAM Credentials API gives its tokens.
import { NotationError } from '../../core/error.ts';
import { asObject } from '../../core/json.ts';
import { type CredentialFile, wantedIn } from './credential-file.ts';
import { textIn } from './member.ts';
import { send } from './request.ts';
import { cloudScope, type GcpToken, type Identification, type TokenSource, tokenOf } from './token.ts';

/** Whom to act as: the account, and those through whom it is reached, in order. */
export interface Impersonation {
  readonly account: string;
  readonly delegates: readonly string[];
}

const accountPattern = /^(?:[a-z0-9][\w.-]{0,99}@[a-z0-9][\w.-]{0,199}|\d{6,30})$/i;

/** Reads `gcp_impersonate`: an account, or as gcloud has it, its delegates before it, with commas. @throws NotationError `CONFIG` */
export function parseImpersonation(text: string): Impersonation {
  const accounts = text.split(',').map((account) => account.trim());
  const account = accounts.pop();
  if (account !== undefined && [account, ...accounts].every((one) => accountPattern.test(one))) return { account, delegates: accounts };
  throw new NotationError('CONFIG', 'plugin config gcp_impersonate: expected the address of a service account, found something else', {
    hint: 'write NAME@PROJECT.iam.gserviceaccount.com',
  });
}

/** The audience of tokens for the service that gives out others. */
export function iamAudience({ universe }: Identification['place']): string {
  return `https://iamcredentials.${universe}/`;
}

/** Tokens of the account, in exchange for those of `source`. One request for each. */
export function impersonating({ account, delegates }: Impersonation, source: TokenSource, { place, http }: Identification): TokenSource {
  return async () => {
    const { quotaProject, ...own } = await source();
    const request = {
      method: 'POST',
      origin: place.iamCredentials,
      path: `projects/-/serviceAccounts/${account}:generateAccessToken`,
      body: { delegates: delegates.map((one) => `projects/-/serviceAccounts/${one}`), scope: [cloudScope], lifetime: '3600s' },
    } as const;
    const attempt = { service: 'IAM', permission: 'iam.serviceAccounts.getAccessToken', resource: account } as const;
    const said = asObject(await send(request, own, http, attempt), 'IAM', 'UNAVAILABLE');
    return withQuota(
      { token: tokenOf(said['accessToken'], new URL(place.iamCredentials).host), ...expiry(said['expireTime']) },
      quotaProject,
    );
  };
}

/** Opens the credential of a file. */
type OpenSource = (file: CredentialFile, identification: Identification, audience: string) => Promise<TokenSource>;

/** A credentials file that names the account, and holds the credentials of who may act as it. */
export async function impersonatedSource(file: CredentialFile, identification: Identification, open: OpenSource): Promise<TokenSource> {
  const url = wantedIn(file, 'service_account_impersonation_url');
  const [, account = ''] = /\/serviceAccounts\/([^/:]+):generateAccessToken$/.exec(url) ?? [];
  const delegates = file.found['delegates'];
  const names = Array.isArray(delegates) ? delegates.map((one) => String(one).replace(/^.*\//, '')) : [];
  if (![account, ...names].every((one) => accountPattern.test(one)))
    throw new NotationError(
      'CONFIG',
      `${file.path}: expected service_account_impersonation_url to name a service account, found something else`,
    );
  const found = asObject(file.found['source_credentials'], `${file.path}: source_credentials`, 'CONFIG');
  if (textIn(found, 'type') === 'impersonated_service_account')
    throw new NotationError('CONFIG', `${file.path}: expected source_credentials of an identity of its own, found an impersonation`, {
      hint: 'name those in between as delegates',
    });
  const source = await open({ ...file, found }, identification, iamAudience(identification.place));
  return impersonating({ account, delegates: names }, source, identification);
}

function withQuota(token: GcpToken, quotaProject: string | undefined): GcpToken {
  return { ...token, ...(quotaProject !== undefined && { quotaProject }) };
}

function expiry(time: unknown): { readonly expires?: number } {
  const expires = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(expires) ? {} : { expires };
}
