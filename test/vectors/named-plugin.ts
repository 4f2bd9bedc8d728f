// Judges of signatures that name a verification plugin: the plugins are stubs that answer what the cases say.
import assert from 'node:assert/strict';
import { NotationError } from '../../src/core/error.ts';
import { demandPlugin } from '../../src/envelope/verification-plugin.ts';
import { openVerifier } from '../../src/host/verifier.ts';
import { appointPlugin } from '../../src/verify/plugin.ts';
import type { OpenVerificationPlugin } from '../../src/verify/ports.ts';
import { boundsOf, type FakeAnswer, type FakePlugin, fakeMetadata, writeFakePlugin } from '../support/fake-plugin.ts';
import { during } from '../support/pki.ts';
import { casesOf, rowOf, type VectorCase } from '../support/third-party.ts';
import { statementOf } from '../support/verification.ts';
import type { Answer } from './answer.ts';
import { inFolder } from './folder.ts';
import { verifyCase, verifyOverriding } from './verification.ts';

const checks = ['SIGNATURE_VERIFIER.TRUSTED_IDENTITY', 'SIGNATURE_VERIFIER.REVOCATION_CHECK'];

/** Verifies an envelope beside a plugin of version 1.0.0 that finds all well. */
export function verifyNaming(one: VectorCase): Promise<Answer> {
  const verificationResults = Object.fromEntries(checks.map((check) => [check, { success: true }]));
  const answer = { stdout: { verificationResults, processedAttributes: [] } };
  return inFolder(async (folder) => {
    const plugin = await write(folder, 'io.cncf.notary.plugin.unittest.mock', checks, answer);
    return verifyCase(one, openerOf(plugin));
  });
}

interface InteractionRow {
  readonly policyOverride?: object;
  readonly plugin: { readonly capabilities: readonly string[]; readonly response?: object | string };
}

/** Verifies the envelope that the table is about beside the plugin of the row. What the plugin is told is asserted. */
export function verifyInteraction(one: VectorCase): Promise<Answer> {
  const { policyOverride = {}, plugin } = rowOf<InteractionRow>(one).input;
  const about = casesOf('envelopes').find(({ id }) => id === 'env-sa-plugin-and-unknown-critical');
  assert.ok(about);
  return inFolder(async (folder) => {
    const stub = await write(folder, 'plugin-name', plugin.capabilities, answerOf(plugin));
    const answer = await verifyOverriding({ ...one, files: about.files, params: about.params ?? {} }, policyOverride, openerOf(stub));
    assertTold(one, await stub.request('verify-signature'));
    return answer;
  });
}

/** A row without a response says that the plugin is not to be asked; where the response is a word, it crashes. */
function answerOf({ response }: InteractionRow['plugin']): FakeAnswer {
  return typeof response === 'object' ? { stdout: response } : { stderr: response ?? 'it was asked', code: 1 };
}

interface Told {
  readonly signature: {
    readonly criticalAttributes: { readonly extendedAttributes?: object };
    readonly unprocessedAttributes: readonly string[];
  };
}

function assertTold({ expected }: VectorCase, request: unknown): void {
  const { plugin_invoked: invoked } = expected as { readonly plugin_invoked?: boolean };
  if (invoked !== undefined) assert.equal(request !== undefined, invoked);
  if (request === undefined) return;
  const { criticalAttributes, unprocessedAttributes } = (request as Told).signature;
  assert.deepEqual([criticalAttributes.extendedAttributes, unprocessedAttributes], [{ SomeKey: 'SomeValue' }, ['SomeKey']]);
}

/** Whether a version is enough for another. @throws NotationError that it is not */
export async function checkVersions(one: VectorCase): Promise<void> {
  const { pluginVersion: version, minVersion } = rowOf<{ readonly pluginVersion: string; readonly minVersion: string }>(one).input;
  const open: OpenVerificationPlugin = async (name) => ({ kind: 'own', metadata: { name, version } });
  const extended = demandPlugin({ name: 'plugin-name', minVersion });
  await appointPlugin({ scheme: 'notary.x509', signingTime: { at: during }, extended }, statementOf(), open);
}

function write(folder: string, name: string, capabilities: readonly string[], answer: FakeAnswer): Promise<FakePlugin> {
  const metadata = { stdout: { ...fakeMetadata, name, version: '1.0.0', capabilities } };
  return writeFakePlugin(folder, name, { 'get-plugin-metadata': metadata, 'verify-signature': answer });
}

function openerOf(plugin: FakePlugin): OpenVerificationPlugin {
  return async (name) => {
    if (name === plugin.name) return { kind: 'hosted', ...(await openVerifier(plugin, new Map(), boundsOf())) };
    throw new NotationError('FILE', `plugin ${JSON.stringify(name)}: expected it to be installed, found nothing there`);
  };
}
