// The requests of the plugin contract. Unknown members are ignored at every level (plugin-extensibility.md, "Plugin contract").
import { type Algorithm, algorithmBy, algorithms, supportedKeySpecs } from '../core/algorithm.ts';
import { fromBase64 } from '../core/bytes.ts';
import { NotationError } from '../core/error.ts';
import { asObject, type JsonObject, nameOf } from '../core/json.ts';
import type { EnvelopeMediaType } from '../core/model.ts';
import { payloadMediaType } from '../core/payload.ts';

/** notation's `pluginConfig`: strings by name, as the user wrote them. */
export type PluginConfig = ReadonlyMap<string, string>;

const envelopeTypes: readonly EnvelopeMediaType[] = ['application/jose+json', 'application/cose'];
/** Go's longest duration, which is what notation counts in. */
const longestExpirySeconds = 9_223_372_036;

export interface MetadataRequest {
  readonly pluginConfig: PluginConfig;
}

export interface DescribeKeyRequest extends MetadataRequest {
  readonly keyId: string;
}

export interface GenerateSignatureRequest extends DescribeKeyRequest {
  readonly algorithm: Algorithm;
  /** The message to sign, never a digest. */
  readonly payload: Uint8Array;
}

/** Reads a `get-plugin-metadata` request, which carries no contract version. @throws NotationError `REQUEST` */
export function parseMetadataRequest(value: unknown): MetadataRequest {
  return { pluginConfig: pluginConfig(asObject(value, 'request')) };
}

/** Reads a `describe-key` request. @throws NotationError `REQUEST`, `CONTRACT_VERSION` */
export function parseDescribeKey(value: unknown): DescribeKeyRequest {
  const request = asObject(value, 'request');
  checkContractVersion(request);
  return { keyId: text(request, 'keyId'), pluginConfig: pluginConfig(request) };
}

export interface GenerateEnvelopeRequest extends DescribeKeyRequest {
  /** The payload's JSON, byte for byte as it is to be signed. */
  readonly payload: Uint8Array;
  readonly envelopeType: EnvelopeMediaType;
  /** For ever when absent. */
  readonly expirySeconds?: number;
}

/** Reads a `generate-envelope` request; what the payload says is for the envelope's maker to check. @throws NotationError `REQUEST`, `CONTRACT_VERSION` */
export function parseGenerateEnvelope(value: unknown): GenerateEnvelopeRequest {
  const described = parseDescribeKey(value);
  const request = asObject(value, 'request');
  checkPayloadType(request);
  const [envelopeType, expirySeconds] = [envelopeTypeOf(request), expiryOf(request)];
  const payload = fromBase64(text(request, 'payload'), 'payload');
  return { ...described, payload, envelopeType, ...(expirySeconds !== undefined && { expirySeconds }) };
}

/** Reads a `generate-signature` request; the hash algorithm must be the key spec's. @throws NotationError `REQUEST`, `CONTRACT_VERSION` */
export function parseGenerateSignature(value: unknown): GenerateSignatureRequest {
  const described = parseDescribeKey(value);
  const request = asObject(value, 'request');
  const algorithm = keySpec(request);
  checkHashAlgorithm(request, algorithm);
  return { ...described, algorithm, payload: fromBase64(text(request, 'payload'), 'payload') };
}

/**
 * Any minor of major 1 is ours: minors only add (plugin-extensibility.md, "Plugin metadata").
 * @throws NotationError `REQUEST` when it is none, `CONTRACT_VERSION` for another major
 */
export function checkContractVersion(request: JsonObject): void {
  const version = text(request, 'contractVersion');
  const major = /^(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version)?.[1];
  if (major === undefined) {
    throw new NotationError('REQUEST', 'contractVersion: expected "<major>.<minor>", as in "1.0", found something else');
  }
  if (major !== '1') {
    throw new NotationError('CONTRACT_VERSION', `contractVersion: expected 1.x, found ${version}`, {
      hint: 'use a notation that speaks plugin contract 1.0, or a newer notation-ts-kms',
    });
  }
}

function checkPayloadType(request: JsonObject): void {
  if (text(request, 'payloadType') === payloadMediaType) return;
  throw new NotationError('REQUEST', `payloadType: expected ${payloadMediaType}, found another`, {
    hint: 'use a notation whose payloads are of version 1',
  });
}

function envelopeTypeOf(request: JsonObject): EnvelopeMediaType {
  const asked = text(request, 'signatureEnvelopeType');
  const known = envelopeTypes.find((type) => type === asked);
  if (known !== undefined) return known;
  throw new NotationError('REQUEST', `signatureEnvelopeType: expected ${envelopeTypes.join(' or ')}, found another`);
}

/** notation leaves it out when there is no expiry; 0 says the same. */
function expiryOf(request: JsonObject): number | undefined {
  const value = Object.hasOwn(request, 'expiryDurationInSeconds') ? request['expiryDurationInSeconds'] : undefined;
  if (value === undefined || value === null || value === 0) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= longestExpirySeconds) return value;
  throw new NotationError(
    'REQUEST',
    `expiryDurationInSeconds: expected a whole number from 0 to ${longestExpirySeconds}, found something else`,
  );
}

function keySpec(request: JsonObject): Algorithm {
  const found = algorithmBy('keySpec', text(request, 'keySpec'));
  if (found !== undefined) return found;
  throw new NotationError('REQUEST', `keySpec: expected one of ${supportedKeySpecs}, found another`);
}

function checkHashAlgorithm(request: JsonObject, algorithm: Algorithm): void {
  const found = text(request, 'hashAlgorithm');
  if (found === algorithm.hash) return;
  const known = algorithms.some((row) => row.hash === found) ? found : 'another';
  throw new NotationError('REQUEST', `hashAlgorithm: expected ${algorithm.hash} for ${algorithm.keySpec}, found ${known}`);
}

/** The member, which must be a text. @throws NotationError `REQUEST` for an empty one too */
export function text(request: JsonObject, member: string): string {
  const value = Object.hasOwn(request, member) ? request[member] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  const found = value === '' ? 'an empty string' : nameOf(value);
  throw new NotationError('REQUEST', `${member}: expected a non-empty string, found ${found}`);
}

function pluginConfig(request: JsonObject): PluginConfig {
  const value = Object.hasOwn(request, 'pluginConfig') ? request['pluginConfig'] : undefined;
  if (value === undefined || value === null) return new Map();
  return new Map(Object.entries(asObject(value, 'pluginConfig')).map(([name, setting]) => [name, settingOf(name, setting)]));
}

function settingOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new NotationError('REQUEST', `pluginConfig.${name}: expected a string, found ${nameOf(value)}`);
}
