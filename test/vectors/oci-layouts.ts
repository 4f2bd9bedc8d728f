// Group oci-layouts: the tool's commands on layouts that others made.
import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLayout } from '../../src/registry/layout.ts';
import { digestsOf } from '../support/layout.ts';
import { readVector, thirdPartyFolder, type VectorCase } from '../support/third-party.ts';
import { runTool } from '../support/tool.ts';
import { type Answer, ask, type ById, type Group, pick } from './answer.ts';
import { inFolder } from './folder.ts';
import { makeHome } from './notation-home.ts';
import { useTool } from './tool.ts';

/** By the check that fails, what the tool says of it. */
const words: ById<RegExp> = [
  [/^expiry$/, /^Signature sha256:\S+ was rejected: expiry$/m],
  [/^authenticity$/, /^Signature sha256:\S+ was rejected: authenticity$/m],
  [/^integrity$/, /^Signature sha256:\S+ was rejected: integrity$/m],
  [/^policy$/, /^Error: trustpolicy.json: statement "e2e": .*(trustStores|trustedIdentities|trusted identity)/],
  [/^no signature$/, /no signature is associated with/],
];

export const ociLayouts: Group = {
  name: 'oci-layouts',
  questions: (one) => {
    const refusal = pick(words, one.expected.failing_check ?? '');
    if (one.params?.['trustStores'] !== undefined) return [{ ...ask(one, () => undefined, refusal), answer: () => verify(one) }];
    const check = { 'oci-list-valid': list, 'oci-sign-unsigned-layout': sign, 'oci-tar-hello-world': readTar }[one.id] ?? inspect;
    return [ask(one, check)];
  },
  differences: [
    {
      ids: ['oci-tar-hello-world'],
      says: /expected the folder of an OCI layout, found a file/,
      because: 'a layout is a folder here: a tar of one is unpacked first; the manifest wants it read only by programs that take such',
    },
  ],
};

/** After the signatures and the certificate expired that are to have, and long before the others do. */
const now = new Date('2026-01-01T00:00:00Z');

interface Parameters {
  readonly artifact: string;
  readonly trustStores: Readonly<Record<string, readonly string[]>>;
  readonly registryScopeForLayout: string;
}

async function verify(one: VectorCase): Promise<Answer> {
  const { artifact, trustStores, registryScopeForLayout } = one.params as unknown as Parameters;
  const policy = one.files.find(({ role }) => role === 'trust policy')?.path ?? '';
  const { code, stdout, stderr } = await inFolder((folder) =>
    runTool(['verify', '--oci-layout', '--scope', registryScopeForLayout, join(thirdPartyFolder, artifact)], {
      environment: makeHome(folder, { policy, stores: trustStores }),
      now,
    }),
  );
  if (code !== 0) return { verdict: 'invalid', why: stderr };
  const logged = [...stderr.matchAll(/^Warning: (\w+) was set to "log" and failed/gm)].map(([, check]) => check);
  const { logged_failure: expected } = one.expected;
  assert.deepEqual(logged, expected === undefined ? [] : [expected]);
  const skipped = stdout.includes('Trust policy is configured to skip signature verification');
  return { verdict: skipped ? 'skipped' : 'valid', why: stdout.toString('utf8') };
}

async function inspect(one: VectorCase): Promise<void> {
  const { command, artifact } = one.params as unknown as { readonly command: string; readonly artifact: string };
  const reference = join(thirdPartyFolder, artifact);
  const { code, stdout } = await runTool([...command.split(' '), '--oci-layout', reference]);
  assert.equal(code, 0);
  const expected = Buffer.from(readVector(one.files[1]?.path ?? '')).toString();
  if (command.includes('json')) assert.deepEqual(lowerNames(JSON.parse(stdout.toString())), lowerNames(JSON.parse(expected)));
  else assert.equal(stdout.toString().trim(), expected.trim().replace(/^\S+/, reference));
}

/** The members of this file are of a later notation, which begins them with small letters. */
function lowerNames(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name.charAt(0).toLowerCase() + name.slice(1), own]));
}

async function list(one: VectorCase): Promise<void> {
  const reference = join(thirdPartyFolder, String(one.params?.['artifact']));
  const { stdout } = await runTool(['list', '--oci-layout', reference]);
  assert.equal(stdout.toString(), String(one.expected['stdout']).replace('<ref>', reference));
}

async function sign(one: VectorCase): Promise<void> {
  await inFolder(async (folder) => {
    const layout = join(folder, 'layout');
    cpSync(join(thirdPartyFolder, one.files[0]?.path ?? ''), layout, { recursive: true });
    const [keyPath, certPath] = ['sign-keys/common/e2e.key', 'oci-layouts/common/certs/e2e.crt'].map((path) =>
      join(thirdPartyFolder, path),
    );
    writeFileSync(join(folder, 'signingkeys.json'), JSON.stringify({ default: 'e2e', keys: [{ name: 'e2e', keyPath, certPath }] }));
    await useTool(['sign', '--oci-layout', `${layout}:v2`], { environment: makeHome(folder, {}) });
    const repository = await openLayout(layout);
    const subject = await repository.resolve('v2');
    assert.ok(String(one.expected['check']).includes(`${subject.digest} (${subject.size} B)`));
    assert.equal((await digestsOf(repository, subject)).length, 1);
  });
}

async function readTar(one: VectorCase): Promise<void> {
  await useTool(['list', '--oci-layout', `${join(thirdPartyFolder, one.files[0]?.path ?? '')}:latest`]);
}
