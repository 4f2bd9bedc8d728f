// Group plugin-protocol: messages between notation and its plugins, this program being either.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { algorithmBy, type KeySpec } from '../../src/core/algorithm.ts';
import { NotationError } from '../../src/core/error.ts';
import { payloadMediaType } from '../../src/core/payload.ts';
import { nodeTransport } from '../../src/http/node.ts';
import { metadata } from '../../src/plugin/metadata.ts';
import { serve } from '../../src/plugin/serve.ts';
import { type ContractError, toWire } from '../../src/protocol/error.ts';
import { disk } from '../../src/store/disk.ts';
import { payload } from '../support/envelopes.ts';
import { writeKeyFiles } from '../support/key-files.ts';
import { readVector, rowOf, type VectorCase } from '../support/third-party.ts';
import { runTool } from '../support/tool.ts';
import { askById, type ById, type Group, pick } from './answer.ts';
import { azureChecks } from './azure-plugin.ts';
import { inFolder } from './folder.ts';
import { checkCall, checkCapability, checkMetadata, signWithoutPlugin, signWithStub, verifyWithStub } from './plugin-host.ts';
import { checkInstall } from './plugin-install.ts';
import { useTool } from './tool.ts';
import { checkDeepTemplate, serveVerification } from './verification-plugin.ts';

const words: ById<RegExp> = [
  [/^plgreq-dk-no-keyid$/, /^keyId: expected a non-empty string/],
  [/-no-contractversion$|^akv-describe-missing-0$/, /^contractVersion: expected a non-empty string/],
  [/^plgreq-gs-no-keyspec$/, /^keySpec: expected a non-empty string/],
  [/^plgreq-gs-no-hashalgorithm$/, /^hashAlgorithm: expected a non-empty string/],
  [/^plgreq-ge-(no|null)-payload$/, /^payload: expected a non-empty string/],
  [/^(akv-contract-2|awsgen-contract)$/, /^contractVersion: expected 1\.x, found 2\.0/],
  [/^akv-describe-null$/, /^request: expected a JSON object, found null/],
  [/^akv-sign-empty-stdin$/, /^request: /],
  [/^akv-keyid-2$/, /^keyId: expected a non-empty string/],
  [/^akv-keyid-/, /^key id: expected a key or certificate of Azure Key Vault/],
  // Key Vault refuses with a status: an answer of status 200 that holds an error is none of its answers.
  [/^akv-remote-error-0$/, /expected Key Vault's answer to keys\/sign, found something else/],
  [/^akv-remote-error-2$/, /500/],
  [/^akv-sign-no-secret-permission$/, /secrets get permission/],
  [/^akv-sign-remote-other-key$/, /expected Key Vault's answer to keys\/sign/],
  [/^akv-sign-remote-other-version$/, /expected version 0123456789abcdef0123456789abcdef of key "fake-key" to sign, found f{32}/],
  [/^plgreq-vs-(empty|null)-chain$/, /^signature\.certificateChain: expected the signing certificate and its issuers, found none/],
  [/^plgreq-vs-null-verification$/, /^trustPolicy\.signatureVerification: expected some of/],
  [/^plgreq-vs-no-critical$/, /^contentType: expected a non-empty string, found nothing/],
  [/^awsverify-unsupported-capability$/, /^trustPolicy\.signatureVerification: .*found "unsupported"/],
  [/^awsverify-bad-certificate$/, /^signature\.certificateChain\[0\]: /],
  [/^awsverify-zero-signing-time$/, /^signature\.criticalAttributes\.authenticSigningTime: expected a time/],
  [/^awsverify-identity-non-arn$/, /^trustPolicy\.trustedIdentities: expected a trusted identity "x509\.subject: …" or "\*"/],
  [
    /^awsverify-identity-/,
    /SIGNATURE_VERIFIER\.TRUSTED_IDENTITY: .*expected a subject|SIGNATURE_VERIFIER\.TRUSTED_IDENTITY: expected trusted/,
  ],
  [/^awsverify-(null-attribute|no-profile-attribute)$/, /not processed: com\.amazonaws\.signer\.signingJob/],
  [/^awsgen-expiry$/, /./],
  [/^awsgen-keyid$/, /no key named "NotationProfile"/],
  [/^ks-bad-/, /it does not hold/],
  [/^host-stderr-full$/, /^plugin "stub" generate-signature: failed$/],
  [/^host-stdout-empty$/, /^plugin "stub" get-plugin-metadata: response: expected one JSON object, found nothing$/],
  [/^host-stdout-not-json$/, /^plugin "stub" get-plugin-metadata: response: .*not valid JSON$/],
  [/^host-timeout$/, /^plugin "stub" describe-key: no answer within 0\.3 s$/],
  [/^meta-0$/, /expected name to be a text, found nothing/],
  [/^meta-1$/, /expected description to be a text, found nothing/],
  [/^meta-3$/, /expected url to be a text, found nothing/],
  [/^meta-5$/, /expected the contract version 1\.0 to be supported, found none/],
  [/^meta-6$/, /expected capabilities, found none/],
  [/^cap-1$/, /it does not hold/],
  [/^hostverify-minver-/, /expected version 1\.0\.11 or later, as the signature needs it, found 1\.0\.0/],
  [/^hostsign-raw-keyid$/, /expected keyId "key1", which was asked for, found "key10"/],
  [/^hostsign-raw-chain$/, /generate-signature: certificateChain\[0\]/],
  [/^hostsign-describe-keyid-mismatch$/, /expected keyId "1", which was asked for, found ""/],
  [/^hostsign-envelope-payload-extra-field$/, /found "additional_field"/],
  [/^hostsign-plugin-absent$/, /plugin "e2e-plugin": expected .*, found nothing there/],
  [/^install-file-name-empty$/, /Plugin file name requires format notation-\{plugin-name\}, but got notation-(;|$)/],
  [/^install-missing$/, /no such file or directory/],
  [/^install-existing-broken$/, /failed to get metadata of existing plugin/],
  [/^install-directory-two-executables$/, /found more than one plugin executable files/],
  [/^install-/, /no plugin executable file was found/],
  [/^hostsign-empty-keyid$/, /id/],
  [/^hostsign-negative-expiry$/, /expiry/],
];

export const pluginProtocol: Group = {
  name: 'plugin-protocol',
  questions: askById(
    [
      ...azureChecks,
      [/^plgio-fw-version$/, checkVersion],
      [/^plgio-fw-/, checkMembers],
      [/^plgerr-format$|^akv-error-format$|^errser-/, checkErrorFormat],
      [/^plgerr-code-/, checkErrorCode],
      [/^plgreq-ge-(no|null)-payload$/, (one) => serveRow(one, envelopeTypes)],
      [/^awsverify-/, (one) => serveVerification(one, servePlugin)],
      [/^plgreq-/, (one) => serveRow(one, {})],
      [/^akv-(describe|sign|contract)-/, (one) => serveRow(one, {})],
      [/^awsgen-/, serveEnvelope],
      [/^ks-/, checkAlgorithm],
      [/^spec-key-config$/, checkKeyConfig],
      [/^spec-verify-signature-/, (one) => checkDeepTemplate(one, readSchema)],
      [/^spec-/, checkTemplate],
      [/^install-/, checkInstall],
      [/^host-/, checkCall],
      [/^meta-/, checkMetadata],
      [/^cap-/, checkCapability],
      [/^hostverify-/, verifyWithStub],
      [/^hostsign-plugin-absent$/, signWithoutPlugin],
      [/^hostsign-(envelope|raw|describe)-/, signWithStub],
      [/^hostsign-empty-keyid$/, () => useTool(['key', 'add', '--plugin', 'com.example', '--id', '', 'k'])],
      [/^hostsign-negative-expiry$/, signUntilYesterday],
    ],
    ({ id }) => pick(words, id),
  ),
  differences: [
    {
      ids: ['plgreq-ge-ok'],
      says: /^payloadType: expected application\/vnd\.cncf\.notary\.payload\.v1\+json/,
      because: "the framework's example takes any payload type; here only what a verifier would take is signed (PAY-001)",
    },
    {
      ids: ['plgreq-gs-config', 'plgreq-gm-config'],
      says: /key1/,
      because: "the framework's example takes any option; here one that is not known is refused: it would be one that does not work",
    },
    {
      ids: ['plgreq-vs-ok'],
      says: /^trustPolicy\.signatureVerification: expected SIGNATURE_VERIFIER/,
      because:
        'the framework reads requests and leaves it to plugins whether they make sense: this one asks a verifier to sign, of certificates that are none',
    },
    {
      ids: ['awsverify-base'],
      says: /TRUSTED_IDENTITY: .*not processed: com\.amazonaws\.signer\.signingJob, com\.amazonaws\.signer\.signingProfileVersion/,
      because:
        "AWS Signer's identities and attributes are its own plugin's to know: here they trust nobody, and are not said to be processed",
    },
    {
      ids: ['cap-2'],
      says: /it does not hold/,
      because: 'a capability without a name is never asked for here, so nothing is said to have it',
    },
    {
      ids: ['awsgen-expiry'],
      because: "AWS Signer's profiles say when signatures expire; our keys have none, and expiry is made (PLG-050)",
    },
    {
      ids: ['spec-key-config'],
      says: /^it does not hold$/,
      because:
        "the example is of a config.json that notation never had: keys are in signingkeys.json, by notation's names (design: bytes on disk)",
    },
  ],
};

interface RequestRow {
  readonly command: string;
  readonly stdin: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Serves the row's request, to a key of the spec that it names; answers what is on standard output. */
async function serveRow(one: VectorCase, change: Json): Promise<Json> {
  const { command, stdin } = rowOf<RequestRow>(one).input;
  return inFolder(async (folder) => {
    const request = stdin.startsWith('{') ? JSON.parse(stdin) : undefined;
    const path = await writeKeyFiles(folder, 'someKeyId', (request?.keySpec || undefined) as KeySpec | undefined);
    const keyId = request?.keyId === 'someKeyId' ? { keyId: path } : {};
    const input = request === undefined ? stdin : JSON.stringify({ ...request, ...keyId, ...change });
    const answer = await servePlugin(command, input);
    if (keyId.keyId !== undefined && 'keyId' in answer) assert.equal(answer['keyId'], path);
    return answer;
  });
}

/** @throws NotationError with the plugin's message */
async function servePlugin(command: string, input: string): Promise<Json> {
  const { succeeded, json } = await serve({
    command,
    input: Buffer.from(input),
    environment: {},
    platform: 'linux',
    files: disk,
    transport: async () => nodeTransport,
    now: () => new Date('2026-06-01T12:00:00Z'),
    metadata,
    program: [],
  });
  const answer = JSON.parse(json) as Json;
  if (succeeded) return answer;
  const { errorCode, errorMessage } = answer as unknown as ContractError;
  assert.ok(['VALIDATION_ERROR', 'UNSUPPORTED_CONTRACT_VERSION'].includes(errorCode), errorCode);
  throw new NotationError('REQUEST', errorMessage);
}

const envelopeTypes = { payloadType: payloadMediaType, signatureEnvelopeType: 'application/jose+json' } as const;

async function signUntilYesterday(): Promise<void> {
  await inFolder(async (folder) => {
    const key = await writeKeyFiles(folder, 'key');
    writeFileSync(join(folder, 'blob'), 'blob');
    await useTool(['blob', 'sign', '--id', key, '--expiry=-24h', join(folder, 'blob')]);
  });
}

async function checkVersion(): Promise<void> {
  const { code, stdout } = await runTool(['version']);
  assert.deepEqual([code, stdout.toString().includes(metadata.version)], [0, true]);
}

/** The values are a mock's; the names of members and their order are what is compared. */
async function checkMembers(one: VectorCase): Promise<void> {
  const real = {
    payloadType: payloadMediaType,
    signatureEnvelopeType: 'application/jose+json',
    payload: Buffer.from(payload).toString('base64'),
  };
  const answer = await serveRow(one, one.id.includes('envelope') ? real : {});
  assert.deepEqual(Object.keys(answer), Object.keys(JSON.parse(String(one.expected['stdout']))));
}

interface ErrorRow {
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Codes are a closed list here, and facts for machines are always there. */
function checkErrorFormat(one: VectorCase): void {
  const { message, metadata: facts } = rowOf<ErrorRow>(one).input;
  const expected = JSON.parse(String(one.expected['stderr'] ?? one.expected['json'])) as ContractError;
  const code = expected.errorCode === 'ACCESS_DENIED' ? 'ACCESS_DENIED' : 'REQUEST';
  const said = toWire(new NotationError(code, message, facts ? { metadata: facts } : {}));
  assert.deepEqual(Object.keys(said), ['errorCode', 'errorMessage', 'errorMetadata']);
  assert.equal(said.errorMessage, expected.errorMessage);
  if (code === 'ACCESS_DENIED') assert.equal(said.errorCode, expected.errorCode);
  assert.deepEqual({ ...said.errorMetadata, ...expected.errorMetadata }, said.errorMetadata);
}

async function checkErrorCode(one: VectorCase): Promise<void> {
  const [command, contractVersion] = one.id.endsWith('command') ? ['no-such-command', '1.0'] : ['describe-key', '2.0'];
  const code = { VALIDATION_ERROR: /does not offer this command/, UNSUPPORTED_CONTRACT_VERSION: /expected 1\.x, found 2\.0/ };
  const expected = code[one.expected['errorCode'] as keyof typeof code];
  await assert.rejects(servePlugin(command ?? '', JSON.stringify({ contractVersion, keyId: 'k' })), expected);
}

async function serveEnvelope(one: VectorCase): Promise<void> {
  const { input } = rowOf<Json>(one);
  await inFolder(async (folder) => {
    const keyId = await writeKeyFiles(folder, 'key');
    const request = {
      contractVersion: '1.0',
      keyId,
      ...envelopeTypes,
      payload: Buffer.from(payload).toString('base64'),
    };
    await servePlugin('generate-envelope', JSON.stringify({ ...request, ...input }));
  });
}

function checkAlgorithm(one: VectorCase): boolean {
  const algorithm = algorithmBy('keySpec', rowOf<Json>(one).input['keySpec']);
  if (algorithm === undefined) return false;
  const { hash: hashAlgorithm, signing: signingAlgorithm, jws: jwsAlg } = algorithm;
  const { verdict, ...expected } = one.expected;
  assert.equal(verdict, 'valid');
  assert.deepEqual({ hashAlgorithm, signingAlgorithm, jwsAlg }, expected);
  return true;
}

/** The template's members, at its top. */
function membersOf(one: VectorCase): readonly string[] {
  const text = Buffer.from(readVector(one.files[0]?.path ?? '')).toString();
  const top = text.replaceAll(/\/\/.*$/gm, '').replaceAll(/(?<=:\s*)\{[^{}]*\}/g, '{}');
  return [...top.matchAll(/"(\w+)"\s*:/g)].map(([, name = '']) => name).toSorted();
}

function checkTemplate(one: VectorCase): void {
  const [, message, kind] = /^spec-(.*)-(request|response)$/.exec(one.id) ?? [];
  const file = message === 'error' ? 'error.json' : `${message}.${kind}.json`;
  assert.deepEqual(Object.keys(readSchema(file)['properties'] as object).toSorted(), membersOf(one));
}

function readSchema(file: string): Json {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'plugin-spec', 'schema', file), 'utf8'));
}

/** The members of a key as it is kept. */
async function checkKeyConfig(one: VectorCase): Promise<boolean> {
  const kept = await inFolder(async (folder) => {
    const words = ['key', 'add', '--plugin', 'ts-kms', '--id', 'keyid', '--plugin-config', 'key1=value1', 'mysigningkey'];
    await useTool(words, { environment: { NOTATION_CONFIG: folder } });
    return JSON.parse(readFileSync(join(folder, 'signingkeys.json'), 'utf8')) as { readonly keys: readonly Json[] };
  });
  const names = Object.keys(kept.keys[0] ?? {});
  assert.ok(names.includes('pluginName'));
  return names.every((name) => membersOf(one).includes(name));
}
