import { NotationError } from '../core/error.ts';
import { openKey } from '../kms/index.ts';
import {
  type MetadataRequest,
  parseDescribeKey,
  parseGenerateEnvelope,
  parseGenerateSignature,
  parseMetadataRequest,
} from '../protocol/request.ts';
import { encodeKeyDescription, encodeSignature } from '../protocol/response.ts';
import { parseVerifySignature } from '../protocol/verification-request.ts';
import type { HandlerContext } from './context.ts';
import { metadataOf } from './metadata.ts';

/** One protocol command, read and ready: its request's plugin config first, its answer when run. */
export interface Prepared {
  readonly request: MetadataRequest;
  /** What the log says of the request. */
  readonly facts: Readonly<Record<string, string>>;
  readonly run: (context: HandlerContext) => Promise<object>;
}

type Handler = (value: unknown) => Prepared;

/** The commands that the capabilities promise, of whichever mode; every other one is refused. */
const handlers: ReadonlyMap<string, Handler> = new Map([
  ['get-plugin-metadata', prepareMetadata],
  ['describe-key', prepareDescribeKey],
  ['generate-signature', prepareGenerateSignature],
  ['generate-envelope', prepareGenerateEnvelope],
  ['verify-signature', prepareVerifySignature],
]);

/** Reads the request of `command` from a JSON value. @throws NotationError `REQUEST`, `CONTRACT_VERSION` */
export function prepare(command: string, value: unknown): Prepared {
  const handler = handlers.get(command);
  if (handler !== undefined) return handler(value);
  throw new NotationError('REQUEST', `${command}: this plugin does not offer this command`, {
    hint: 'get-plugin-metadata lists its capabilities',
  });
}

function prepareMetadata(value: unknown): Prepared {
  return { request: parseMetadataRequest(value), facts: {}, run: async ({ settings }) => metadataOf(settings.mode) };
}

function prepareDescribeKey(value: unknown): Prepared {
  const request = parseDescribeKey(value);
  const run = async (context: HandlerContext) => {
    const key = await openKey(request.keyId, context);
    return encodeKeyDescription(request.keyId, key.algorithm.keySpec);
  };
  return { request, facts: { keyId: request.keyId }, run };
}

function prepareGenerateSignature(value: unknown): Prepared {
  const request = parseGenerateSignature(value);
  const run = async (context: HandlerContext) => {
    const { toSigner } = await import('../kms/signer.ts');
    const signer = toSigner(await openKey(request.keyId, context), context.now);
    if (signer.algorithm !== request.algorithm) throw otherKeySpec(request.algorithm.keySpec, signer.algorithm.keySpec);
    return encodeSignature(request.keyId, signer.algorithm, await signer.sign(request.payload));
  };
  return { request, facts: { keyId: request.keyId, keySpec: request.algorithm.keySpec }, run };
}

function prepareGenerateEnvelope(value: unknown): Prepared {
  const request = parseGenerateEnvelope(value);
  const run = async (context: HandlerContext) => {
    const { generateEnvelope } = await import('./envelope.ts');
    return generateEnvelope(request, context, `notation-${context.metadata.name}/${context.metadata.version}`);
  };
  return { request, facts: { keyId: request.keyId, envelopeType: request.envelopeType }, run };
}

function prepareVerifySignature(value: unknown): Prepared {
  const request = parseVerifySignature(value);
  const run = async (context: HandlerContext) => (await import('./verify-signature.ts')).verifySignature(request, context);
  return { request, facts: { checks: request.checks.join(' ') }, run };
}

function otherKeySpec(asked: string, found: string): NotationError {
  return new NotationError('REQUEST', `keySpec: the request says ${asked}, the key is ${found}`, {
    hint: 'the key changed between describe-key and generate-signature: sign again',
  });
}
