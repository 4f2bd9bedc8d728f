import { NotationError } from '../../core/error.ts';

/** A key of Azure Key Vault or Managed HSM, by name. */
export interface AzureKeyId {
  /** `https://host` or `https://host:port`, the host in lower case. */
  readonly origin: string;
  /** Host with its port, for messages. */
  readonly host: string;
  readonly hostname: string;
  /** Which of its two objects the id names; `azurekms:` ids name keys. Both have the same versions. */
  readonly collection: 'keys' | 'certificates';
  readonly name: string;
  /** Absent: the newest. */
  readonly version?: string;
}

/**
 * Reads `azurekms://host[:port]/name[/version]` and `https://host[:port]/{keys,certificates}/name[/version]`.
 * Scheme and host in any case, one slash at the end tolerated.
 * @throws NotationError `KEY_NOT_FOUND`
 */
export function parseAzureKeyId(keyId: string): AzureKeyId {
  const [, scheme = '', authority = '', path = ''] = /^(azurekms|https):\/\/([^/?#]*)\/?([^?#]*)$/i.exec(keyId) ?? [];
  const place = placeOf(authority);
  const segments = path.replace(/\/$/, '').split('/');
  const [collection, name = '', version, ...rest] = scheme.toLowerCase() === 'azurekms' ? ['keys', ...segments] : segments;
  if (place === undefined || rest.length > 0 || !isName(name) || !(version === undefined || isName(version))) throw malformed();
  if (collection !== 'keys' && collection !== 'certificates') throw malformed(collection);
  return { ...place, collection, name, ...(version !== undefined && { version }) };
}

/**
 * The version in an id that a vault gave, as in a key's `kid`; undefined when it is no id of this kind of object and name.
 * Its host is not looked at: a vault has several names, and only the one in the key id is ever asked.
 */
export function versionIn(id: string | undefined, collection: 'keys' | 'certificates' | 'secrets', name: string): string | undefined {
  const [, kind, found, version, ...rest] = URL.parse(id ?? '')?.pathname.split('/') ?? [];
  const same = kind === collection && found?.toLowerCase() === name.toLowerCase() && rest.length === 0;
  return same && version !== undefined && isName(version) ? version : undefined;
}

/** No user name, no password, nothing that a URL parser would read otherwise than it looks. */
function placeOf(authority: string): Pick<AzureKeyId, 'origin' | 'host' | 'hostname'> | undefined {
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/i.test(authority)) return undefined;
  const url = URL.parse(`https://${authority}`);
  return url === null ? undefined : { origin: url.origin, host: url.host, hostname: url.hostname };
}

function isName(text: string): boolean {
  return /^[0-9a-z-]{1,127}$/i.test(text);
}

function malformed(collection?: string): NotationError {
  const found = collection === 'secrets' ? 'a secret' : 'something else';
  return new NotationError('KEY_NOT_FOUND', `key id: expected a key or certificate of Azure Key Vault, found ${found}`, {
    hint: 'write azurekms://VAULT-HOST/NAME, azurekms://VAULT-HOST/NAME/VERSION, or https://VAULT-HOST/keys/NAME/VERSION, without query',
  });
}
