// The SDK's own schemas, JSON protocol and request signer, without its client: that would take longer to load than a signature takes.

import type { DescribeKeyResponse, GetPublicKeyResponse, SignRequest, SignResponse } from '@aws-sdk/client-kms';
import { DescribeKey$, errorTypeRegistries, GetPublicKey$, Sign$ } from '@aws-sdk/client-kms';
import { AwsJson1_1Protocol } from '@aws-sdk/core/protocols';
import { Sha256 } from '@smithy/core/checksum';
import { operation } from '@smithy/core/schema';
import { SignatureV4 } from '@smithy/signature-v4';
import type {
  EndpointBearer,
  HandlerExecutionContext,
  MetadataBearer,
  HttpRequest as SdkRequest,
  SerdeFunctions,
  StaticOperationSchema,
} from '@smithy/types';
import type { Http, HttpRequest } from '../../core/ports.ts';
import type { AwsCredentials } from './credentials.ts';
import type { AwsPlace } from './place.ts';

/** The operations that this program uses, each with its input and output. */
export interface KmsOperations {
  readonly Sign: { readonly input: SignRequest; readonly output: SignResponse };
  readonly GetPublicKey: { readonly input: { readonly KeyId: string }; readonly output: GetPublicKeyResponse };
  readonly DescribeKey: { readonly input: { readonly KeyId: string }; readonly output: DescribeKeyResponse };
}

export interface AwsWire {
  /** What was sent and must not be repeated: the key, the token, the last request's authorization. */
  secrets(): readonly string[];
  /** One call, one request. @throws the SDK's service exceptions, and whatever `http` throws */
  call<O extends keyof KmsOperations>(name: O, input: KmsOperations[O]['input']): Promise<KmsOperations[O]['output']>;
}

const operations: Readonly<Record<keyof KmsOperations, StaticOperationSchema>> = {
  Sign: Sign$,
  GetPublicKey: GetPublicKey$,
  DescribeKey: DescribeKey$,
};

/** Opens AWS KMS at a place, for one identity. */
export function openWire(place: AwsPlace, credentials: AwsCredentials, http: Http, userAgent: string): AwsWire {
  const protocol = new AwsJson1_1Protocol({ defaultNamespace: 'com.amazonaws.kms', serviceTarget: 'TrentService', errorTypeRegistries });
  const context = serdeContext(place);
  protocol.setSerdeContext(context);
  const { secretAccessKey, sessionToken = '' } = credentials;
  let authorization = '';
  const signer = new SignatureV4({ service: 'kms', region: place.region, credentials, sha256: Sha256 });
  return {
    secrets: () => [secretAccessKey, sessionToken, authorization, ...authorization.split('Signature=').slice(1)],
    call: async <O extends keyof KmsOperations>(name: O, input: KmsOperations[O]['input']) => {
      const [, namespace, own, traits, into, from] = operations[name];
      const schema = operation(namespace, own, traits, into, from);
      const request = await protocol.serializeRequest(schema, input, context);
      const signed = await signer.sign(withHeaders(request, place, userAgent));
      authorization = signed.headers['authorization'] ?? '';
      const { status, headers, body } = await http.send(toHttp(signed, place));
      return protocol.deserializeResponse<KmsOperations[O]['output'] & MetadataBearer>(schema, context, {
        statusCode: status,
        headers: { ...headers },
        body,
      });
    },
  };
}

type Context = HandlerExecutionContext & SerdeFunctions & EndpointBearer;

function serdeContext({ endpoint }: AwsPlace): Context {
  const { protocol, hostname, port, pathname } = new URL(endpoint);
  const address = { protocol, hostname, path: pathname, ...(port !== '' && { port: Number(port) }) };
  return {
    endpoint: async () => address,
    base64Encoder: (bytes) => Buffer.from(bytes).toString('base64'),
    base64Decoder: (text) => Buffer.from(text, 'base64'),
    utf8Encoder: (bytes) => Buffer.from(bytes).toString('utf8'),
    utf8Decoder: (text) => Buffer.from(text, 'utf8'),
    streamCollector: async (bytes) => bytes,
  };
}

/** The host is among what is signed, so it is set here and not by the transport. */
function withHeaders(request: SdkRequest, { endpoint }: AwsPlace, userAgent: string): SdkRequest {
  return { ...request, headers: { ...request.headers, host: new URL(endpoint).host, 'user-agent': userAgent } };
}

function toHttp({ method, headers, path, body }: SdkRequest, { endpoint }: AwsPlace): HttpRequest {
  return { method, url: `${new URL(endpoint).origin}${path}`, headers, body };
}
