// What a signing plugin is asked, and what it answers (plugin-extensibility.md, "describe-key", "generate-signature", "generate-envelope").
import { type Algorithm, algorithmBy, supportedKeySpecs } from '../../core/algorithm.ts';
import { type Der, fromBase64, toBase64 } from '../../core/bytes.ts';
import type { JsonObject } from '../../core/json.ts';
import type { EnvelopeMediaType } from '../../core/model.ts';
import { payloadMediaType } from '../../core/payload.ts';
import type { EnvelopeWish } from '../../core/ports.ts';
import type { PluginConfig } from '../request.ts';
import { configOf, contractVersion } from './metadata.ts';
import { bytesIn, checkEcho, type Texts, textIn, textsByNameIn, textsIn, wrongResponse } from './response.ts';

/** A key as its plugin knows it. */
export interface PluginKey {
  readonly id: string;
  readonly pluginConfig: PluginConfig;
}

/** The `describe-key` request. */
export function encodeDescribeKey({ id, pluginConfig }: PluginKey): object {
  return { contractVersion, keyId: id, ...configOf(pluginConfig) };
}

/** Reads the `describe-key` response. @throws NotationError `UNAVAILABLE` when it is of another key, or of one that nobody verifies with */
export function parseKeyDescription(response: JsonObject, { id }: PluginKey, called: string): Algorithm {
  checkEcho(response, 'keyId', id, called);
  const spec = textIn(response, 'keySpec', called);
  const algorithm = algorithmBy('keySpec', spec);
  if (algorithm !== undefined) return algorithm;
  throw wrongResponse(called, `expected keySpec to be one of ${supportedKeySpecs}, found ${JSON.stringify(spec.slice(0, 100))}`);
}

/** The `generate-signature` request. @param message the bytes to sign, never their digest */
export function encodeGenerateSignature({ id, pluginConfig }: PluginKey, { keySpec, hash }: Algorithm, message: Uint8Array): object {
  return { contractVersion, keyId: id, keySpec, hashAlgorithm: hash, payload: toBase64(message), ...configOf(pluginConfig) };
}

/** A signature as a plugin gives it; whether it holds is another matter. */
export interface RawSignature {
  readonly bytes: Uint8Array;
  /** Leaf first. */
  readonly certificates: readonly Der[];
}

/**
 * Reads the `generate-signature` response. Its `signingAlgorithm` must be that of the key's spec (PLG-044); notation does not look at it.
 * @throws NotationError `UNAVAILABLE`
 */
export function parseSignature(response: JsonObject, { id }: PluginKey, { signing }: Algorithm, called: string): RawSignature {
  checkEcho(response, 'keyId', id, called);
  checkEcho(response, 'signingAlgorithm', signing, called);
  const chain = textsIn(response, 'certificateChain', called);
  if (chain.length === 0) throw wrongResponse(called, 'expected certificateChain to hold the leaf and its issuers, found none');
  const certificates = chain.map((text, index) => fromBase64(text, `${called}: certificateChain[${index}]`, 'UNAVAILABLE'));
  return { bytes: bytesIn(response, 'signature', called), certificates };
}

/** The `generate-envelope` request. */
export function encodeGenerateEnvelope({ id, pluginConfig }: PluginKey, { payload, mediaType, expirySeconds }: EnvelopeWish): object {
  return {
    contractVersion,
    keyId: id,
    payloadType: payloadMediaType,
    signatureEnvelopeType: mediaType,
    payload: toBase64(payload),
    ...(expirySeconds !== undefined && { expiryDurationInSeconds: expirySeconds }),
    ...configOf(pluginConfig),
  };
}

/** An envelope as a plugin gives it, and what the signature manifest is to say. */
export interface RawEnvelope {
  readonly envelope: Uint8Array;
  readonly annotations: Texts;
}

/** Reads the `generate-envelope` response; absent annotations are none (AMB-03). @throws NotationError `UNAVAILABLE` */
export function parseEnvelope(response: JsonObject, mediaType: EnvelopeMediaType, called: string): RawEnvelope {
  checkEcho(response, 'signatureEnvelopeType', mediaType, called);
  return { envelope: bytesIn(response, 'signatureEnvelope', called), annotations: textsByNameIn(response, 'annotations', called) };
}
