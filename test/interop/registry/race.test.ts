// Several signers of one artifact at once, each a process of its own, on a registry where nothing but the tag's index lists signatures.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openFolder, oras, pushArtifact, removeFolder } from '../../support/notation.ts';
import { needs } from '../../support/peers.ts';
import { start } from '../../support/process.ts';
import { type Registry, startRegistry } from '../../support/registry.ts';
import { envelopesOf, openClient, openReference } from '../../support/repository.ts';

const signers = 4;
const each = 3;

describe('signers at once', needs('docker-registry', 'oras'), () => {
  const folder = openFolder();
  let registry: Registry;
  before(async () => {
    registry = await startRegistry('docker-registry');
  });
  after(async () => {
    await registry?.stop();
    removeFolder(folder);
  });

  test('no signature of several processes is lost, and no old index stays', async () => {
    const text = await pushArtifact(`${registry.host}/app`, 'processes', folder);
    const program = join(import.meta.dirname, '../../support/signer.ts');
    const ended = await Promise.all(
      Array.from({ length: signers }, (_, at) => start([process.execPath, program, text, `signer ${at}`, String(each)])),
    );
    assert.deepEqual(
      ended.map(({ code, stderr }) => ({ code, stderr })),
      Array(signers).fill({ code: 0, stderr: '' }),
    );
    const { repository, reference } = openReference(openClient(), text);
    const expected = Array.from({ length: signers * each }, (_, at) => `signer ${Math.floor(at / each)} ${at % each}`);
    assert.deepEqual(await envelopesOf(repository, reference.tagOrDigest), expected.sort());
    const { stdout } = await oras(['discover', '--plain-http', '--format', 'json', text], folder);
    const { referrers } = JSON.parse(stdout) as { readonly referrers: readonly { readonly digest: string }[] };
    assert.deepEqual(referrers.map(({ digest }) => digest).sort(), ended.flatMap(({ stdout }) => stdout.trim().split('\n')).sort());
  });

  test('the signers of one run queue, and lose nothing either', async () => {
    const text = await pushArtifact(`${registry.host}/app`, 'one run', folder);
    const client = openClient();
    const { repository, reference } = openReference(client, text);
    const subject = await repository.resolve(reference.tagOrDigest);
    const envelopes = Array.from({ length: 8 }, (_, at) => `signature ${at}`);
    await Promise.all(
      envelopes.map((text) => repository.attach(subject, { mediaType: 'application/cose', envelope: Buffer.from(text), annotations: {} })),
    );
    assert.deepEqual(await envelopesOf(repository, reference.tagOrDigest), envelopes);
    const tag = `/v2/app/manifests/sha256-${subject.digest.slice(7)}`;
    assert.equal(client.sent.filter((line) => line.startsWith(`PUT ${tag}`)).length, envelopes.length);
  });
});
