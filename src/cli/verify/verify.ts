// `verify`: one reference as notation does it, or many with bounded concurrency; with the reason for every verdict.
import { NotationError } from '../../core/error.ts';
import { noDeadline, withDeadline } from '../../http/deadline.ts';
import { type OciPolicy, selectStatement } from '../../policy/oci.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { withFailureLogged } from '../../store/log.ts';
import { readOciPolicy } from '../../store/trust-policy.ts';
import { verifyArtifact } from '../../verify/artifact.ts';
import type { ArtifactOutcome } from '../../verify/outcome.ts';
import { type Artifact, artifactFinder, patienceMs, warnOfTag } from '../artifact/artifacts.ts';
import { type BatchVoice, errorJson, readBatch, runBatch, runSingle } from '../artifact/reference-batch.ts';
import { type ArtifactWish, artifactWish, maxSignaturesIn } from '../artifact/registry-options.ts';
import type { ToolContext } from '../context.ts';
import { type OptionValues, textIn } from '../line/option.ts';
import { applicable, concludeArtifact } from './conclusion.ts';
import { outcomeJson } from './verdict-json.ts';
import { tellOutcome } from './verdict-voice.ts';
import { openVerificationSession, type VerificationSession } from './verification-session.ts';

interface Verified {
  readonly reference: string;
  /** `repository@digest`, or `path@digest`. */
  readonly name: string;
  readonly outcome: ArtifactOutcome;
  /** What is wrong; undefined when it is verified, or skipped. */
  readonly error: NotationError | undefined;
}

interface Terms {
  readonly session: VerificationSession;
  readonly policy: OciPolicy;
  /** For layouts: the repository whose statement applies. */
  readonly scope: string | undefined;
  readonly maxSignatures: number;
}

/** Verifies every reference; goes on after one fails, and then answers 1. A single one fails as the command does. @throws NotationError */
export async function verifyReferences(words: readonly string[], options: OptionValues, context: ToolContext): Promise<number> {
  const batch = await readBatch(words, options, 'verify', context);
  const [maxSignatures, wish] = [maxSignaturesIn(options), artifactWish(options, context)];
  const scope = scopeIn(options);
  const policy = await readOciPolicy(directoriesOf(context), disk);
  const session = openVerificationSession('verify', options, context);
  checkOffline(session, wish);
  const find = artifactFinder(wish, true, context, { deadline: noDeadline, log: session.ports.log });
  const terms: Terms = { session, policy, scope, maxSignatures };
  const work = async (reference: string) => {
    const artifact = await find(reference);
    warnOfTag(artifact, 'verify', context);
    return verifyOne(reference, artifact, terms);
  };
  // Every exchange has a limit of its own; this one is for a reference's as a whole.
  const bounded = (reference: string) =>
    withDeadline(patienceMs, () => withFailureLogged(session.ports.log, () => work(reference)), 'try again later');
  const voice = voiceOf(session, !batch.single, context);
  return batch.single ? runSingle(batch, bounded, voice, context) : runBatch(batch, bounded, voice, context);
}

/** The value of `--scope`. As in notation, it is nothing without `--oci-layout`. @throws NotationError `REQUEST` */
export function scopeIn(options: OptionValues): string | undefined {
  const [scope, isLayout] = [textIn(options, 'scope'), options['oci-layout'] === true];
  if ((scope !== undefined) === isLayout) return scope;
  const missing = isLayout ? 'scope' : 'oci-layout';
  throw new NotationError('REQUEST', `if any flags in the group [oci-layout scope] are set they must all be set; missing [${missing}]`, {
    hint: 'a layout does not say which repository it is a copy of: --scope registry/repository says whose trust policy statement applies',
  });
}

/** Registries are nothing without a network. @throws NotationError `REQUEST` */
export function checkOffline({ offline }: Pick<VerificationSession, 'offline'>, { ociLayout }: Pick<ArtifactWish, 'ociLayout'>): void {
  if (!offline || ociLayout) return;
  throw new NotationError('REQUEST', 'offline: expected an OCI layout with --oci-layout and --scope, found references to registries', {
    hint: 'copy the artifact with its signatures into a layout where the network is: oras copy -r --to-oci-layout REFERENCE layout:TAG',
  });
}

async function verifyOne(reference: string, artifact: Artifact, { session, policy, scope, maxSignatures }: Terms): Promise<Verified> {
  const { repository, descriptor, name, place } = artifact;
  const { userMetadata, ports } = session;
  const statement = applicable(() => selectStatement(policy, scope ?? place), ports.log);
  const outcome = await verifyArtifact(repository, descriptor, { statement, maxSignatures, userMetadata }, ports);
  const scoped = `${scope ?? place}@${descriptor.digest}`;
  return { reference, name, outcome, error: concludeArtifact(outcome, { name, scoped, maxSignatures }) };
}

function voiceOf({ verbose, debug, offline }: VerificationSession, among: boolean, context: ToolContext): BatchVoice<Verified> {
  return {
    done: 'verified',
    errorOf: ({ error }) => error,
    tell: ({ outcome, name }) => tellOutcome(outcome, { name, among, verbose: verbose || debug, offline }, context),
    toJson: ({ reference, name, outcome, error }) => ({
      reference,
      artifact: name,
      ...outcomeJson(outcome),
      ...(error !== undefined && errorJson(error)),
    }),
  };
}
