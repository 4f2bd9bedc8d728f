// STS GetCallerIdentity (query protocol): the SDK that is loaded for KMS has no client for it.
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest as SdkRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Http, HttpResponse } from '../../core/ports.ts';
import type { AwsCredentials } from './credentials.ts';

/** Who asks AWS, as AWS knows it. */
export interface Caller {
  readonly arn: string;
  readonly account: string;
}

const body = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * Asks STS whose these credentials are; nobody needs a permission for that.
 * @param endpoint of STS in that region, without a slash at the end
 * @throws an error in the shape of the SDK's service exceptions, and whatever `http` throws
 */
export async function askCaller(endpoint: string, region: string, credentials: AwsCredentials, http: Http): Promise<Caller> {
  const { protocol, host, hostname, pathname } = new URL(endpoint);
  const headers = { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const request = new SdkRequest({ method: 'POST', protocol, hostname, path: pathname, headers, body });
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const { headers: signed } = await signer.sign(request);
  return readCaller(await http.send({ method: 'POST', url: `${protocol}//${host}${pathname}`, headers: signed, body }));
}

function readCaller(response: HttpResponse): Caller {
  const text = Buffer.from(response.body).toString('utf8');
  const [arn, account] = [elementIn(text, 'Arn'), elementIn(text, 'Account')];
  if (response.status !== 200) throw refusalIn(text, response);
  if (arn !== undefined && /^arn:aws[a-z0-9-]*:(?:sts|iam)::\d{12}:\S{1,512}$/.test(arn) && account !== undefined) return { arn, account };
  throw Object.assign(new Error('no answer of STS'), { $metadata: { httpStatusCode: response.status } });
}

/** The text of the first element of that name; nothing in such an answer needs a reader of XML. */
function elementIn(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]{1,1000})</${name}>`).exec(xml)?.[1];
}

function refusalIn(xml: string, { status: httpStatusCode, headers }: HttpResponse): Error {
  const name = elementIn(xml, 'Code');
  const requestId = elementIn(xml, 'RequestId') ?? headers['x-amzn-requestid'];
  const $metadata = { httpStatusCode, requestId };
  if (name === undefined) return Object.assign(new Error('no answer of STS'), { $metadata });
  return Object.assign(new Error(elementIn(xml, 'Message') ?? 'refused'), { name, Code: name, $fault: 'client', $metadata });
}
