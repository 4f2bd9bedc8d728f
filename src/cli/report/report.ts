// `report`: verifies as `verify` and `blob verify` do, and writes what was found as one page.
import { NotationError } from '../../core/error.ts';
import { noDeadline, withDeadline } from '../../http/deadline.ts';
import { selectStatement } from '../../policy/oci.ts';
import type { Demands } from '../../policy/statement.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { withFailureLogged } from '../../store/log.ts';
import { readOciPolicy } from '../../store/trust-policy.ts';
import { writeWhole } from '../../store/write.ts';
import type { VerificationPorts } from '../../verify/ports.ts';
import { surveyArtifact } from '../../verify/survey.ts';
import { type Artifact, artifactFinder, patienceMs, warnOfTag } from '../artifact/artifacts.ts';
import { artifactWish, maxSignaturesIn } from '../artifact/registry-options.ts';
import type { ToolContext } from '../context.ts';
import { checkDestination } from '../key/destination.ts';
import { missing } from '../line/missing.ts';
import { type OptionValues, textIn } from '../line/option.ts';
import { requireFlags } from '../line/options.ts';
import { judgeBlobFile } from '../verify/blob-verify.ts';
import { applicable, concludeArtifact } from '../verify/conclusion.ts';
import { openVerificationSession } from '../verify/verification-session.ts';
import { checkOffline, scopeIn } from '../verify/verify.ts';
import { printable } from '../voice/fields.ts';
import type { ReportFacts, StoreContent, Subject } from './facts.ts';
import { printReport } from './page.ts';
import { ofArtifactsOnly } from './report-options.ts';

/**
 * Writes the report, of what is verified and of what is not; fails after that where `verify` would.
 * @throws NotationError why it is not verified; where it comes to no verdict, there is no report
 */
export async function report(subject: string, options: OptionValues, context: ToolContext): Promise<number> {
  const { output } = requireFlags({ output: textIn(options, 'output') });
  const destination = { out: output === '-' ? undefined : output, force: options['force'] === true };
  if (subject === '') throw missing('reference to the artifact, or path to the blob', 'report');
  await checkDestination(destination);
  const facts =
    textIn(options, 'signature') === undefined
      ? await artifactFacts(subject, options, context)
      : await blobFacts(subject, options, context);
  await deliverPage(printReport(facts), destination.out, context);
  if (facts.conclusion !== undefined) throw facts.conclusion;
  return 0;
}

async function deliverPage(page: string, out: string | undefined, context: ToolContext): Promise<void> {
  if (out === undefined) return context.out(page);
  await writeWhole(out, page, 0o644);
  context.out(`Report written to ${printable(out)}\n`);
}

async function artifactFacts(reference: string, options: OptionValues, context: ToolContext): Promise<ReportFacts> {
  const [maxSignatures, wish, scope] = [maxSignaturesIn(options), artifactWish(options, context), scopeIn(options)];
  const policy = await readOciPolicy(directoriesOf(context), disk);
  const session = openVerificationSession('report', options, context);
  const { ports, userMetadata, offline } = session;
  checkOffline(session, wish);
  const find = artifactFinder(wish, true, context, { deadline: noDeadline, log: ports.log });
  const work = async () => {
    const artifact = await find(reference);
    warnOfTag(artifact, 'verify', context);
    const { repository, descriptor, name, place } = artifact;
    const statement = applicable(() => selectStatement(policy, scope ?? place), ports.log);
    const survey = await surveyArtifact(repository, descriptor, { statement, maxSignatures, userMetadata }, ports);
    const conclusion = concludeArtifact(survey.outcome, { name, scoped: `${scope ?? place}@${descriptor.digest}`, maxSignatures });
    const stores = await contentsOf(statement, ports);
    return { ...survey, statement, conclusion, stores, subject: artifactSubject(reference, artifact, scope) };
  };
  const found = await withDeadline(patienceMs, () => withFailureLogged(ports.log, work), 'try again later');
  return { ...found, userMetadata, maxSignatures, offline, at: context.now(), maker: makerOf(context) };
}

function artifactSubject(reference: string, { name, descriptor, tag }: Artifact, scope: string | undefined): Subject {
  return { kind: 'artifact', reference, name, descriptor, ...(tag !== undefined && { tag }), ...(scope !== undefined && { scope }) };
}

async function blobFacts(path: string, options: OptionValues, context: ToolContext): Promise<ReportFacts> {
  refuseArtifactOptions(options);
  const { signature, session, statement, outcome, error } = await judgeBlobFile('report', path, options, context);
  const { ports, userMetadata, offline } = session;
  const signatures = outcome.status === 'skipped' ? [] : outcome.status === 'verified' ? [outcome.accepted] : outcome.rejected;
  return {
    subject: { kind: 'blob', path, signature },
    ...{ statement, outcome, signatures, rest: 'nothing', conclusion: error, stores: await contentsOf(statement, ports) },
    ...{ userMetadata, maxSignatures: 1, offline, at: context.now(), maker: makerOf(context) },
  };
}

function refuseArtifactOptions(options: OptionValues): void {
  const given = ofArtifactsOnly.find((name) => options[name] !== undefined && options[name] !== false);
  if (given === undefined) return;
  throw new NotationError('REQUEST', `--signature: expected a file, whose report needs no --${given}, found both`, {
    hint: 'leave out --signature for an artifact in a registry or a layout',
  });
}

/** What is in the stores of a statement; verification has read those that it needs. */
function contentsOf({ trustStores }: Demands, { readTrustStore }: VerificationPorts): Promise<readonly StoreContent[]> {
  return Promise.all(
    trustStores.map(async (store) => {
      const certificates = await readTrustStore(store.type, store.name).catch((error: unknown) => {
        if (error instanceof NotationError) return error;
        throw error;
      });
      return { store, certificates };
    }),
  );
}

function makerOf({ metadata: { version }, build, runtime }: ToolContext): ReportFacts['maker'] {
  return { version, build, runtime };
}
