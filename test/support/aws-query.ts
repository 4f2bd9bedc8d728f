// Requests to IAM and STS, signed here by hand (Signature Version 4): no client for IAM is installed, and what is under test should not
// be the only witness of itself.
import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsQuery {
  readonly endpoint: string;
  readonly service: 'iam' | 'sts';
  readonly credentials: AwsCredentials;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const versions = { iam: '2010-05-08', sts: '2011-06-15' } as const;
const region = 'us-east-1';

/** The XML that the service answers. @throws with its words when it refuses. */
export async function queryAws(query: AwsQuery): Promise<string> {
  const body = new URLSearchParams({ Action: query.action, Version: versions[query.service], ...query.parameters }).toString();
  const response = await fetch(`${query.endpoint}/`, {
    method: 'POST',
    body,
    headers: headersOf(query, body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${query.action}: ${response.status} ${text}`);
  return text;
}

function headersOf({ endpoint, service, credentials }: AwsQuery, body: string): Record<string, string> {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const signed = {
    'content-type': 'application/x-www-form-urlencoded',
    host: new URL(endpoint).host,
    'x-amz-date': time,
    ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
  };
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const signature = hmac(signingKey(credentials, scope), toSign(time, scope, canonical(signed, body))).toString('hex');
  const names = Object.keys(signed).join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...signed, authorization };
}

/** Of POST / without a query; the headers are in alphabetical order already. */
function canonical(headers: Readonly<Record<string, string>>, body: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  return ['POST', '/', '', lines.join(''), Object.keys(headers).join(';'), sha256(body)].join('\n');
}

function toSign(time: string, scope: string, request: string): string {
  return ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n');
}

function signingKey({ secretAccessKey }: AwsCredentials, scope: string): Buffer {
  return scope.split('/').reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
