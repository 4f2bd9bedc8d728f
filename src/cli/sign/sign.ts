// `sign`: one reference as notation does it, or many with bounded concurrency.
import { noDeadline } from '../../http/deadline.ts';
import { signArtifact } from '../../sign/artifact.ts';
import { withFailureLogged } from '../../store/log.ts';
import { artifactFinder, type FindArtifact, warnOfTag } from '../artifact/artifacts.ts';
import { type BatchVoice, readBatch, runBatch, runSingle } from '../artifact/reference-batch.ts';
import { artifactWish } from '../artifact/registry-options.ts';
import type { ToolContext } from '../context.ts';
import type { OptionValues } from '../line/option.ts';
import { printable } from '../voice/fields.ts';
import { openSigningSession, type SigningSession } from './signing-session.ts';

interface Signed {
  readonly reference: string;
  /** `repository@digest`, or `path@digest`. */
  readonly artifact: string;
  /** Digest of the signature manifest. */
  readonly signature: string;
}

/** Signs every reference; goes on after one fails, and then answers 1. A single one fails as the command does. @throws NotationError */
export async function signReferences(words: readonly string[], options: OptionValues, context: ToolContext): Promise<number> {
  const batch = await readBatch(words, options, 'sign', context);
  const session = await openSigningSession('sign', options, context);
  const find = artifactFinder(artifactWish(options, context), options['force-referrers-tag'] !== false, context, {
    deadline: noDeadline,
    log: session.log,
  });
  const signOne = (reference: string) => signReference(reference, session, find, context);
  const voice = voiceOf(context);
  if (batch.single && batch.output === 'text') return runSingle(batch, signOne, voice, context);
  // What is wrong with the key is wrong with every signature: it is told once.
  await session.open();
  return runBatch(batch, signOne, voice, context);
}

function voiceOf({ out }: ToolContext): BatchVoice<Signed> {
  return {
    done: 'signed',
    errorOf: () => undefined,
    tell: ({ artifact }) => out(`Successfully signed ${printable(artifact)}\n`),
    toJson: (signed) => ({ ...signed, status: 'signed' }),
  };
}

function signReference(reference: string, session: SigningSession, find: FindArtifact, context: ToolContext): Promise<Signed> {
  return withFailureLogged(session.log, async () => {
    const [ports, artifact] = await Promise.all([session.open(), find(reference)]);
    warnOfTag(artifact, 'sign', context);
    const { repository, descriptor, name } = artifact;
    const { digest } = await signArtifact(repository, descriptor, session.wish, ports);
    session.log('info', 'signed', { artifact: name, signature: digest });
    return { reference, artifact: name, signature: digest };
  });
}
