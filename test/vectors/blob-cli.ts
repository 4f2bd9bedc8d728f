// Group blob-cli: command lines of notation's end-to-end tests, and what its library refuses, by the tool's commands.
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withMetadata } from '../../src/sign/artifact.ts';
import { verifyBlob } from '../../src/verify/blob.ts';
import { executableUnderTest, runProgram } from '../support/notation.ts';
import { readVector, rowOf, thirdPartyFolder, type VectorCase } from '../support/third-party.ts';
import { runTool } from '../support/tool.ts';
import { portsOf, statementOf } from '../support/verification.ts';
import { type Answer, ask, type ById, type Group, judgedBy, pick } from './answer.ts';
import { openWorld, type World } from './cli-world.ts';
import { inFolder } from './folder.ts';
import { judgePolicyCommand, policyCommandIds } from './judge-policy-command.ts';

/** What the tool says where notation says something else or the same. */
const words: ById<RegExp> = [
  [/^cli-blob-inspect-01-/, /invalid format: "unknown"/],
  [/^cli-blob-inspect-02-/, /invalid signature filename "hello\.unknown\.sig"/],
  [/^cli-blob-sign-09-/, /blob artifact/],
  [/^cli-blob-sign-12-/, /invalid/],
  [/^cli-blob-sign-16-/, /cannot be written/],
  [/^cli-blob-sign-21-/, /nothing listens there/],
  [/^cli-(blob-)?sign-22-/, /timestamp root.*malformed PEM/],
  [/^cli-(blob-)?sign-23-/, /timestamp root.*expected certificates, found none/],
  [/^cli-blob-sign-24-/, /single self-signed root CA certificate, found 4 certificates/],
  [/^cli-blob-sign-2[56]-/, /single self-signed root CA certificate, found certificate/],
  [/^cli-blob-verify-06-/, /filepath of the signature cannot be empty/],
  [/^cli-blob-verify-07-/, /blobFile\.txt/],
  [/^cli-blob-verify-09-/, /plugin-config.*requires "=" as separator/],
  [/^cli-blob-verify-10-/, /user-metadata.*requires "=" as separator/],
  [/^cli-blob-verify-12-/, /invalid signature filename blobFile\.sig/],
  [/^cli-sign-08-/, /was rejected: expiry/],
  [/^cli-sign-13-/, /./],
  [/^cli-sign-18-/, /timestamp-root-cert/],
  [/^cli-sign-19-/, /^Error: timestamp URL: expected an http: or https: URL/],
  [/^signblob-negative-expiry$/, /expiry/],
  [/^signblob-(bad|empty)-content-type$/, /^Error: content media-type: expected type\/subtype/],
  [/^signopt-reserved-metadata$/, /reserved prefix/],
  [/^signopt-metadata-conflict$/, /is already present in the target artifact/],
  [/^signopt-no-media-type$/, /signature format "" not supported/],
  [/^verifyblob-emptysignature$/, /integrity/],
  [/^verifyblob-nilreader$/, /regular file/],
  [/^verifyblob-invalidsigtype$/, /hola!/],
];

export const blobCli: Group = {
  name: 'blob-cli',
  questions: (one) => {
    if (policyCommandIds.test(one.id)) return [judgedBy(one, judgePolicyCommand)];
    const check = pick(checks, one.id);
    const question = ask(one, check ?? (() => undefined), pick(words, one.id));
    return [check ? question : { ...question, answer: () => inWorld((world) => runCommands(one, world)) }];
  },
  differences: [
    {
      ids: ['cli-sign-13-by-digest-with-oci-layout-but-without-experimental'],
      because: 'nothing here waits for NOTATION_EXPERIMENTAL: layouts are signed and verified by default',
    },
  ],
};

const checks: ById<(one: VectorCase) => unknown> = [
  [/^blobinspect-/, compareInspection],
  [/^signopt-metadata-conflict$/, addMetadata],
  [/^verifyblob-invalidsigtype$/, verifyUnknownType],
];

/** Signed and verified at this time, when the certificate is valid; expiry is in seconds. */
const now = new Date('2026-01-01T00:00:00Z');

interface Line {
  readonly args: readonly string[];
  readonly expectFailure: boolean;
}

/** What the library is asked, as a command line; `before` the last one. */
const lines: Readonly<Record<string, readonly string[]>> = {
  'signopt-reserved-metadata': ['sign', '--oci-layout', '-m', 'io.cncf.notary.foo=bar', '<ociLayout.ReferenceWithDigest()>'],
  'signopt-no-media-type': ['sign', '--oci-layout', '--signature-format', '', '<ociLayout.ReferenceWithDigest()>'],
  'verifyblob-emptysignature': ['blob', 'verify', '--signature', 'Empty.jws.sig', '<blob>'],
  'verifyblob-nilreader': ['blob', 'verify', '--signature', 'Empty.jws.sig', 'absent.txt'],
};

function linesOf(one: VectorCase): readonly Line[] {
  const expectFailure = one.expected.verdict === 'invalid';
  const { input } = rowOf<{ readonly commands?: readonly Line[]; readonly expirySeconds?: number; readonly contentMediaType?: string }>(
    one,
  );
  if (input.commands) return input.commands;
  const signing = ['blob', 'sign', `--expiry=${input.expirySeconds}s`, '--media-type', input.contentMediaType ?? '', '<blob>'];
  return [{ args: lines[one.id] ?? signing, expectFailure }];
}

/** Permissions that the case takes away, which root has all the same: what is not a file, or is no folder, can be neither read nor written to. */
const obstacles: ById<(folder: string) => void> = [
  [/^cli-blob-sign-16-/, (folder) => writeFileSync(join(folder, 'denied'), '')],
  [/^cli-blob-verify-07-/, (folder) => replaceByFolder(join(folder, 'blobFile.txt'))],
  [/^cli-blob-verify-12-/, (folder) => renameSync(join(folder, 'blobFile.txt.jws.sig'), join(folder, 'blobFile.sig'))],
  [/^verifyblob-/, (folder) => writeFileSync(join(folder, 'Empty.jws.sig'), '')],
];

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

/** Runs the lines one after the other; the last one's end is the verdict, and what it prints must be there. */
async function runCommands(one: VectorCase, world: World): Promise<Answer> {
  const all = linesOf(one);
  let said = { code: 0 as number | null, stdout: '', stderr: '' };
  for (const [index, { args, expectFailure }] of all.entries()) {
    const last = index === all.length - 1;
    if (last) pick(obstacles, one.id)?.(world.folder);
    const words: string[] = [];
    for (const word of args) words.push(await fill(word, one, world));
    said = await runOne(words, one, world, last && one.id.startsWith('cli-sign-08-') ? new Date(now.getTime() + 3000) : now);
    if (!last) assert.equal(said.code !== 0, expectFailure, said.stderr);
  }
  if (said.code !== 0) return { verdict: 'invalid', why: said.stderr };
  for (const keyword of keywordsOf(one)) assert.ok(said.stdout.includes(keyword), `${keyword}: ${said.stdout}`);
  return { verdict: 'valid', why: said.stdout };
}

async function fill(word: string, { id }: VectorCase, world: World): Promise<string> {
  const placeholder = /^<(.*)>$/.exec(word)?.[1];
  if (placeholder === undefined) return word;
  if (placeholder === 'sigDir' && id.startsWith('cli-blob-sign-16-')) return join(world.folder, 'denied');
  // The network has no such name, and must not be asked.
  return world.resolve(placeholder);
}

/** Over TLS the executable: the runtime of tests does not read SSL_CERT_FILE. */
async function runOne(words: readonly string[], { id }: VectorCase, { environment }: World, at: Date) {
  const own = words.map((word) => (word === 'http://localhost.test' ? 'http://127.0.0.1:1' : word));
  if (id.startsWith('cli-sign-14-')) return runProgram(executableUnderTest(), own, { PATH: process.env['PATH'], ...environment });
  const { code, stdout, stderr } = await runTool(own, { environment, now: at });
  return { code, stdout: stdout.toString('utf8'), stderr };
}

/** What goes to standard output; what is shown for debugging is everybody's own affair, and placeholders are upstream's variables. */
function keywordsOf(one: VectorCase): readonly string[] {
  const keywords = (one.expected['keywords'] ?? []) as readonly string[];
  return keywords.filter((text) => /^stdout: (?!<)/.test(text)).map((text) => text.slice('stdout: '.length));
}

/** A world of its own, and its folder as the working directory: signatures are written there. */
async function inWorld(run: (world: World) => Promise<Answer>): Promise<Answer> {
  return inFolder(async (folder) => {
    const [world, before] = [openWorld(folder), process.cwd()];
    process.chdir(folder);
    try {
      return await run(world);
    } finally {
      process.chdir(before);
      await world.close();
    }
  });
}

async function compareInspection(one: VectorCase): Promise<void> {
  const signature = join(thirdPartyFolder, one.files[0]?.path ?? '');
  process.env['TZ'] = 'UTC';
  const { code, stdout } = await runTool([...String(one.params?.['command']).split(' '), signature]);
  const expected = Buffer.from(readVector(one.files[1]?.path ?? '')).toString();
  assert.equal(code, 0);
  if (String(one.params?.['command']).includes('json')) assert.deepEqual(JSON.parse(stdout.toString()), JSON.parse(expected));
  else assert.equal(stdout.toString(), `${signature}${expected}`);
}

interface Options {
  readonly userMetadata: Readonly<Record<string, string>>;
  readonly descriptorAnnotations: Readonly<Record<string, string>>;
}

const artifact = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 1 };

function addMetadata(one: VectorCase): void {
  const { descriptorAnnotations: annotations, userMetadata } = rowOf<Options>(one).input;
  withMetadata({ ...artifact, annotations }, userMetadata);
}

async function verifyUnknownType(one: VectorCase): Promise<void> {
  const { signatureMediaType: mediaType } = rowOf<{ readonly signatureMediaType: string }>(one).input;
  const statement = { ...statementOf(), globalPolicy: true };
  const outcome = await verifyBlob(
    { mediaType, envelope: Buffer.from('{}') },
    noContent,
    { statement, userMetadata: {} },
    portsOf({ stores: {} }),
  );
  if (outcome.status === 'rejected') throw outcome.rejected[0]?.error;
}

async function* noContent(): AsyncIterable<Uint8Array> {}
