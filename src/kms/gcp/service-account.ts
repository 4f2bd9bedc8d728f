import { JWTAccess } from 'google-auth-library/build/src/auth/jwtaccess.js';
import { NotationError } from '../../core/error.ts';
import { type CredentialFile, wantedIn } from './credential-file.ts';
import { textIn } from './member.ts';
import { defaultUniverse } from './place.ts';
import { cloudScope, type Identification, type TokenSource } from './token.ts';

/**
 * The key of a service account, which signs its own tokens (AIP-4111): nobody is asked for one. As Google's own clients do, the token is for one
 * service by its audience, and in other universes by its scope.
 */
export function serviceAccountSource(file: CredentialFile, { place, context }: Identification, audience: string): TokenSource {
  const [email, key, keyId] = [wantedIn(file, 'client_email'), wantedIn(file, 'private_key'), textIn(file.found, 'private_key_id')];
  const access = new JWTAccess(email, key, keyId);
  return async () => {
    const authorization = authorize(access, place.universe === defaultUniverse ? audience : undefined, file);
    return { token: authorization.replace(/^Bearer /, ''), expires: context.now().getTime() + lifetimeMs };
  };
}

/** Less than the hour that the library gives them, after which it makes another. */
const lifetimeMs = 3_300_000;

/** node:crypto's own error may quote the key. */
function authorize(access: JWTAccess, audience: string | undefined, { path }: CredentialFile): string {
  try {
    const headers = access.getRequestHeaders(audience, undefined, audience === undefined ? cloudScope : undefined);
    return headers.get('authorization') ?? '';
  } catch {
    throw new NotationError('CONFIG', `${path}: expected the private key of a service account in PEM, found something else`, {
      hint: 'download the key again: gcloud iam service-accounts keys create',
    });
  }
}
