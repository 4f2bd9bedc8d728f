// Workload identity federation: a token of another place is exchanged for one of Google's.
import { NotationError } from '../../core/error.ts';
import { asObject, type JsonObject, parseJson } from '../../core/json.ts';
import type { KeyContext } from '../provider.ts';
import type { TransportOptions } from './adapter.ts';
import { type CredentialFile, wantedIn } from './credential-file.ts';
import { textIn } from './member.ts';
import type { Identification } from './token.ts';

const subjectLimit = 64 << 10;

/**
 * The library's client for an identity of another place. It makes one for itself that exchanges tokens, with a network of its own: it is given another.
 * @throws NotationError `CONFIG`, `ACCESS_DENIED` for a source that may not be used
 */
export async function openExternalClient(file: CredentialFile, { place, context }: Identification, transport: TransportOptions) {
  const source = asObject(file.found['credential_source'], `${file.path}: credential_source`, 'CONFIG');
  const { credential_source: _, ...members } = file.found;
  const options = {
    ...members,
    type: 'external_account' as const,
    audience: wantedIn(file, 'audience'),
    subject_token_type: wantedIn(file, 'subject_token_type'),
    transporterOptions: transport,
  };
  const client = await openClient(options, source, file, context);
  const { StsCredentials } = await import('google-auth-library/build/src/auth/stscredentials.js');
  const [clientId, clientSecret] = [textIn(file.found, 'client_id'), textIn(file.found, 'client_secret')];
  const clientAuthentication = { confidentialClientType: 'basic' as const, clientId: clientId ?? '', clientSecret: clientSecret ?? '' };
  const stsCredential = new StsCredentials({
    tokenExchangeEndpoint: textIn(file.found, 'token_url') ?? `https://sts.${place.universe}/v1/token`,
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
  // The library would read a file of any length, and wait for a pipe for ever.
  const supplier = { getSubjectToken: () => readSubject(source, file, context) };
  const where = source['file'] === undefined ? { credential_source: source } : { subject_token_supplier: supplier };
  return new IdentityPoolClient({ ...options, ...where } as ConstructorParameters<typeof IdentityPoolClient>[0]);
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
  return new PluggableAuthClient({ ...options, credential_source: source } as unknown as ConstructorParameters<
    typeof PluggableAuthClient
  >[0]);
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
