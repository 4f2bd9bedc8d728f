// What notation signs the tool verifies, on registries; both end alike, and the tool says more.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseCertificates } from '../../src/x509/bundle.ts';
import {
  executableUnderTest,
  type InstalledPlugin,
  installPlugin,
  type Notation,
  openFolder,
  oras,
  pushArtifact,
  removeFolder,
} from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { type Registry, registryKinds, startRegistry } from '../support/registry.ts';
import { openClient, openReference } from '../support/repository.ts';
import { type Authority, ec256, identity, type KeyPair, keyTypes, makeAuthority, makeKey } from './pki.ts';
import { assertSignedBy, runTool } from './tool-session.ts';
import { bothVerify, openHome, runBoth } from './verification.ts';

const formats = ['jws', 'cose'] as const;

for (const kind of registryKinds) {
  const peers = needs('notation', 'oras', kind);
  describe(`the tool verifies on ${kind}`, () => {
    let folder: string;
    let registry: Registry;
    let authority: Authority;
    let plugin: InstalledPlugin;
    let home: Notation;
    let pushed = 0;
    const pairs = new Map<string, KeyPair>();

    before(async () => {
      if (peers.skip !== undefined) return;
      folder = openFolder();
      authority = makeAuthority(folder, 'authority');
      for (const type of keyTypes) pairs.set(type.name, makeKey(authority, type));
      plugin = await installPlugin(executableUnderTest(), folder);
      registry = await startRegistry(kind);
      home = trusting(authority);
    });
    after(async () => {
      await registry?.stop();
      if (folder !== undefined) removeFolder(folder);
    });

    for (const type of keyTypes) {
      for (const format of formats) {
        test(`${type.name} ${format}, signed by notation`, peers, async () => {
          const reference = await artifact();
          await signByNotation(reference, type.name, '--signature-format', format);
          assert.equal((await bothVerify(home, [reference])).stdout, `Successfully verified signature for ${reference}\n`);
          const { code, stderr } = await bothVerify(trusting(makeAuthority(folder, `stranger-${pushed}`)), [reference]);
          assert.equal(code, 1);
          assert.match(stderr, /was rejected: authenticity\n {2}signed by: /);
        });
      }
    }

    test('signed by the tool', peers, async () => {
      const reference = await artifact();
      assertSignedBy(await runTool(home, ['sign', '--id', keyOf('ec-256'), reference]), reference);
      assert.equal((await bothVerify(home, [reference])).code, 0);
    });

    test('a tag, with notation’s warning', peers, async () => {
      const reference = await artifact();
      await signByNotation(reference, 'ec-256');
      const tagged = `${reference.slice(0, reference.indexOf('@'))}:v1`;
      const [theirs, ours] = await runBoth(home, [tagged]);
      assert.deepEqual(ours, theirs);
      assert.match(ours.stderr, /^Warning: Always verify the artifact using digest/);
    });

    test('user metadata: wanted, and told', peers, async () => {
      const reference = await artifact();
      await signByNotation(reference, 'ec-256', '-m', 'b=2', '-m', 'a=1', '-m', 'grüße=x y');
      const { stdout } = await bothVerify(home, ['-m', 'a=1', '-m', 'b=2', reference]);
      assert.equal(
        stdout,
        `Successfully verified signature for ${reference}\n\nThe artifact was signed with the following user metadata.\n\nKEY     VALUE   \na       1       \nb       2       \ngrüße   x y     \n`,
      );
      const { code, stderr } = await bothVerify(home, ['-m', 'a=2', reference]);
      assert.equal(code, 1);
      assert.match(stderr, /was rejected: user metadata\n[\s\S]*expected: +the metadata "a" to be "2"\n {2}found: +"1"\n/);
      assert.equal((await bothVerify(home, ['-m', 'c=1', reference])).code, 1);
    });

    test('several signatures: nothing is said of those that did not pass, but to who asks', peers, async () => {
      const reference = await artifact();
      const stranger = makeKey(makeAuthority(folder, `other-${pushed}`), ec256);
      for (const key of [stranger.key, keyOf('ec-256'), stranger.key])
        assertSignedBy(await runTool(home, ['sign', '--id', key, reference]), reference);
      assert.deepEqual(await bothVerify(home, [reference]), {
        code: 0,
        stdout: `Successfully verified signature for ${reference}\n`,
        stderr: '',
      });
      const asked = await runTool(home, ['verify', '-v', reference]);
      assert.match(asked.stderr, /^Signature .* was verified$/m);
      assert.deepEqual(JSON.parse((await runTool(home, ['verify', '-o', 'json', reference])).stdout).status, 'verified');
    });

    test('no more signatures are tried than may be', peers, async () => {
      const reference = await artifact();
      const stranger = makeKey(makeAuthority(folder, `third-${pushed}`), ec256);
      for (const key of [stranger.key, stranger.key]) assertSignedBy(await runTool(home, ['sign', '--id', key, reference]), reference);
      const one = await bothVerify(home, ['--max-signatures', '1', reference]);
      assert.match(one.stderr, /; 1 of its signatures were tried, and there are more: --max-signatures says how many may be tried\n$/);
      assert.equal(one.stderr.match(/was rejected/g)?.length, 1);
      const two = await bothVerify(home, ['--max-signatures', '2', reference]);
      assert.equal(two.stderr.match(/was rejected/g)?.length, 2);
    });

    test('a manifest that is no signature’s stops no other; notation ends there', peers, async () => {
      const reference = await artifact();
      const words = ['attach', '--disable-path-validation', '--artifact-type', 'application/vnd.cncf.notary.signature', reference];
      const layers = ['application/jose+json', 'text/plain'].map((type, index) => {
        writeFileSync(join(folder, `layer-${index}.txt`), type);
        return `${join(folder, `layer-${index}.txt`)}:${type}`;
      });
      const attached = await oras([...words, '--distribution-spec', 'v1.1-referrers-tag', ...layers], folder);
      assert.equal(attached.code, 0, attached.stderr);
      const alone = await runTool(home, ['verify', reference]);
      assert.match(alone.stderr, /^Signature sha256:[0-9a-f]{64} was rejected: fetch\n/);
      await signByNotation(reference, 'ec-256');
      const [theirs, ours] = await runBoth(home, [reference]);
      assert.deepEqual(ours, { code: 0, stdout: `Successfully verified signature for ${reference}\n`, stderr: '' });
      // Where the registry lists them, the order is its own.
      if (!registry.hasReferrersApi)
        assert.match(theirs.stderr, /^Error: signature verification failed: unable to retrieve digital signature/m);
    });

    test('a signature that is none stops no other', peers, async () => {
      const reference = await artifact();
      await attach(reference, Buffer.from('no envelope'));
      await signByNotation(reference, 'ec-256');
      assert.equal((await bothVerify(home, [reference])).code, 0);
    });

    test('an artifact without a signature, and one that is not there', peers, async () => {
      const reference = await artifact();
      assert.match(
        (await bothVerify(home, [reference])).stderr,
        /^Error: signature verification failed: no signature is associated with "localhost:/,
      );
      const lost = await runTool(home, ['verify', `${reference.slice(0, -3)}000`]);
      assert.deepEqual([lost.code, lost.stdout], [1, '']);
      assert.match(lost.stderr, /^Error: .*not found/);
    });

    test('no statement for the repository', peers, async () => {
      const reference = await artifact();
      const other = openHome(folder, [{ ...statement, registryScopes: ['localhost:1/other'] }], {
        'ca:interop': certificatesOf(authority),
      });
      const [theirs, ours] = await runBoth(other, [reference]);
      assert.deepEqual([ours.code, theirs.code], [1, 1]);
      assert.match(theirs.stderr, /^Error: signature verification failed: artifact .* has no applicable/);
      assert.match(
        ours.stderr,
        /^Error: signature verification failed: "localhost:.*" has no applicable trust policy statement.*; add "localhost:/,
      );
    });

    test('many: each is told, failures stop nothing, and the last line counts them', peers, async () => {
      const good = await Promise.all([...Array(8)].map(() => artifact()));
      for (const reference of good) assertSignedBy(await runTool(home, ['sign', '--id', keyOf('ec-256'), reference]), reference);
      const unsigned = await artifact();
      const lost = `${unsigned.slice(0, -3)}000`;
      const list = join(folder, 'references.txt');
      writeFileSync(list, `# all of them\n${good.slice(2).join('\n')}\n${unsigned}\n${lost}\n`);
      const text = await runTool(home, ['verify', '--from-file', list, ...good.slice(0, 3)]);
      assert.equal(text.code, 1);
      assert.deepEqual(new Set(text.stdout.trim().split('\n')), new Set(good.map((one) => `Successfully verified signature for ${one}`)));
      const lines = text.stderr.trim().split('\n');
      assert.match(lines.at(-1) ?? '', /^Error: 2 of 10 references were not verified: 1 (UNVERIFIED|NOT_FOUND), 1 (UNVERIFIED|NOT_FOUND)$/);
      assert.ok(
        lines.some((line) => line.startsWith(`Error: ${unsigned}: signature verification failed: no signature is associated with`)),
        text.stderr,
      );
      const json = await runTool(home, ['verify', '--from-file', list, '--concurrency', '2', '-o', 'json', ...good.slice(0, 3)]);
      const outcomes = json.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, string>);
      assert.deepEqual(new Set(outcomes.map(({ reference }) => reference)), new Set([...good, unsigned, lost]));
      assert.deepEqual(
        outcomes
          .filter(({ status }) => status !== 'verified')
          .map(({ status, reason, code }) => [status, reason, code])
          .sort(),
        [
          ['failed', undefined, 'NOT_FOUND'],
          ['rejected', 'unsigned', 'UNVERIFIED'],
        ].sort(),
      );
    });

    test('many, interrupted: every line that was written is whole', peers, async () => {
      const reference = await artifact();
      await signByNotation(reference, 'ec-256');
      const repository = reference.slice(0, reference.indexOf('@'));
      const list = join(folder, 'long.txt');
      writeFileSync(list, [...Array(20_000).keys()].map((n) => `${repository}@sha256:${n.toString(16).padStart(64, '0')}`).join('\n'));
      const environment = { PATH: process.env['PATH'], HOME: home.folder, NOTATION_CONFIG: home.config };
      const child = spawn(executableUnderTest(), ['verify', '--from-file', list, '-o', 'json'], {
        env: environment,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let said = '';
      for await (const chunk of child.stdout) {
        said += chunk;
        if (said.length > 20_000) child.kill('SIGINT');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      assert.ok(child.signalCode === 'SIGINT' || child.exitCode !== 0);
      assert.ok(said.endsWith('\n'));
      for (const line of said.trim().split('\n')) assert.equal(JSON.parse(line).status, 'failed');
    });

    const statement = {
      name: 'interop',
      registryScopes: ['*'],
      signatureVerification: { level: 'strict' },
      trustStores: ['ca:interop'],
      trustedIdentities: [identity],
    };

    function trusting(trusted: Authority): Notation {
      return openHome(folder, [statement], { 'ca:interop': certificatesOf(trusted) }, plugin);
    }

    async function artifact(): Promise<string> {
      pushed += 1;
      return pushArtifact(`${registry.host}/artifact-${pushed}`, `artifact ${pushed}`, folder);
    }

    async function signByNotation(reference: string, key: string, ...options: readonly string[]): Promise<void> {
      const { code, stderr } = await home.run(['sign', '--plugin', plugin.name, '--id', keyOf(key), ...options, reference]);
      assert.equal(code, 0, stderr);
    }

    async function attach(text: string, envelope: Uint8Array): Promise<void> {
      const { repository, reference } = openReference(openClient(), text);
      await repository.attach(await repository.resolve(reference.tagOrDigest), {
        mediaType: 'application/jose+json',
        envelope,
        annotations: {},
      });
    }

    function keyOf(name: string): string {
      return pairs.get(name)?.key ?? '';
    }
  });
}

function certificatesOf({ certificate }: Authority) {
  return parseCertificates(readFileSync(certificate), certificate);
}
