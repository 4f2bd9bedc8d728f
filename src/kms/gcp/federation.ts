// Credentials that Google's library exchanges for tokens: of users, and of identities of other places.
import { NotationError } from '../../core/error.ts';
import { asObject, type JsonObject, parseJson } from '../../core/json.ts';
import { endBy } from '../../http/deadline.ts';
import type { KeyContext } from '../provider.ts';
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

const subjectLimit = 64 << 10;

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
      const { deadline } = identification.context;
      const { token } = await endBy(deadline, deadline.remainingMs(), client.getAccessToken());
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
  external_account: openExternal,
};

/** The library's client for other identities makes one that exchanges tokens for itself, with a network of its own: it is given another. */
async function openExternal(file: CredentialFile, identification: Identification, listener: Listener): Promise<Client> {
  checkAddresses(file);
  const source = asObject(file.found['credential_source'], `${file.path}: credential_source`, 'CONFIG');
  const options = {
    ...file.found,
    type: 'external_account' as const,
    audience: wantedIn(file, 'audience'),
    subject_token_type: wantedIn(file, 'subject_token_type'),
    transporterOptions: transportOptions(identification.http, listener),
  };
  const client = await openClient(options, source, file, identification.context);
  const { StsCredentials } = await import('google-auth-library/build/src/auth/stscredentials.js');
  const [clientId, clientSecret] = [textIn(file.found, 'client_id'), textIn(file.found, 'client_secret')];
  const clientAuthentication = { confidentialClientType: 'basic' as const, clientId: clientId ?? '', clientSecret: clientSecret ?? '' };
  const stsCredential = new StsCredentials({
    tokenExchangeEndpoint: textIn(file.found, 'token_url') ?? `https://sts.${identification.place.universe}/v1/token`,
    transporter: client.transporter,
    ...(clientId !== undefined && { clientAuthentication }),
  });
  return Object.assign(client, { stsCredential });
}

type ExternalOptions = Readonly<Record<string, unknown>> & {
  readonly audience: string;
  readonly subject_token_type: string;
  readonly type: 'external_account';
};

async function openClient(options: ExternalOptions, source: JsonObject, file: CredentialFile, context: KeyContext) {
  if (source['executable'] !== undefined) return openProgram(options, source, file, context);
  if (source['environment_id'] !== undefined) {
    const { AwsClient } = await import('google-auth-library/build/src/auth/awsclient.js');
    return new AwsClient({
      ...options,
      credential_source: { ...source, environment_id: wantedIn({ ...file, found: source }, 'environment_id') },
    } as ConstructorParameters<typeof AwsClient>[0]);
  }
  if (source['certificate'] !== undefined)
    throw new NotationError(
      'CONFIG',
      `${file.path}: expected credential_source to be a file, a URL, a program or AWS, found a certificate`,
      {
        hint: 'use another source of the workload identity pool',
      },
    );
  const { IdentityPoolClient } = await import('google-auth-library/build/src/auth/identitypoolclient.js');
  const { credential_source: _, ...rest } = { ...options, credential_source: undefined };
  // The library would read a file of any length, and wait for a pipe for ever.
  const supplier = { getSubjectToken: () => readSubject(source, file, context) };
  const where = source['file'] === undefined ? { credential_source: source } : { subject_token_supplier: supplier };
  return new IdentityPoolClient({ ...rest, ...where } as ConstructorParameters<typeof IdentityPoolClient>[0]);
}

async function openProgram(options: ExternalOptions, source: JsonObject, file: CredentialFile, { environment, files }: KeyContext) {
  if (environment['GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES'] !== '1')
    throw new NotationError(
      'ACCESS_DENIED',
      `${file.path}: credential_source names a program, and programs are not run unless that is allowed`,
      {
        hint: 'set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES to 1 where notation runs, if you trust the program',
      },
    );
  const { command } = asObject(source['executable'], `${file.path}: credential_source.executable`, 'CONFIG');
  // A program that is not there would end this process: the library does not listen for that.
  const [, quoted, plain] = /^\s*(?:"([^"]+)"|(\S+))/.exec(typeof command === 'string' ? command : '') ?? [];
  const path = quoted ?? plain ?? '';
  const facts = await files.look(path);
  if (facts?.kind !== 'file' || (facts.mode !== 0 && (facts.mode & 0o111) === 0))
    throw new NotationError(
      'CONFIG',
      `${file.path}: expected credential_source.executable to name a program by its path, found none there`,
    );
  const { PluggableAuthClient } = await import('google-auth-library/build/src/auth/pluggable-auth-client.js');
  return new PluggableAuthClient(options as unknown as ConstructorParameters<typeof PluggableAuthClient>[0]);
}

async function readSubject(source: JsonObject, { path }: CredentialFile, { files }: KeyContext): Promise<string> {
  const what = `${path}: credential_source.file`;
  const place = textIn(source, 'file');
  if (place === undefined) throw new NotationError('CONFIG', `${what}: expected a path, found something else`);
  const bytes = await files.read(place, what, subjectLimit);
  const format = (source['format'] ?? {}) as JsonObject;
  const token =
    format['type'] === 'json'
      ? asObject(parseJson(bytes, what, 'CONFIG'), what, 'CONFIG')[String(format['subject_token_field_name'])]
      : Buffer.from(bytes).toString('utf8').trim();
  if (typeof token === 'string' && token !== '') return token;
  throw new NotationError('CONFIG', `${what}: expected a token, found none`);
}

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
