// Credentials that Google's library exchanges for tokens: of users, and of identities of other places.
import type { JsonObject } from '../../core/json.ts';
import { endBy } from '../../http/deadline.ts';
import { type Listener, transportOptions } from './adapter.ts';
import { type Exchange, exchangeOf, type LibraryType, toCredentialError } from './credential-error.ts';
import { type CredentialFile, wantedIn } from './credential-file.ts';
import { textIn } from './member.ts';
import { addressIn } from './place.ts';
import { type Identification, type TokenSource, tokenOf } from './token.ts';

/** What is used of the library's clients. */
interface Client {
  readonly credentials: { readonly expiry_date?: number | null };
  getAccessToken(): Promise<{ readonly token?: string | null }>;
}

/** Tokens by the client of the library that goes with the type. @throws NotationError `CONFIG` for what may not or cannot be used */
export async function librarySource(type: LibraryType, file: CredentialFile, identification: Identification): Promise<TokenSource> {
  let last: Exchange | undefined;
  const told = { type, path: file.path, secrets: secretsIn(file.found) };
  const listener: Listener = (url, response) => {
    last = exchangeOf(url, response);
  };
  const client = await openers[type](file, identification, listener);
  return async () => {
    try {
      const { deadline, settings } = identification.context;
      const { token } = await endBy(deadline, settings.deadlineMs, client.getAccessToken());
      const { expiry_date: expires } = client.credentials;
      return { token: tokenOf(token, last?.host ?? file.path), ...(typeof expires === 'number' && { expires }) };
    } catch (error) {
      throw toCredentialError(error, told, last);
    }
  };
}

type Open = (file: CredentialFile, identification: Identification, listener: Listener) => Promise<Client>;

const openers: Readonly<Record<LibraryType, Open>> = {
  authorized_user: async (file, { http, place }, listener) => {
    const { UserRefreshClient } = await import('google-auth-library/build/src/auth/refreshclient.js');
    return new UserRefreshClient({
      clientId: wantedIn(file, 'client_id'),
      clientSecret: wantedIn(file, 'client_secret'),
      refreshToken: wantedIn(file, 'refresh_token'),
      endpoints: { oauth2TokenUrl: place.tokens },
      transporterOptions: transportOptions(http, listener),
    });
  },
  external_account_authorized_user: async (file, { http }, listener) => {
    const { ExternalAccountAuthorizedUserClient } = await import(
      'google-auth-library/build/src/auth/externalAccountAuthorizedUserClient.js'
    );
    checkAddresses(file);
    return new ExternalAccountAuthorizedUserClient({
      ...file.found,
      type: 'external_account_authorized_user',
      client_id: wantedIn(file, 'client_id'),
      client_secret: wantedIn(file, 'client_secret'),
      refresh_token: wantedIn(file, 'refresh_token'),
      audience: wantedIn(file, 'audience'),
      token_info_url: textIn(file.found, 'token_info_url') ?? '',
      transporterOptions: transportOptions(http, listener),
    });
  },
  external_account: async (file, identification, listener) => {
    checkAddresses(file);
    const { openExternalClient } = await import('./federation.ts');
    return openExternalClient(file, identification, transportOptions(identification.http, listener));
  },
};

/** Tokens are sent there. */
function checkAddresses({ found, path }: CredentialFile): void {
  for (const name of ['token_url', 'service_account_impersonation_url']) {
    const address = textIn(found, name);
    if (address !== undefined) addressIn(address, `${path}: ${name}`);
  }
}

function secretsIn(found: JsonObject): readonly string[] {
  return ['client_secret', 'refresh_token'].flatMap((name) => textIn(found, name) ?? []);
}
