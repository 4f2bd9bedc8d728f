// Envelopes that somebody else makes whole: asked for, and believed only when they are what was asked for.
import { NotationError } from '../core/error.ts';
import { asObject, parseJson } from '../core/json.ts';
import type { Descriptor, Envelope, StatedTime } from '../core/model.ts';
import { parsePayload } from '../core/payload.ts';
import type { Clock, EnvelopeGenerator } from '../core/ports.ts';
import { checkSealed } from '../envelope/integrity.ts';
import type { SealedEnvelope, SigningWish } from './sign.ts';

/** Who makes envelopes. */
export interface GeneratingPorts {
  readonly generator: EnvelopeGenerator;
  readonly now: Clock;
}

/** Clocks differ; this is more than those that are set at all do. */
const clockSkewMs = 5 * 60_000;
/** Between when an expiry was asked for and when it was signed. */
const expirySlackMs = 60_000;

/**
 * Has an envelope made, and checks all that can be said of it: its integrity, its chain at the signing time, that it is of this artifact and
 * says nothing more of it than annotations (PLG-051, PLG-052). Beyond notation: that its signing time is now, that the expiry which was asked for
 * is in it (PLG-049), and that a timestamp in it is of its own signature. The authority of such a timestamp is the plugin's choice, so nothing
 * is said of whom it leads to. Whoever makes the envelope also says under which scheme, and may add attributes.
 * @throws NotationError `ENVELOPE`, `SIGNATURE`, `CERTIFICATE`, `TIMESTAMP`, and what the generator throws
 */
export async function generate(
  { payload, codec, expirySeconds }: SigningWish,
  { generator, now }: GeneratingPorts,
): Promise<SealedEnvelope> {
  const { mediaType } = codec;
  const earliest = new Date(now().getTime() - clockSkewMs);
  const wish = { payload, mediaType, ...(expirySeconds !== undefined && { expirySeconds }) };
  const { envelope, annotations } = await generator.generate(wish);
  const verified = checkSealed(codec, envelope);
  const { signed, certificates } = verified;
  checkSigningTime(signed.signingTime, earliest, new Date(now().getTime() + clockSkewMs));
  checkExpiry(verified, expirySeconds);
  checkSubject(parsePayload(parseJson(payload, 'payload')), verified.payload.bytes);
  await checkTimestamp(verified);
  return { mediaType, envelope, certificates, signingTime: signed.signingTime.at, annotations };
}

function checkSigningTime({ at }: StatedTime, earliest: Date, latest: Date): void {
  if (at >= earliest && at <= latest) return;
  throw wrong(`expected a signing time between ${earliest.toISOString()} and ${latest.toISOString()}, found ${at.toISOString()}`);
}

function checkExpiry({ signed: { signingTime, expiry } }: Envelope, seconds: number | undefined): void {
  if (seconds === undefined) return;
  const expected = new Date(signingTime.at.getTime() + seconds * 1000);
  if (expiry !== undefined && Math.abs(expiry.at.getTime() - expected.getTime()) <= expirySlackMs) return;
  throw wrong(`expected the expiry ${expected.toISOString()}, found ${expiry === undefined ? 'none' : expiry.at.toISOString()}`);
}

/** Annotations may be added, and nothing else; none may be changed. */
function checkSubject(asked: Descriptor, payload: Uint8Array): void {
  const value = asObject(parseJson(payload, 'payload', 'ENVELOPE'), 'payload', 'ENVELOPE');
  const signed = parsePayload(value);
  const artifact = asObject(value['targetArtifact'], 'payload targetArtifact', 'ENVELOPE');
  const known = ['mediaType', 'digest', 'size', 'annotations'];
  const added = [
    ...Object.keys(value).filter((name) => name !== 'targetArtifact'),
    ...Object.keys(artifact).filter((name) => !known.includes(name)),
  ];
  if (added.length > 0)
    throw wrong(`expected a payload with nothing but the artifact's descriptor, found ${JSON.stringify(added[0]?.slice(0, 100))}`);
  for (const member of ['mediaType', 'digest', 'size'] as const) {
    if (signed[member] !== asked[member]) throw changed(member, asked[member], signed[member]);
  }
  for (const [key, text] of Object.entries(asked.annotations ?? {})) {
    const found = Object.hasOwn(signed.annotations ?? {}, key) ? signed.annotations?.[key] : undefined;
    if (found !== text) throw changed(`annotation ${JSON.stringify(key)}`, text, found);
  }
}

async function checkTimestamp({ unsigned: { timestamp }, signature }: Envelope): Promise<void> {
  if (timestamp === undefined) return;
  const [{ parseTimestampToken }, { checkImprint }] = await Promise.all([
    import('../x509/timestamp/token.ts'),
    import('../x509/timestamp/check.ts'),
  ]);
  checkImprint(parseTimestampToken(timestamp).info, signature);
}

function changed(what: string, expected: string | number, found: string | number | undefined): NotationError {
  const text = found === undefined ? 'none' : JSON.stringify(found).slice(0, 200);
  return wrong(`expected the ${what} ${JSON.stringify(expected)} to be signed, found ${text}`);
}

function wrong(problem: string): NotationError {
  return new NotationError('ENVELOPE', `envelope of the plugin: ${problem}`, {
    hint: 'ask whoever makes the plugin; nothing was stored',
  });
}
