// What a verification plugin is asked, and what it answers (plugin-extensibility.md, "verify-signature").
import { toBase64 } from '../../core/bytes.ts';
import { NotationError } from '../../core/error.ts';
import { asObject, type JsonObject, nameOf } from '../../core/json.ts';
import type { ExtendedAttribute, SignedAttributes, StatedTime } from '../../core/model.ts';
import type { PluginConfig } from '../request.ts';
import type { VerifierCheck } from '../verification-request.ts';
import { configOf, contractVersion } from './metadata.ts';
import { memberOf, textsIn, wrongResponse } from './response.ts';

export interface VerificationQuestion {
  readonly contentType: string;
  readonly signed: SignedAttributes;
  /** What the plugin must process: extended attributes whose names are text, those that name the plugin not among them. */
  readonly attributes: readonly (ExtendedAttribute & { readonly key: string })[];
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
  /** As the policy writes them. */
  readonly trustedIdentities: readonly string[];
  /** The checks to make, at least one. */
  readonly checks: readonly VerifierCheck[];
}

/** A plugin's verdict of one check. */
export interface PluginVerdict {
  readonly success: boolean;
  /** What the plugin says of it, shortened. */
  readonly reason?: string;
}

/** The verdict of every check that was asked for, and of no other. */
export type VerificationAnswer = ReadonlyMap<VerifierCheck, PluginVerdict>;

/** Characters of a reason that are kept: people are to read it. */
const longestReason = 2000;

/** What notation sends for no expiry: Go's zero time. */
const noTime = '0001-01-01T00:00:00Z';

/**
 * The `verify-signature` request, member for member as notation sends it: `expiry` is always there, `unprocessedAttributes` is null when
 * there are none, and the plugin's own two attributes are in neither list.
 * @throws NotationError `UNVERIFIED` for an attribute that JSON cannot hold: nobody could process it
 */
export function encodeVerification(question: VerificationQuestion, pluginConfig: PluginConfig): object {
  const { contentType, signed, attributes, certificates, trustedIdentities, checks } = question;
  const authentic = signed.scheme === 'notary.x509.signingAuthority' ? { authenticSigningTime: printTime(signed.signingTime) } : {};
  const extendedAttributes = Object.fromEntries(attributes.map(({ key, value }) => [key, toJson(value, key)]));
  const names = attributes.map(({ key }) => key);
  return {
    contractVersion,
    signature: {
      criticalAttributes: {
        contentType,
        signingScheme: signed.scheme,
        expiry: signed.expiry === undefined ? noTime : printTime(signed.expiry),
        ...authentic,
        ...(names.length > 0 && { extendedAttributes }),
      },
      unprocessedAttributes: names.length > 0 ? names : null,
      certificateChain: certificates.map(toBase64),
    },
    trustPolicy: { trustedIdentities, signatureVerification: checks },
    ...configOf(pluginConfig),
  };
}

/**
 * Reads the `verify-signature` response: a result for exactly the checks that were asked for (VPL-012), and exactly the attributes that were
 * to be processed (VPL-014; notation lets a plugin name more).
 * @throws NotationError `UNAVAILABLE` when the response breaks a rule, `UNVERIFIED` when an attribute was not processed
 */
export function parseVerification(response: JsonObject, question: VerificationQuestion, called: string): VerificationAnswer {
  checkProcessed(textsIn(response, 'processedAttributes', called), question, called);
  const results = asObject(memberOf(response, 'verificationResults'), `${called}: verificationResults`, 'UNAVAILABLE');
  const unasked = Object.keys(results).find((name) => !question.checks.some((check) => check === name));
  if (unasked !== undefined) {
    throw wrongResponse(
      called,
      `expected results for the checks that were asked for, found one for ${JSON.stringify(unasked.slice(0, 100))}`,
    );
  }
  return new Map(question.checks.map((check) => [check, verdictIn(results, check, called)]));
}

function checkProcessed(processed: readonly string[], { attributes }: VerificationQuestion, called: string): void {
  const missed = attributes.find(({ key }) => !processed.includes(key));
  if (missed !== undefined) {
    throw new NotationError(
      'UNVERIFIED',
      `${called}: expected the attribute ${JSON.stringify(missed.key)} to be processed, found that it was not`,
      {
        hint: 'install a version of the plugin that knows what this signature demands',
      },
    );
  }
  const unasked = processed.find((name) => !attributes.some(({ key }) => key === name));
  if (unasked === undefined) return;
  throw wrongResponse(called, `expected attributes of the signature to be processed, found ${JSON.stringify(unasked.slice(0, 100))}`);
}

function verdictIn(results: JsonObject, check: VerifierCheck, called: string): PluginVerdict {
  const value = memberOf(results, check);
  if (value === undefined) throw wrongResponse(called, `expected a result for ${check}, found none`);
  const result = asObject(value, `${called}: result for ${check}`, 'UNAVAILABLE');
  const [success, reason] = [memberOf(result, 'success'), memberOf(result, 'reason') ?? ''];
  if (typeof success !== 'boolean')
    throw wrongResponse(called, `expected success of ${check} to be true or false, found ${nameOf(success)}`);
  if (typeof reason !== 'string') throw wrongResponse(called, `expected the reason for ${check} to be a text, found ${nameOf(reason)}`);
  return { success, ...(reason !== '' && { reason: reason.slice(0, longestReason) }) };
}

/** RFC 3339 in whole seconds, in the zone in which the envelope states the time. */
function printTime({ at, offsetMinutes = 0 }: StatedTime): string {
  const local = new Date(at.getTime() + offsetMinutes * 60_000).toISOString().slice(0, 19);
  if (offsetMinutes === 0) return `${local}Z`;
  const minutes = Math.abs(offsetMinutes);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${hour}:${minute}`;
}

/** Bytes become base64, as Go writes them; maps and tags have no form in JSON. */
function toJson(value: unknown, key: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Uint8Array) return toBase64(value);
  if (Array.isArray(value)) return value.map((one) => toJson(one, key));
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJson(one, key)]));
  }
  throw new NotationError(
    'UNVERIFIED',
    `signature: expected the attribute ${JSON.stringify(key)} to be of a kind that JSON has, found another`,
    {
      hint: 'no verification plugin can be told of it',
    },
  );
}
