// `blob verify`: a file and the detached signature that is said to be its own.
import { basename } from 'node:path';
import { NotationError } from '../../core/error.ts';
import type { EnvelopeFormat } from '../../core/model.ts';
import { mediaTypeOf } from '../../envelope/index.ts';
import { withDeadline } from '../../http/deadline.ts';
import { selectBlobStatement } from '../../policy/blob.ts';
import type { BlobStatement } from '../../policy/statement.ts';
import { checkBlob, readBlob } from '../../store/blob-file.ts';
import { directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { readBlobPolicy } from '../../store/trust-policy.ts';
import { verifyBlob } from '../../verify/blob.ts';
import type { Outcome } from '../../verify/outcome.ts';
import { patienceMs } from '../artifact/artifacts.ts';
import { errorJson } from '../artifact/reference-batch.ts';
import { readSignatureFile } from '../blob/file.ts';
import type { ToolContext } from '../context.ts';
import { missing } from '../line/missing.ts';
import { type OptionValues, textIn } from '../line/option.ts';
import { printableJson } from '../voice/fields.ts';
import { applicable, concludeBlob } from './conclusion.ts';
import { outcomeJson } from './verdict-json.ts';
import { tellOutcome } from './verdict-voice.ts';
import { openVerificationSession, type VerificationSession } from './verification-session.ts';

/** Verifies a file by its signature file. @throws NotationError */
export async function verifyBlobFile(blob: string, options: OptionValues, context: ToolContext): Promise<number> {
  const { signature, session, outcome, error } = await judgeBlobFile('blob verify', blob, options, context);
  const { offline, verbose, debug } = session;
  if (options['output'] === 'json') context.out(printableJson(toJson({ blob, signature, outcome, error }), 2));
  else tellOutcome(outcome, { name: blob, among: false, verbose: verbose || debug, offline }, context);
  if (error !== undefined) throw error;
  return 0;
}

export interface BlobJudgement {
  /** Path of the signature file. */
  readonly signature: string;
  readonly session: VerificationSession;
  readonly statement: BlobStatement;
  readonly outcome: Outcome;
  /** Why it is not verified; undefined when it is, or when verification is skipped. */
  readonly error: NotationError | undefined;
}

/** Tries the signature file of a blob, as the options of `blob verify` say. @throws NotationError where it comes to no verdict */
export async function judgeBlobFile(command: string, blob: string, options: OptionValues, context: ToolContext): Promise<BlobJudgement> {
  const { signature, mediaType } = checkOptions(command, blob, options);
  const mediaTypeOfSignature = mediaTypeOf(formatOf(signature));
  await checkBlob(blob);
  const envelope = await readSignatureFile(signature);
  const policy = await readBlobPolicy(directoriesOf(context), disk);
  const session = openVerificationSession(command, options, context);
  const { ports, userMetadata } = session;
  const statement = applicable(() => selectBlobStatement(policy, textIn(options, 'policy-name')), ports.log);
  ports.log('debug', `Verify signature of media type ${mediaTypeOfSignature}`);
  const wish = { statement, userMetadata, ...(mediaType !== undefined && { mediaType }) };
  const stored = { mediaType: mediaTypeOfSignature, envelope };
  const outcome = await withDeadline(patienceMs, () => verifyBlob(stored, () => readBlob(blob), wish, ports), 'try again later');
  return { signature, session, statement, outcome, error: concludeBlob(outcome) };
}

interface Told extends Pick<BlobJudgement, 'signature' | 'outcome' | 'error'> {
  readonly blob: string;
}

function toJson({ blob, signature, outcome, error }: Told): object {
  return { blob, signature, ...outcomeJson(outcome), ...(error !== undefined && errorJson(error)) };
}

function checkOptions(command: string, blob: string, options: OptionValues) {
  const [signature = '', mediaType] = [textIn(options, 'signature'), textIn(options, 'media-type')];
  if (blob === '') throw missing('path to the blob artifact', command);
  if (signature === '') {
    throw new NotationError('REQUEST', 'filepath of the signature cannot be empty', {
      hint: 'name the signature file with --signature; blob sign writes it as {blob}.jws.sig or {blob}.cose.sig',
    });
  }
  if (mediaType === '') throw new NotationError('REQUEST', '--media-type is set but with empty value', { hint: 'leave it out for any' });
  return { signature, mediaType };
}

/** The format that a signature's file name tells, in any case, as in notation 2. @throws NotationError `REQUEST`, in its words */
function formatOf(path: string): EnvelopeFormat {
  const name = basename(path);
  const [suffix, format, ...rest] = name.toLowerCase().split('.').reverse();
  const refused = (message: string) =>
    new NotationError('REQUEST', message, { hint: 'name it {blob}.jws.sig or {blob}.cose.sig, as blob sign does' });
  if (suffix !== 'sig' || format === undefined) throw refused(`invalid signature filename ${name}. The file extension must be .sig`);
  if (rest.length === 0)
    throw refused(`invalid signature filename ${name}. A valid signature file name must contain signature format and .sig file extension`);
  if (format === 'jws' || format === 'cose') return format;
  throw refused(`signature format ${JSON.stringify(format)} not supported`);
}
