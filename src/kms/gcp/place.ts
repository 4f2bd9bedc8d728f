// Where Cloud KMS, and the services that give tokens for it, are asked.
import { NotationError } from '../../core/error.ts';
import type { KeyContext } from '../provider.ts';

/** Addresses without a slash at the end. */
export interface GcpPlace {
  /** The domain of the universe, whose services have their names below it (AIP-4114). */
  readonly universe: string;
  readonly kms: string;
  readonly iamCredentials: string;
  /** Where refresh tokens are exchanged. */
  readonly tokens: string;
}

export const defaultUniverse = 'googleapis.com';

/**
 * The addresses of the universe that `GOOGLE_CLOUD_UNIVERSE_DOMAIN` names, or of the public one, with what stands for them by the option
 * `gcp_endpoint` and by gcloud's own variables: for private endpoints, and for emulators.
 * @throws NotationError `CONFIG`
 */
export function placeOf({ settings, environment }: Pick<KeyContext, 'settings' | 'environment'>): GcpPlace {
  const universe = environment['GOOGLE_CLOUD_UNIVERSE_DOMAIN'] || defaultUniverse;
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(universe))
    throw new NotationError('CONFIG', 'GOOGLE_CLOUD_UNIVERSE_DOMAIN: expected a domain as in googleapis.com, found something else');
  const stated = (variable: string, usual: string) => {
    const value = environment[variable];
    return value ? addressIn(value, variable) : usual;
  };
  const { gcp_endpoint: option } = settings.text;
  const kms = stated('CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS', `https://cloudkms.${universe}`);
  return {
    universe,
    kms: option === undefined ? kms : addressIn(option, 'plugin config gcp_endpoint'),
    iamCredentials: stated('CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS', `https://iamcredentials.${universe}`),
    tokens: stated('CLOUDSDK_AUTH_TOKEN_HOST', `https://oauth2.${universe}/token`),
  };
}

/** Tokens are sent there: in clear on loopback alone. @throws NotationError `CONFIG` */
export function addressIn(text: string, what: string): string {
  const url = URL.parse(text);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url && isSafe && url.username === '' && url.search === '' && url.hash === '')
    return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
  throw new NotationError('CONFIG', `${what}: expected an https: address, or an http: one of this machine, found something else`, {
    hint: 'for example https://cloudkms-ENDPOINT.p.googleapis.com',
  });
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
