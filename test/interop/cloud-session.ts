// What the suites of the clouds begin with: a certificate authority for keys whose private half is elsewhere, the plugin installed, an empty
// registry, a notation that trusts the authority.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { algorithmOfSpec, type KeySpec } from '../../src/core/algorithm.ts';
import type { Der } from '../../src/core/bytes.ts';
import { toPem } from '../../src/x509/bundle.ts';
import {
  executableUnderTest,
  installPlugin,
  type Notation,
  openFolder,
  openNotation,
  pushArtifact,
  type Result,
  removeFolder,
  runProgram,
} from '../support/notation.ts';
import { certifyKey, type Holder, mintCa } from '../support/pki.ts';
import { startRegistry } from '../support/registry.ts';
import { inspectOne } from './inspection.ts';
import { assertSigned, assertVerifies, pluginConfig } from './session.ts';

export interface CloudSession {
  readonly folder: string;
  readonly root: Holder;
  /** File with the root certificate. */
  readonly rootFile: string;
  readonly notation: Notation;
  /** Certifies a public key, and writes the chain. */
  certify(name: string, publicKeyInfo: Der): Promise<Chain>;
  /** Signs a new artifact through notation, as `wish` says. Answers the reference. */
  sign(wish: SignWish): Promise<Signing>;
  /** Pushes so many new artifacts; answers their references. */
  push(count: number): Promise<readonly string[]>;
  /** Asks the plugin itself, without notation, for a signature. */
  ask(wish: SignWish): Promise<Result>;
  /** All that notation and the plugin have printed. */
  said(): string;
  close(): Promise<void>;
}

export interface Chain {
  /** File with the whole chain. */
  readonly file: string;
  readonly leaf: Der;
}

export interface SignWish {
  readonly id: string;
  /** EC-256 unless said; only `ask` must know it. */
  readonly spec?: KeySpec;
  readonly format?: 'jws' | 'cose';
  readonly config?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Signing extends Result {
  readonly reference: string;
}

/** What a user must see, and a host, when a key does not sign. */
export interface Refusal {
  readonly errorCode: string;
  /** These members, with such values, are among the error's metadata. */
  readonly metadata?: Readonly<Record<string, RegExp>>;
  /** All of these are in the message. */
  readonly says: readonly RegExp[];
  /** None of these is. */
  readonly hides?: readonly string[];
}

interface ContractError {
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly errorMetadata: Readonly<Record<string, string>>;
}

/** The identity of every leaf that is certified here. */
const identity = 'x509.subject: C=US, ST=WA, O=notation-ts-kms';

export async function openCloudSession(): Promise<CloudSession> {
  const folder = openFolder();
  const root = await mintCa('root', undefined);
  const rootFile = join(folder, 'root.crt');
  writeFileSync(rootFile, toPem([root.certificate.der]));
  const plugin = await installPlugin(executableUnderTest(), folder);
  const registry = await startRegistry('ocireg');
  const notation = openNotation(folder, plugin, { roots: [rootFile], identities: [identity] });
  const program = join(folder, 'plugins', plugin.name, `notation-${plugin.name}`);
  let artifacts = 0;
  const pushOne = () => {
    artifacts += 1;
    return pushArtifact(`${registry.host}/artifact-${artifacts}`, `artifact ${artifacts}`, folder);
  };
  let said = '';
  const note = (result: Result): Result => {
    said += result.stdout + result.stderr;
    return result;
  };
  return {
    folder,
    root,
    rootFile,
    notation,
    certify: async (name, publicKeyInfo) => {
      const leaf = await certifyKey(name, publicKeyInfo, root);
      const file = join(folder, `${name}.crt`);
      writeFileSync(file, toPem([leaf, root.certificate.der]));
      return { file, leaf };
    },
    sign: async ({ id, format = 'jws', config = {}, environment = {} }) => {
      const reference = await pushOne();
      const how = ['--plugin', plugin.name, '--id', id, '--signature-format', format, ...pluginConfig(config)];
      return { reference, ...note(await notation.run(['sign', ...how, reference], environment)) };
    },
    push: (count) => Promise.all(Array.from({ length: count }, pushOne)),
    ask: async ({ id, spec = 'EC-256', config: pluginConfig = {}, environment = {} }) => {
      const { hash } = algorithmOfSpec(spec);
      const payload = Buffer.from('payload').toString('base64');
      const request = { contractVersion: '1.0', keyId: id, keySpec: spec, hashAlgorithm: hash, payload, pluginConfig };
      const own = { PATH: process.env['PATH'], HOME: notation.folder };
      return note(await runProgram(program, ['generate-signature'], { ...own, ...environment }, JSON.stringify(request)));
    },
    said: () => said,
    close: async () => {
      await registry.stop();
      removeFolder(folder);
    },
  };
}

/** Signs, verifies at level strict, and finds the leaf in the envelope. */
export async function assertSigns(session: CloudSession, wish: SignWish, leaf: Der): Promise<void> {
  const { reference, ...result } = await session.sign(wish);
  assertSigned(result, reference);
  await assertVerifies(session.notation, reference);
  const { certificates, mediaType } = await inspectOne(session.notation, reference);
  assert.equal(certificates[0]?.SHA256Fingerprint, createHash('sha256').update(leaf).digest('hex'));
  assert.equal(mediaType, wish.format === 'cose' ? 'application/cose' : 'application/jose+json');
}

/**
 * Tries the same with longer and longer plugin options `timeout` until it holds: where the subject is what happens before a deadline, the deadline
 * is short, and a slow machine may not have come so far by then.
 */
export async function inSomeTime(work: (timeout: string) => Promise<void>): Promise<void> {
  for (const timeout of ['1500ms', '6s']) {
    if (
      await work(timeout).then(
        () => true,
        () => false,
      )
    )
      return;
  }
  await work('24s');
}

/** The user of notation sees one line with our sentence and nothing is pushed; a host sees the right code. */
export async function assertRefuses(session: CloudSession, wish: SignWish, refusal: Refusal): Promise<void> {
  const { errorCode, metadata = {}, says, hides = [] } = refusal;
  const { reference, code, stdout, stderr } = await session.sign(wish);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /^Error: .+\n$/, 'one line');
  const listed = await session.notation.run(['list', reference]);
  assert.match(listed.stdout, /has no associated signature/);
  const asked = await session.ask(wish);
  const answer: ContractError = JSON.parse(asked.stderr);
  assert.deepEqual([asked.code, asked.stdout, answer.errorCode], [1, '', errorCode], asked.stderr);
  for (const [name, pattern] of Object.entries(metadata)) assert.match(answer.errorMetadata[name] ?? '', pattern, name);
  for (const text of [stderr, answer.errorMessage]) {
    for (const pattern of says) assert.match(text, pattern);
    for (const secret of hides) assert.ok(!text.includes(secret), text);
  }
}
