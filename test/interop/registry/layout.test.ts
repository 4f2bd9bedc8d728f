// Our OCI layouts against those of notation and oras, and against processes that are killed or race.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { Descriptor } from '../../../src/core/model.ts';
import type { NewSignature } from '../../../src/core/ports.ts';
import { codecOfMediaType } from '../../../src/envelope/index.ts';
import { openLayout } from '../../../src/registry/layout.ts';
import { digestsOf, indexOf, makeImage } from '../../support/layout.ts';
import { executableUnderTest, type Notation, openFolder, oras, type Result, removeFolder, runProgram } from '../../support/notation.ts';
import { needs } from '../../support/peers.ts';
import { startRegistry } from '../../support/registry.ts';
import { openSigningHome } from '../../support/signing-home.ts';

const folder = openFolder();
after(() => removeFolder(folder));

describe('a layout that notation reads', needs('notation', 'oras'), () => {
  let notation: Notation;
  before(async () => {
    notation = await openSigningHome(folder);
  });

  for (const format of ['jws', 'cose']) {
    test(`what notation signed (${format}) and we attach is the same, byte for byte, and verifies`, async () => {
      const { theirs, ours } = await twins(format);
      assertSucceeds(await experimental(['sign', '--oci-layout', '--signature-format', format, `${theirs}:v1`]));
      const { subject, signature, manifest } = await onlySignature(theirs);
      const attached = await (await openLayout(ours)).attach(subject, signature);
      assert.equal(attached.digest, manifest.digest);
      assert.equal(indexOf(ours), indexOf(theirs));
      assert.deepEqual(filesIn(ours), filesIn(theirs));
      const verified = await experimental(['verify', '--oci-layout', `${ours}@${subject.digest}`, '--scope', 'local/app']);
      assertSucceeds(verified);
      assert.match(verified.stdout, /^Successfully verified signature for /);
      const listed = await experimental(['list', '--oci-layout', `${ours}@${subject.digest}`]);
      assert.ok(listed.stdout.endsWith(`    └── ${manifest.digest}\n`), listed.stdout);
    });
  }

  test('notation signs what we have signed, and both find both', async () => {
    const { theirs, ours } = await twins('both');
    assertSucceeds(await experimental(['sign', '--oci-layout', `${theirs}:v1`]));
    const { subject, signature, manifest } = await onlySignature(theirs);
    await (await openLayout(ours)).attach(subject, signature);
    assertSucceeds(await experimental(['sign', '--oci-layout', '--signature-format', 'cose', `${ours}:v1`]));
    const found = await digestsOf(await openLayout(ours), subject);
    assert.equal(found.length, 2);
    assert.ok(found.includes(manifest.digest));
    const { stdout } = await experimental(['list', '--oci-layout', `${ours}:v1`]);
    for (const digest of found) assert.ok(stdout.includes(digest), stdout);
  });

  test('is whole after each of 50 kills of the tool that signs ten artifacts, and signed when it may finish', async (t) => {
    const { theirs: layout } = await twins('tool');
    const tags = Array.from({ length: 10 }, (_, number) => `v${number}`);
    for (const tag of tags) await pushInto(layout, tag);
    const references = tags.map((tag) => `${layout}:${tag}`);
    const environment = { PATH: process.env['PATH'], NOTATION_CONFIG: notation.config };
    const command = ['sign', '--oci-layout', ...references];
    assertSucceeds(await runProgram(executableUnderTest(), command, environment));
    const counts: number[] = [];
    for (let round = 0; round < 50; round += 1) {
      const child = spawn(executableUnderTest(), command, { env: environment, stdio: 'ignore' });
      await killWhileWriting(child, layout, 110);
      counts.push(await countWhole(layout, tags));
    }
    assertSucceeds(await runProgram(executableUnderTest(), command, environment));
    t.diagnostic(`signatures after each round: ${counts.join(' ')}`);
    for (const tag of tags) assertSucceeds(await experimental(['verify', '--oci-layout', `${layout}:${tag}`, '--scope', 'local/app']));
  });

  /** The signatures in the layout, each of which can be read to its end. */
  async function countWhole(layout: string, tags: readonly string[]): Promise<number> {
    const repository = await openLayout(layout);
    let count = 0;
    for (const tag of tags) {
      for await (const signature of repository.signatures(await repository.resolve(tag))) {
        const { mediaType, envelope } = await repository.fetch(signature);
        (await codecOfMediaType(mediaType)).parse(envelope);
        count += 1;
      }
    }
    return count;
  }

  function experimental(words: readonly string[]): Promise<Result> {
    return notation.run(words, { NOTATION_EXPERIMENTAL: '1' });
  }
});

describe('a layout that oras reads', needs('oras', 'ocireg'), () => {
  const signature: NewSignature = { mediaType: 'application/jose+json', envelope: Buffer.from('x'), annotations: { a: 'b' } };

  test('is discovered, and copied with its signatures, to a layout and through a registry', async () => {
    const { theirs } = await twins('copied');
    const repository = await openLayout(theirs);
    const subject = await repository.resolve('v1');
    const { digest } = await repository.attach(subject, signature);
    const discovered = await oras(['discover', '--oci-layout', '--format', 'json', `${theirs}:v1`], folder);
    assert.deepEqual(
      (JSON.parse(discovered.stdout) as { readonly referrers: readonly Descriptor[] }).referrers.map((referrer) => referrer.digest),
      [digest],
    );
    const registry = await startRegistry('ocireg');
    try {
      const [once, twice] = [join(folder, 'once'), join(folder, 'twice')];
      const remote = `${registry.host}/app:v1`;
      assertSucceeds(await oras(['cp', '-r', '--from-oci-layout', '--to-oci-layout', `${theirs}:v1`, `${once}:v1`], folder));
      assertSucceeds(await oras(['cp', '-r', '--from-oci-layout', '--to-plain-http', `${theirs}:v1`, remote], folder));
      assertSucceeds(await oras(['cp', '-r', '--from-plain-http', '--to-oci-layout', remote, `${twice}:v1`], folder));
      for (const copy of [once, twice]) assert.deepEqual(await digestsOf(await openLayout(copy), subject), [digest]);
    } finally {
      await registry.stop();
    }
  });

  test('is whole after each of 50 kills at any moment, and holds all that was attached', async (t) => {
    const { layout, image } = makeImage(join(folder, 'killed'));
    mkdirSync(join(layout, 'ingest'));
    const attached: string[] = [];
    for (let round = 0; round < 50; round += 1) {
      const writer = startWriter(layout, 10_000, `round ${round}`);
      await killWhileWriting(writer.child, layout, 110);
      attached.push(...(await writer.said));
      const found = await digestsOf(await openLayout(layout), image);
      const lost = attached.filter((digest) => !found.includes(digest));
      assert.deepEqual(lost, [], `round ${round}`);
    }
    const [last = ''] = await startWriter(layout, 1, 'the end').said;
    const repository = await openLayout(layout);
    const found = await digestsOf(repository, image);
    assert.ok(found.includes(last));
    t.diagnostic(`${attached.length} attached in 50 rounds, ${found.length} found at the end`);
    const discovered = await oras(['discover', '--oci-layout', '--format', 'json', `${layout}:v1`], folder);
    const { referrers } = JSON.parse(discovered.stdout) as { readonly referrers: readonly Descriptor[] };
    assert.deepEqual(referrers.map(({ digest }) => digest).toSorted(), found.toSorted());
    assert.deepEqual(
      readdirSync(layout).filter((name) => name.startsWith('.')),
      [],
    );
  });
});

test('eight processes that attach at once lose nothing', async () => {
  const { layout, image } = makeImage(join(folder, 'raced'));
  const writers = Array.from({ length: 8 }, (_, number) => startWriter(layout, 12, `writer ${number}`));
  const attached = (await Promise.all(writers.map(({ said }) => said))).flat();
  assert.equal(new Set(attached).size, 8 * 12);
  assert.deepEqual((await digestsOf(await openLayout(layout), image)).toSorted(), attached.toSorted());
});

/** Starts a process that attaches `count` signatures, and answers the digests that it said it had attached when it ended. */
function startWriter(layout: string, count: number, name: string) {
  const module = join(import.meta.dirname, '../../../src/registry/layout.ts');
  const program = `
    import { writeSync } from 'node:fs';
    const { openLayout } = await import(${JSON.stringify(module)});
    const repository = await openLayout(${JSON.stringify(layout)});
    const subject = await repository.resolve('v1');
    writeSync(1, 'ready\\n');
    for (let number = 0; number < ${count}; number += 1) {
      const signature = { mediaType: 'application/jose+json', envelope: Buffer.from(${JSON.stringify(name)} + number), annotations: {} };
      writeSync(1, (await repository.attach(subject, signature)).digest + '\\n');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = text(child.stdout).then((output) => output.split('\n').filter((line) => line.startsWith('sha256:')));
  return { child, said };
}

/** Kills a process that writes a layout, at random among as many changes of its temporary files: every machine has its own speed. */
async function killWhileWriting(child: ChildProcess, layout: string, changes: number): Promise<void> {
  let left = Math.ceil(Math.random() * changes);
  const watcher = watch(join(layout, 'ingest')).on('change', () => {
    left -= 1;
    if (left === 0) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  watcher.close();
}

/** Two equal layouts, made by oras, each with one artifact of tag v1. */
async function twins(name: string): Promise<{ readonly theirs: string; readonly ours: string }> {
  const parent = join(folder, `twins-${name}`);
  mkdirSync(parent);
  const [theirs, ours] = [join(parent, 'theirs'), join(parent, 'ours')];
  await pushInto(theirs, 'v1');
  cpSync(theirs, ours, { recursive: true });
  return { theirs, ours };
}

/** Has oras make an artifact in a layout, and the layout where there is none. */
async function pushInto(layout: string, tag: string): Promise<void> {
  const layer = `${layout}-${tag}.txt`;
  writeFileSync(layer, layer);
  assertSucceeds(await oras(['push', '--oci-layout', '--disable-path-validation', `${layout}:${tag}`, `${layer}:text/plain`], folder));
}

/** The one signature of v1, as it would be attached elsewhere. */
async function onlySignature(layout: string) {
  const repository = await openLayout(layout);
  const subject = await repository.resolve('v1');
  for await (const manifest of repository.signatures(subject)) {
    const { mediaType, envelope } = await repository.fetch(manifest);
    const signature = { mediaType, envelope, annotations: manifest.annotations } as NewSignature;
    return { subject, manifest, signature };
  }
  throw new Error(`${layout}: no signature`);
}

function filesIn(layout: string): readonly string[] {
  return readdirSync(layout, { recursive: true, encoding: 'utf8' }).toSorted();
}

function assertSucceeds({ code, stderr }: Result): void {
  assert.equal(code, 0, stderr);
}
