/** What a registry's user shows: a name with a password, a token to get tokens with, or a token for the registry itself. */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** docker's "identity token": an OAuth 2.0 refresh token. */
  | { readonly kind: 'refresh'; readonly token: string }
  | { readonly kind: 'access'; readonly token: string };

/** The credential for a registry, as references write its name; undefined when there is none. */
export type CredentialSource = (registry: string) => Promise<Credential | undefined>;

/** What `--username` and `--password` mean: without a user name the password is a refresh token. Undefined when both are empty. */
export function credentialOf(username: string, password: string): Credential | undefined {
  if (username !== '') return { kind: 'password', username, password };
  return password === '' ? undefined : { kind: 'refresh', token: password };
}
