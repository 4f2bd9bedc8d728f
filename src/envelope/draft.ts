// What holds for a draft in either encoding before it is signed, and for the signature when it comes.
import type { Algorithm } from '../core/algorithm.ts';
import type { ExtendedAttribute } from '../core/model.ts';
import type { Signature } from '../core/ports.ts';
import { isSemanticVersion } from '../core/semantic-version.ts';
import { attribute, checkExpiry, type Dialect, isScheme, type Label, quote, timeOf } from './attribute.ts';
import { type Draft, malformed } from './codec.ts';
import { wholeSecond } from './time.ts';
import { verificationPlugin as plugin, verificationPluginMinVersion as pluginVersion } from './verification-plugin.ts';

/** The signed attributes of a draft; times without fractions of a second. */
export interface Attributes {
  readonly times: readonly (readonly [name: string, time: Date])[];
  readonly extended: readonly ExtendedAttribute[];
  /** What `crit` names, by kind: notation puts the kinds in another order in each encoding. */
  readonly critical: { readonly authentic: readonly string[]; readonly expiry: readonly string[]; readonly extended: readonly Label[] };
}

/** @throws NotationError `ENVELOPE` when the draft contradicts itself or the specification. */
export function attributesOf(draft: Draft, dialect: Dialect): Attributes {
  const what = 'signature to make';
  if (draft.payload.length === 0) throw malformed(what, 'expected a payload, found none');
  if (!isScheme(draft.scheme)) throw malformed(what, `expected a signing scheme, found ${quote(draft.scheme)}`);
  const timeName = timeOf[draft.scheme];
  const signingTime = wholeSecondOf(draft.signingTime, 'signing time', what);
  const expiry = draft.expiry && wholeSecondOf(draft.expiry, 'expiry', what);
  if (expiry !== undefined) checkExpiry(signingTime, expiry, what);
  const extended = draft.extended ?? [];
  checkExtended(extended, dialect, what);
  return {
    times: [[timeName, signingTime], ...(expiry === undefined ? [] : [[attribute.expiry, expiry] as const])],
    extended,
    critical: {
      authentic: timeName === attribute.authenticSigningTime ? [timeName] : [],
      expiry: expiry === undefined ? [] : [attribute.expiry],
      extended: extended.filter(({ critical }) => critical).map(({ key }) => key),
    },
  };
}

/** @throws NotationError `ENVELOPE` when no signature of the algorithm has this length, or there is no certificate. */
export function checkSignature({ bytes, certificates }: Signature, algorithm: Algorithm): void {
  const expected = algorithm.kind === 'RSA' ? algorithm.bits / 8 : 2 * Math.ceil(algorithm.bits / 8);
  const what = 'signature to seal';
  if (bytes.length !== expected) throw malformed(what, `expected ${expected} bytes of ${algorithm.signing}, found ${bytes.length}`);
  if (certificates.length === 0) throw malformed(what, 'expected the certificate chain, found none');
}

function wholeSecondOf(time: Date, name: string, what: string): Date {
  const whole = wholeSecond(time);
  if (whole) return whole;
  throw malformed(what, `expected the ${name} to be within the years 1 and 9999, found a time that is not`);
}

function checkExtended(extended: readonly ExtendedAttribute[], { isLabel, isReserved }: Dialect, what: string): void {
  const seen = new Set<Label>();
  for (const { key } of extended) {
    if (!isLabel(key)) throw malformed(what, `expected attribute names that the encoding can hold, found ${quote(key)}`);
    if (isReserved(key)) {
      throw malformed(what, `expected extended attributes with names of their own, found ${quote(key)}, which is reserved`);
    }
    if (seen.has(key)) throw malformed(what, `expected each attribute once, found ${quote(key)} twice`);
    seen.add(key);
  }
  checkVerificationPlugin(new Map(extended.map((one) => [one.key, one])), what);
}

// Signature specification § Extended attributes: both critical, the version only with the name.
function checkVerificationPlugin(attributes: ReadonlyMap<Label, ExtendedAttribute>, what: string): void {
  const [name, version] = [attributes.get(plugin), attributes.get(pluginVersion)];
  for (const one of [name, version]) {
    if (one && !one.critical) throw malformed(what, `expected ${one.key} to be critical, found that it is not`);
  }
  if (name && (typeof name.value !== 'string' || name.value.trim() === ''))
    throw malformed(what, `expected ${plugin} to name a plugin, found ${quote(name.value)}`);
  if (!version) return;
  if (!name) throw malformed(what, `expected ${plugin} beside ${pluginVersion}, found none`);
  if (typeof version.value === 'string' && isSemanticVersion(version.value)) return;
  throw malformed(what, `expected ${pluginVersion} to be a semantic version, found ${quote(version.value)}`);
}
