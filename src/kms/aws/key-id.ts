import { NotationError } from '../../core/error.ts';

/** A key id of AWS KMS, taken apart. */
export interface AwsKeyId {
  /** What KMS is asked for: UUID, multi-Region id, `alias/NAME`, or the ARN of a key or an alias. */
  readonly key: string;
  /** `https://host[:port]`, where the key id names the server. */
  readonly endpoint?: string;
  /** Where the key id, by its ARN or its endpoint, says the key is. */
  readonly region?: string;
}

/**
 * Reads `awskms://[host[:port]]/KEY`, the bare ARN of a key or an alias, or `alias/NAME`.
 * @throws NotationError `KEY_NOT_FOUND` when it has none of these forms, `CONFIG` when ARN and endpoint name two regions.
 */
export function parseAwsKeyId(keyId: string): AwsKeyId {
  const [, host = '', key = keyId] = /^awskms:\/\/([^/]*)\/(.*)$/i.exec(keyId) ?? [];
  if (/^awskms:/i.test(key) || !forms.some((form) => form.test(key))) throw malformed(keyId);
  return { key, ...endpointOf(host, keyId), ...regionOf(key, host) };
}

const alias = 'alias/[A-Za-z0-9/_-]{1,250}';
const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const id = `(?:${uuid}|mrk-[0-9a-fA-F]{32})`;
const arn = /^arn:aws[a-z0-9-]*:kms:([a-z0-9-]+):\d{12}:/;

const forms: readonly RegExp[] = [new RegExp(`^${id}$`), new RegExp(`^${alias}$`), new RegExp(`${arn.source}(?:key/${id}|${alias})$`)];

function endpointOf(host: string, keyId: string): { readonly endpoint?: string } {
  if (host === '') return {};
  const url = URL.parse(`https://${host}`);
  if (url === null || url.host === '' || url.username !== '') throw malformed(keyId);
  return { endpoint: `https://${url.host}` };
}

function regionOf(key: string, host: string): { readonly region?: string } {
  const byArn = arn.exec(key)?.[1];
  const byHost = /^kms(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)/i.exec(host)?.[1]?.toLowerCase();
  if (byArn !== undefined && byHost !== undefined && byArn !== byHost) {
    throw new NotationError('CONFIG', `key id: the ARN names the region ${byArn}, and the endpoint ${byHost}`, {
      hint: 'correct one of them',
    });
  }
  const region = byArn ?? byHost;
  return region === undefined ? {} : { region };
}

function malformed(keyId: string): NotationError {
  return new NotationError('KEY_NOT_FOUND', `key id: expected a key of AWS KMS, found ${JSON.stringify(keyId)}`, {
    hint: 'write awskms:///KEY, where KEY is a key id, mrk-…, alias/NAME or an ARN; or the ARN alone, or alias/NAME',
  });
}
