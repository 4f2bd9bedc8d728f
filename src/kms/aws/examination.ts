// What AWS can tell of the way to a key: whose credentials these are, where an alias leads, and whether they may sign.
import { NotationError } from '../../core/error.ts';
import { doubtful, type Finding, found } from '../../core/finding.ts';
import { once } from '../../core/once.ts';
import { digestOf } from '../digest.ts';
import { toFixedWidth } from '../ecdsa.ts';
import type { Key, KeyContext, KeyExamination } from '../provider.ts';
import { checkTestSignature, testMessage } from '../test-signature.ts';
import type { AwsCredentials } from './credentials.ts';
import { parseAwsKeyId } from './key-id.ts';
import { awsNames } from './names.ts';
import { placeOf } from './place.ts';
import { type AwsSession, openSession } from './session.ts';

/** @throws NotationError `KEY_NOT_FOUND`, `CONFIG` */
export function examineAwsKey(keyId: string, context: KeyContext): KeyExamination {
  const asked = parseAwsKeyId(keyId);
  const session = once(async () => openSession(asked.key, await placeOf(asked, context), context));
  return {
    credential: async () => judgeCredentials(await (await session()).credentials(), context),
    identity: async () => judgeCaller(await session()),
    rotation: async () => (asked.key.includes('alias/') ? judgeAlias(asked.key, await session()) : undefined),
    permission: async (key) => tryToSign(key, await session()),
  };
}

/** The SDK's marks of where credentials came from, the most telling first. */
const marks: readonly (readonly [mark: RegExp, words: string])[] = [
  [/STS_WEB_ID|ASSUME_ROLE_WEB_ID/, 'a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE or the profile)'],
  [/SSO/, 'an SSO session'],
  [/LOGIN/, 'aws login'],
  [/PROCESS/, 'a credential_process'],
  [/HTTP/, 'the container'],
  [/ENV_VARS/, 'environment variables'],
  [/ASSUME_ROLE/, 'a role of the shared files'],
  [/PROFILE/, 'the shared files'],
];

function judgeCredentials({ accessKeyId, expiration, $source }: AwsCredentials, context: KeyContext): Finding {
  const { aws_role_arn: role, aws_profile: chosen = context.environment['AWS_PROFILE'] } = context.settings.text;
  const source = sourceOf(Object.keys($source ?? {}));
  const from = role === undefined ? source : `the role ${role}, taken for this`;
  const profile = chosen === undefined || chosen === '' ? '' : `, profile ${JSON.stringify(chosen)}`;
  const until = expiration instanceof Date ? `, until ${expiration.toISOString()}` : '';
  return found(`credentials from ${from}${profile}${until}`, {
    source: role === undefined ? source : 'role',
    // An id, not a secret; its end is enough to tell one from another.
    accessKeyId: `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`,
    ...(expiration instanceof Date && { expires: expiration.toISOString() }),
  });
}

function sourceOf(found: readonly string[]): string {
  const words = marks.find(([mark]) => found.some((one) => mark.test(one)))?.[1];
  return words ?? 'the instance metadata service';
}

/** Codes of those whom STS does not believe: KMS will not either. */
const disbelieved =
  /InvalidClientTokenId|UnrecognizedClient|ExpiredToken|SignatureDoesNotMatch|InvalidSignature|AuthFailure|IncompleteSignature/;

/** STS may be out of reach where KMS is not, behind a firewall or beside an emulator: that is no failure. */
async function judgeCaller(session: AwsSession): Promise<Finding> {
  try {
    const { arn, account } = await session.caller();
    return found(arn, { arn, account });
  } catch (error) {
    if (!(error instanceof NotationError) || disbelieved.test(error.metadata?.['providerCode'] ?? '')) throw error;
    return doubtful(`AWS STS does not tell who this is: ${error.message}`, 'nothing need be done if the key may sign');
  }
}

async function judgeAlias(alias: string, session: AwsSession): Promise<Finding> {
  const { KeyMetadata: said } = await session.describeKey();
  const arn = String(said?.Arn);
  return found(`${alias} leads to ${arn}; where that changes, the certificate must change with it`, { alias, arn });
}

/**
 * KMS answers a dry run with an exception when it would have signed. Some stand-ins for AWS know no dry runs and sign: a test message, and then it can
 * be seen whether they sign as KMS does.
 */
async function tryToSign(key: Key, session: AwsSession): Promise<Finding> {
  const { algorithm } = key;
  const message = Buffer.from(testMessage);
  const digest = await digestOf(message, algorithm);
  const signature = await session.tryToSign(digest, awsNames[algorithm.keySpec].signing);
  if (signature === undefined) return found('may sign: kms:Sign was allowed in a dry run, which signed nothing', { how: 'dry run' });
  await checkTestSignature(key, message, algorithm.kind === 'RSA' ? signature : toFixedWidth(signature, algorithm, 'AWS KMS'));
  return found('signed a test, though only a dry run was asked for: this is a stand-in for AWS KMS', { how: 'test signature' });
}
