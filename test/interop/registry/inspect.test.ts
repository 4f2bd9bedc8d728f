// `list` and `inspect` against notation's own, for signatures that notation made. Neither runs in UTC: COSE knows no zones, and notation shows its
// times in the machine's.
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { EnvelopeMediaType } from '../../../src/core/model.ts';
import { openLayout } from '../../../src/registry/layout.ts';
import { type Notation, openFolder, oras, pushArtifact, type Result, removeFolder } from '../../support/notation.ts';
import { needs } from '../../support/peers.ts';
import { type Registry, registryKinds, startRegistry } from '../../support/registry.ts';
import { openClient, openReference } from '../../support/repository.ts';
import { openSigningHome } from '../../support/signing-home.ts';
import { casesOf, needsVectors, readVector, thirdPartyFolder } from '../../support/third-party.ts';
import { runTool } from '../../support/tool.ts';

const zone = { TZ: 'Asia/Kathmandu' };
process.env['TZ'] = zone.TZ;

async function ours(...words: readonly string[]): Promise<Result> {
  const { code, stdout, stderr } = await runTool(words);
  return { code, stdout: stdout.toString('utf8'), stderr };
}

const wishes = [
  ['--signature-format', 'jws'],
  ['--signature-format', 'cose'],
  ['--signature-format', 'jws', '--expiry', '24h', '-m', 'b=<&>', '-m', 'a=é "2"'],
  ['--signature-format', 'cose', '--expiry', '1h', '-m', 'z=last'],
];

for (const kind of registryKinds) {
  describe(`what notation says of signatures in ${kind}`, needs(kind, 'notation', 'oras'), () => {
    const folder = openFolder();
    let registry: Registry;
    let notation: Notation;
    let unsigned: string;
    let signed: string;
    const theirs = (...words: readonly string[]) => notation.run(words, zone);
    before(async () => {
      registry = await startRegistry(kind);
      notation = await openSigningHome(folder);
      unsigned = await pushArtifact(`${registry.host}/unsigned`, 'unsigned', folder);
      signed = await pushArtifact(`${registry.host}/signed`, 'signed', folder);
      for (const wish of wishes) {
        const { code, stderr } = await theirs('sign', ...wish, signed);
        assert.equal(code, 0, stderr);
      }
    });
    after(async () => {
      await registry?.stop();
      removeFolder(folder);
    });

    const commands: readonly (readonly string[])[] = [
      ['list'],
      ['ls', '--max-signatures', '4'],
      ['list', '--max-signatures', '3'],
      ['inspect'],
      ['inspect', '--max-signatures', '2'],
      ['inspect', '-o', 'json'],
    ];
    for (const command of commands) {
      test(`we say too: ${command.join(' ')}`, async () => {
        for (const reference of [signed, unsigned]) {
          const [expected, found] = [await theirs(...command, reference), await ours(...command, reference)];
          assert.deepEqual(ordered(found), ordered(expected));
        }
      });
      test(`we say too of a tag: ${command.join(' ')}`, async () => {
        const reference = signed.replace(/@.*/, ':v1');
        const [expected, found] = [await theirs(...command, reference), await ours(...command, reference)];
        assert.match(found.stderr, /^Warning: Always (list|inspect) the artifact using digest/);
        assert.deepEqual(ordered(found), ordered(expected));
      });
    }

    test('JSON stays JSON when there are too many signatures', async () => {
      const command = ['inspect', '-o', 'json', '--max-signatures', '2', signed];
      const [expected, found] = [await theirs(...command), await ours(...command)];
      assert.equal(found.stdout + found.stderr, expected.stdout + expected.stderr);
      assert.equal(JSON.parse(found.stdout).Signatures.length, 2);
    });

    test('a copy in a layout says the same', async () => {
      const layout = join(folder, 'layout');
      const { code, stderr } = await oras(['cp', '-r', '--from-plain-http', '--to-oci-layout', signed, `${layout}:v1`], folder);
      assert.equal(code, 0, stderr);
      const digest = signed.slice(signed.indexOf('@'));
      const [expected, found] = [
        await theirs('inspect', '-o', 'json', signed),
        await ours('inspect', '--oci-layout', '-o', 'json', layout + digest),
      ];
      assert.deepEqual(byDigest(found), byDigest(expected));
      const text = await ours('inspect', '--oci-layout', `${layout}:v1`);
      assert.ok(text.stdout.startsWith(`Inspecting all signatures for signed artifact\n${layout}${digest}\n`), text.stdout);
      const listed = await notation.run(['list', '--oci-layout', layout + digest], { NOTATION_EXPERIMENTAL: '1' });
      const lines = (result: Result) => result.stdout.replace(/[├└]/g, '').split('\n').toSorted();
      assert.deepEqual(lines(await ours('list', '--oci-layout', layout + digest)), lines(listed));
    });

    test('what cannot be read is skipped, told and a failure', async () => {
      const text = await pushArtifact(`${registry.host}/broken`, 'broken', folder);
      const { repository, reference } = openReference(openClient(), text);
      const subject = await repository.resolve(reference.tagOrDigest);
      const garbage = { mediaType: 'application/jose+json' as EnvelopeMediaType, envelope: Buffer.from('{}'), annotations: {} };
      await repository.attach(subject, garbage);
      await repository.attach(subject, { ...garbage, mediaType: 'text/plain' as EnvelopeMediaType });
      const files = ['one', 'two'].map((name) => join(folder, name));
      for (const file of files) writeFileSync(file, file);
      const layers = files.map((file) => `${file}:application/jose+json`);
      const attach = [
        'attach',
        '--disable-path-validation',
        '--plain-http',
        '--artifact-type',
        'application/vnd.cncf.notary.signature',
        text,
      ];
      assert.equal((await oras([...attach, ...layers], folder)).code, 0);
      assert.equal((await theirs('sign', text)).code, 0);
      const [expected, found] = [await theirs('inspect', text), await ours('inspect', text)];
      assert.equal(expected.code, 1);
      assert.deepEqual({ ...ordered(found), stderr: gist(found) }, { ...ordered(expected), stderr: gist(expected) });
      assert.equal(gist(found).length, 4);
    });

    test('what is not there is a failure', async () => {
      for (const reference of [signed.replace(/@.*/, ':none'), signed.replace('/signed', '/nothing')]) {
        for (const command of ['list', 'inspect']) {
          const [expected, found] = [await theirs(command, reference), await ours(command, reference)];
          assert.deepEqual([found.code, found.stdout], [expected.code, expected.stdout]);
          assert.match(found.stderr, /^Error: .*: not found; check the repository, and the tag or digest\n$/);
        }
      }
    });
  });
}

describe("other projects' envelopes, whole and broken", { ...needsVectors, ...needs('ocireg', 'notation', 'oras') }, () => {
  const folder = openFolder();
  after(() => removeFolder(folder));

  test('are shown as notation shows them, or skipped as it skips them', async (t) => {
    const registry = await startRegistry('ocireg');
    try {
      const notation = await openSigningHome(folder);
      const reference = await pushArtifact(`${registry.host}/app`, 'vectors', folder);
      const { repository } = openReference(openClient(), reference);
      const subject = await repository.resolve(reference.slice(reference.indexOf('@') + 1));
      const envelopes = thirdPartyEnvelopes();
      for (const envelope of envelopes) await repository.attach(subject, { ...envelope, annotations: {} });
      for (const output of ['json', 'text']) {
        const command = ['inspect', '--output', output, '--max-signatures', '1000', reference];
        const [expected, found] = [await notation.run(command, zone), await ours(...command)];
        assert.deepEqual({ ...withoutReasons(found), stderr: gist(found) }, { ...withoutReasons(expected), stderr: gist(expected) });
        t.diagnostic(`${output}: ${gist(found).length - 1} of ${envelopes.length} are skipped`);
      }
    } finally {
      await registry.stop();
    }
  });
});

test('layouts that others made are listed and inspected', { ...needsVectors, ...needs('notation') }, async () => {
  const folder = openFolder();
  try {
    const notation = await openSigningHome(folder);
    for (const name of ['e2e-valid-signature', 'e2e-expired-signature', 'e2e-with-expired-cert']) {
      const layout = join(thirdPartyFolder, 'oci-layouts', 'common', 'layouts', name);
      const reference = `${layout}@${(await (await openLayout(layout)).resolve('v1')).digest}`;
      const expected = await notation.run(['list', '--oci-layout', reference], { NOTATION_EXPERIMENTAL: '1' });
      assert.equal((await ours('list', '--oci-layout', reference)).stdout, expected.stdout);
      assert.equal((await ours('inspect', '--oci-layout', reference)).code, 0);
    }
  } finally {
    removeFolder(folder);
  }
});

/** Every file of the vectors that begins as an envelope does, each content once. */
function thirdPartyEnvelopes(): readonly { readonly mediaType: EnvelopeMediaType; readonly envelope: Uint8Array }[] {
  const groups = ['envelopes', 'envelope-mutations', 'timestamp', 'cose-sign1', 'jws-jose'];
  const paths = groups.flatMap((group) =>
    casesOf(group).flatMap(({ files }) => files.filter(({ row }) => row === undefined).map(({ path }) => path)),
  );
  const files = [...new Set(paths)].filter(isFile).map((path) => readVector(path));
  const contents = new Map(files.map((bytes) => [Buffer.from(bytes).toString('hex'), bytes] as const));
  const mediaTypes: Readonly<Record<number, EnvelopeMediaType>> = {
    123: 'application/jose+json',
    132: 'application/cose',
    210: 'application/cose',
  };
  return [...contents.values()].flatMap((envelope) => {
    const mediaType = mediaTypes[envelope[0] ?? 0];
    return mediaType === undefined ? [] : [{ mediaType, envelope }];
  });
}

/** Some cases name a folder. */
function isFile(path: string): boolean {
  return statSync(join(thirdPartyFolder, path), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Why a timestamp cannot be read, everybody says in his own words. */
function withoutReasons(result: Result): Result {
  return ordered({ ...result, stdout: result.stdout.replace(/(failed to parse timestamp countersignature).*/g, '$1') });
}

/** What was said, with the branches that notation prints in any order sorted. */
function ordered({ code, stdout, stderr }: Result): Result {
  return { code, stdout: stdout.startsWith('{') ? stdout : sortBranches(stdout.split('\n')).join('\n'), stderr };
}

function sortBranches(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => / (signed|user defined|unsigned) attributes$/.test(line));
  if (start === -1) return lines;
  const depth = depthOf(lines[start] ?? '');
  const length = lines.slice(start + 1).findIndex((line) => depthOf(line) <= depth);
  const inside = lines.slice(start + 1, start + 1 + length).map((line) => line.replace(/[├└]/, '+').replaceAll('│', ' '));
  return [
    ...lines.slice(0, start),
    `${' '.repeat(depth)}attributes`,
    ...inside.toSorted(),
    ...sortBranches(lines.slice(start + 1 + length)),
  ];
}

function depthOf(line: string): number {
  return /^[│├└─ ]*/.exec(line)?.[0].length ?? 0;
}

function byDigest({ stdout }: Result): readonly unknown[] {
  const { Signatures } = JSON.parse(stdout) as { readonly Signatures: readonly { readonly digest: string }[] };
  return Signatures.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}

/** The warnings and the error without their reasons. */
function gist({ stderr }: Result): readonly string[] {
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/(error:).*/, '$1'));
}
