// Judges of this program as the host of plugins: stubs answer what the cases say.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBase64 } from '../../src/core/bytes.ts';
import type { EnvelopeFormat } from '../../src/core/model.ts';
import { encodePayload } from '../../src/core/payload.ts';
import type { NewSignature } from '../../src/core/ports.ts';
import { codecOfFormat, mediaTypeOf } from '../../src/envelope/index.ts';
import { demandPlugin } from '../../src/envelope/verification-plugin.ts';
import { callPlugin, type PluginCommand } from '../../src/host/call.ts';
import { askMetadata } from '../../src/host/metadata.ts';
import { openSigningPlugin } from '../../src/host/signing.ts';
import { openVerifier } from '../../src/host/verifier.ts';
import { type Capability, isCapableOf } from '../../src/protocol/hosted/metadata.ts';
import { parseEnvelope } from '../../src/protocol/hosted/signing.ts';
import { signArtifact } from '../../src/sign/artifact.ts';
import { verifySignature } from '../../src/verify/signature.ts';
import { makeEnvelope } from '../support/envelopes.ts';
import { boundsOf, type FakeAnswer, type FakePlugin, fakeMetadata, writeFakePlugin } from '../support/fake-plugin.ts';
import { during, mintChain } from '../support/pki.ts';
import { rowOf, type VectorCase } from '../support/third-party.ts';
import { portsOf, statementOf } from '../support/verification.ts';
import { inFolder } from './folder.ts';
import { useTool } from './tool.ts';

interface AnswerRow {
  readonly command: PluginCommand;
  readonly stdout: string;
  readonly stderr: string;
  /** `null` when it never ends. */
  readonly exitCode: number | null;
}

/** Runs one command of a stub; what the case says of the error is asserted. */
export async function checkCall(one: VectorCase): Promise<void> {
  const { command, stdout, stderr, exitCode } = rowOf<AnswerRow>(one).input;
  const answer: FakeAnswer = exitCode === null ? { script: 'exec sleep 60' } : { stdout, stderr, code: exitCode };
  await inFolder(async (folder) => {
    const plugin = await writeFakePlugin(folder, 'stub', { [command]: answer });
    const bounds = boundsOf(exitCode === null ? { timeoutMs: 300 } : {});
    const response = callPlugin(plugin, command, {}, bounds).catch((error: unknown) => {
      assertError(error as ErrorFacts, one.expected);
      throw error;
    });
    if (command === 'generate-envelope') parseEnvelope(await response, 'jws' as 'application/cose', 'stub');
    else await response;
  });
}

interface ErrorFacts {
  readonly code: string;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

function assertError({ code, message, metadata }: ErrorFacts, expected: VectorCase['expected']): void {
  const { errorCode, message: said, metadata: facts } = expected as Readonly<Record<string, unknown>>;
  if (errorCode === undefined) return;
  assert.deepEqual([code, message.endsWith(`: ${said}`)], [errorCode, true]);
  assert.deepEqual({ ...metadata, ...(facts as object) }, metadata);
}

export async function checkMetadata(one: VectorCase): Promise<void> {
  const { pluginName, stdout } = rowOf<{ readonly pluginName: string; readonly stdout: string }>(one).input;
  await inFolder(async (folder) => {
    const plugin = await writeFakePlugin(folder, pluginName, { 'get-plugin-metadata': { stdout } });
    await askMetadata(plugin, new Map(), boundsOf());
  });
}

export function checkCapability(one: VectorCase): boolean {
  const { capabilities, requested } = rowOf<{ readonly capabilities: readonly string[]; readonly requested: string }>(one).input;
  return isCapableOf({ capabilities }, requested as Capability);
}

interface SignRow {
  readonly capability?: string;
  readonly format?: EnvelopeFormat;
  readonly requestKeyId?: string;
  readonly 'describe-key'?: object;
  readonly 'generate-signature'?: object;
  readonly 'generate-envelope'?: object | string;
}

const artifact = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'ab'.repeat(32)}`, size: 42 };

/** Signs an artifact with a stub; answers what would be stored. */
export async function signWithStub(one: VectorCase): Promise<void> {
  const row = rowOf<SignRow>(one).input;
  const { format = 'jws', requestKeyId: id = 'key1' } = row;
  const raw = /-(raw|describe)-/.test(one.id);
  await inFolder(async (folder) => {
    const answers = raw ? await rawAnswers(row, id) : await envelopeAnswers(row, format);
    const capabilities = [raw ? 'SIGNATURE_GENERATOR.RAW' : 'SIGNATURE_GENERATOR.ENVELOPE'];
    const metadata = { stdout: { ...fakeMetadata, capabilities } };
    const plugin = await writeFakePlugin(folder, 'fake', { 'get-plugin-metadata': metadata, ...answers });
    const attached = await signInto(plugin, id, format);
    await assertSigned(one, plugin, attached);
  });
}

async function signInto(plugin: FakePlugin, id: string, format: EnvelopeFormat): Promise<NewSignature> {
  const now = () => during;
  const opened = await openSigningPlugin(plugin, { id, pluginConfig: new Map() }, now, boundsOf());
  const nowhere = () => Promise.reject(new Error('not asked for'));
  const attached: NewSignature[] = [];
  const repository = {
    resolve: nowhere,
    fetch: nowhere,
    signatures: async function* () {
      yield* [];
    },
    attach: async (_subject: unknown, signature: NewSignature) => {
      attached.push(signature);
      return artifact;
    },
  };
  const ports = opened.kind === 'signer' ? { signer: opened.signer, now, agent: 'test' } : { generator: opened.generator, now };
  await signArtifact(repository, artifact, { codec: await codecOfFormat(format), userMetadata: {} }, ports);
  return attached[0] ?? assert.fail('nothing was attached');
}

async function assertSigned({ expected, id }: VectorCase, plugin: FakePlugin, { annotations }: NewSignature): Promise<void> {
  const { calls } = expected as { readonly calls?: readonly string[] };
  for (const command of ['get-plugin-metadata', 'describe-key', 'generate-signature', 'generate-envelope'])
    if (calls !== undefined) assert.equal((await plugin.request(command)) !== undefined, calls.includes(command), command);
  if (id === 'hostsign-envelope-annotation') assert.equal(annotations['k1'], 'v1');
}

async function rawAnswers(row: SignRow, keyId: string): Promise<Readonly<Record<string, FakeAnswer>>> {
  const chain = (await mintChain()).map(({ certificate }) => toBase64(certificate.der));
  const signature = { keyId, signature: toBase64(Buffer.alloc(64, 1)), signingAlgorithm: 'ECDSA-SHA-256', certificateChain: chain };
  return {
    'describe-key': { stdout: { keyId, keySpec: 'EC-256', ...row['describe-key'] } },
    'generate-signature': { stdout: { ...signature, ...asBytes(row['generate-signature'] ?? {}) } },
  };
}

/** The table names bytes in words. */
function asBytes(change: object): object {
  const words = Object.entries(change).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map((one) => toBase64(Buffer.from(one))) : value,
  ]);
  return Object.fromEntries(words);
}

async function envelopeAnswers(row: SignRow, format: EnvelopeFormat): Promise<Readonly<Record<string, FakeAnswer>>> {
  const change = row['generate-envelope'] ?? {};
  const asked = JSON.parse(Buffer.from(encodePayload(artifact)).toString());
  const payload = Buffer.from(JSON.stringify(typeof change === 'string' ? { ...asked, additional_field: 'x' } : asked));
  const { bytes } = await makeEnvelope({ format, draft: { payload } });
  const answer = { signatureEnvelope: toBase64(bytes), signatureEnvelopeType: mediaTypeOf(format), annotations: {} };
  return { 'generate-envelope': { stdout: typeof change === 'string' ? answer : { ...answer, ...change } } };
}

export async function signWithoutPlugin(): Promise<void> {
  await inFolder(async (folder) => {
    const [blob, libexec] = [join(folder, 'blob'), join(folder, 'empty')];
    mkdirSync(libexec);
    writeFileSync(blob, 'blob');
    await useTool(['blob', 'sign', '--plugin', 'e2e-plugin', '--id', 'key1', blob], { environment: { NOTATION_LIBEXEC: libexec } });
  });
}

interface VerifyRow {
  readonly stdout?: string;
  readonly minVersion?: string;
}

/** Verifies a signature that names the plugin e2e-plugin, of version 1.0.0. @throws NotationError why it is rejected */
export async function verifyWithStub(one: VectorCase): Promise<void> {
  const { stdout = '{}', minVersion } = rowOf<VerifyRow>(one).input;
  const capabilities = ['SIGNATURE_VERIFIER.TRUSTED_IDENTITY', 'SIGNATURE_VERIFIER.REVOCATION_CHECK'];
  const metadata = { ...fakeMetadata, name: 'e2e-plugin', version: '1.0.0', capabilities };
  await inFolder(async (folder) => {
    const answers = { 'get-plugin-metadata': { stdout: metadata }, 'verify-signature': { stdout } };
    const plugin = await writeFakePlugin(folder, metadata.name, answers);
    const extended = demandPlugin({ name: metadata.name, ...(minVersion !== undefined && { minVersion }) });
    const { bytes, chain } = await makeEnvelope({ format: 'jws', draft: { extended } });
    const roots = chain.slice(-1).map(({ certificate }) => certificate);
    const openVerificationPlugin = async () => ({ kind: 'hosted', ...(await openVerifier(plugin, new Map(), boundsOf())) }) as const;
    const ports = portsOf({ stores: { 'ca:test': roots, 'signingAuthority:test': roots }, openVerificationPlugin });
    const expectation = { statement: statementOf(), userMetadata: {}, checkSubject: () => undefined };
    const outcome = await verifySignature({ mediaType: 'application/jose+json', envelope: bytes }, expectation, ports);
    if (outcome.status === 'rejected') throw outcome.error;
  });
}
