// What a signature leaves to the verification plugin that it names (plugin-extensibility.md, "Verification workflow").
import { NotationError } from '../core/error.ts';
import type { Envelope, ExtendedAttribute, SignedAttributes, Verified } from '../core/model.ts';
import { isSemanticVersion } from '../core/semantic-version.ts';
import { verificationPlugin, verificationPluginMinVersion } from '../envelope/verification-plugin.ts';
import { type Demands, textOfIdentity } from '../policy/statement.ts';
import { isCapableOf, type PluginMetadata } from '../protocol/hosted/metadata.ts';
import type { PluginVerdict, VerificationAnswer } from '../protocol/hosted/verification.ts';
import { type VerifierCheck, verifierChecks } from '../protocol/verification-request.ts';
import type { PluginEvidence, Verdict } from './outcome.ts';
import type { OpenVerificationPlugin, VerificationPlugin } from './ports.ts';

/** The plugin that a signature names. */
export interface Appointed {
  readonly plugin: VerificationPlugin;
  /** The checks that it makes in place of this program; none when it is this program. */
  readonly replaces: readonly VerifierCheck[];
  /** Those of them that the policy does not skip. It is not asked when there are none. */
  readonly checks: readonly VerifierCheck[];
}

/**
 * Opens the plugin that the signature names, if it names one (VPL-003 to VPL-005).
 * @throws NotationError `UNVERIFIED` when what names it is malformed, or the plugin cannot do what the signature needs; what opening it throws
 */
export async function appointPlugin(
  signed: SignedAttributes,
  { actions }: Demands,
  open: OpenVerificationPlugin,
): Promise<Appointed | undefined> {
  const name = textOf(signed, verificationPlugin);
  // Without a name, its version is an attribute like others that nobody knows.
  if (name === undefined) return undefined;
  const minVersion = textOf(signed, verificationPluginMinVersion);
  const plugin = await open(name);
  await checkVersion(plugin.metadata, minVersion);
  if (plugin.kind === 'own') return { plugin, replaces: [], checks: [] };
  const replaces = verifierChecks.filter((capability) => isCapableOf(plugin.metadata, capability));
  if (replaces.length === 0) throw cannotVerify(plugin.metadata);
  const checks = replaces.filter((check) => check !== 'SIGNATURE_VERIFIER.REVOCATION_CHECK' || actions.revocation !== 'skip');
  return { plugin, replaces, checks };
}

/** Whether the plugin makes a check in place of this program. */
export function leaves(check: VerifierCheck, appointed: Appointed | undefined): boolean {
  return appointed?.replaces.includes(check) ?? false;
}

/** The extended attributes that are to be processed by somebody: not those that name a plugin which was found. */
export function attributesToProcess({ extended }: SignedAttributes, appointed: Appointed | undefined): readonly ExtendedAttribute[] {
  return appointed === undefined
    ? extended
    : extended.filter(({ key }) => key !== verificationPlugin && key !== verificationPluginMinVersion);
}

/**
 * Asks the plugin for its verdicts; answers none when there is nothing to ask it.
 * @throws NotationError when there is no whole answer: no action of the policy makes up for that
 */
export async function askPlugin(
  appointed: Appointed,
  { payload, signed, certificates }: Verified<Envelope>,
  { trustedIdentities }: Demands,
): Promise<VerificationAnswer> {
  if (appointed.plugin.kind === 'own' || appointed.checks.length === 0) return new Map();
  return appointed.plugin.verify({
    contentType: payload.contentType,
    signed,
    attributes: attributesToProcess(signed, appointed).filter(isNamedByText),
    certificates,
    trustedIdentities: trustedIdentities.map(textOfIdentity),
    checks: appointed.checks,
  });
}

/** The plugin's verdict as that of the policy's check. */
export function judgedBy<C extends 'authenticity' | 'revocation'>(
  { plugin: { metadata } }: Appointed,
  check: C,
  { success, reason }: PluginVerdict,
): Verdict<C> {
  const { name, version } = metadata;
  const evidence: PluginEvidence = { plugin: { name, version }, ...(reason !== undefined && { reason }) };
  if (success) return { result: 'passed', evidence } as Verdict<C>;
  const found = reason === undefined ? 'a failure without a reason' : `a failure: ${reason}`;
  const error = new NotationError(codes[check], `plugin ${JSON.stringify(name)}: expected success of ${words[check]}, found ${found}`, {
    hint: 'the plugin that the signature names judges this, not notation-ts-kms',
    metadata: { plugin: name },
  });
  return { result: 'failed', error, evidence } as Verdict<C>;
}

/** What a plugin's failure is; of revocation it may mean that nothing could be found out. */
const codes = { authenticity: 'UNTRUSTED', revocation: 'REVOCATION' } as const;
const words = { authenticity: 'its trusted identity check', revocation: 'its revocation check' } as const;

function isNamedByText(attribute: ExtendedAttribute): attribute is ExtendedAttribute & { readonly key: string } {
  return typeof attribute.key === 'string';
}

/** Both are defined as critical texts (VPL-001). */
function textOf({ extended }: SignedAttributes, name: string): string | undefined {
  const found = extended.find(({ key }) => key === name);
  if (found === undefined) return undefined;
  const { value, critical } = found;
  if (!critical) throw malformed(name, 'to be critical, found that it is not');
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw malformed(name, `to be a text, found ${typeof value === 'string' ? 'an empty one' : 'something else'}`);
}

function malformed(name: string, problem: string): NotationError {
  return new NotationError('UNVERIFIED', `signature: expected ${name} ${problem}`, {
    hint: 'have the artifact signed anew by a program that keeps to the signature specification',
  });
}

async function checkVersion({ name, version }: Pick<PluginMetadata, 'name' | 'version'>, minimum: string | undefined): Promise<void> {
  const { compare } = await import('semver');
  const unordered = [version, ...(minimum === undefined ? [] : [minimum])].find((one) => !isSemanticVersion(one));
  const called = `plugin ${JSON.stringify(name)}`;
  if (unordered !== undefined) {
    throw new NotationError('UNVERIFIED', `${called}: expected semantic versions, found ${JSON.stringify(unordered.slice(0, 100))}`);
  }
  if (minimum === undefined || compare(version, minimum) >= 0) return;
  throw new NotationError('UNVERIFIED', `${called}: expected version ${minimum} or later, as the signature needs it, found ${version}`, {
    hint: 'install a newer version of the plugin',
  });
}

function cannotVerify({ name }: PluginMetadata): NotationError {
  const problem = `expected the capability ${verifierChecks.join(' or ')}, found neither`;
  return new NotationError('UNVERIFIED', `plugin ${JSON.stringify(name)}: ${problem}`, {
    hint: 'the signature needs a plugin that verifies: install a version of it that does',
  });
}
