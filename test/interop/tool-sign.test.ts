// The tool signs by itself; the real notation verifies at level strict, and so does the tool, and oras finds what it stored.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  executableUnderTest,
  installPlugin,
  type Notation,
  openFolder,
  openNotation,
  oras,
  pushArtifact,
  removeFolder,
} from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { type Registry, registryKinds, startRegistry } from '../support/registry.ts';
import { inspectOne } from './inspection.ts';
import { type Authority, fingerprintOf, identity, type KeyPair, keyTypes, makeAuthority, makeKey } from './pki.ts';
import { assertSignedBy, runTool } from './tool-session.ts';

const formats = ['jws', 'cose'] as const;
const artifactType = 'application/vnd.cncf.notary.signature';
const day = 24 * 60 * 60 * 1000;
const layoutPeers = needs('notation', 'oras');

interface Homes {
  readonly folder: string;
  readonly authority: Authority;
  readonly pairs: ReadonlyMap<string, KeyPair>;
  readonly notation: Notation;
  readonly stranger: Notation;
}

async function openHomes(): Promise<Homes> {
  const folder = openFolder();
  const authority = makeAuthority(folder, 'authority');
  const plugin = await installPlugin(executableUnderTest(), folder);
  return {
    folder,
    authority,
    pairs: new Map(keyTypes.map((type) => [type.name, makeKey(authority, type)])),
    notation: openNotation(folder, plugin, { roots: [authority.certificate], identities: [identity] }),
    stranger: openNotation(folder, plugin, { roots: [makeAuthority(folder, 'stranger').certificate] }),
  };
}

for (const kind of registryKinds) {
  const peers = needs('notation', 'oras', kind);
  describe(`the tool signs on ${kind}`, () => {
    let homes: Homes;
    let registry: Registry;

    before(async () => {
      if (peers.skip !== undefined) return;
      [homes, registry] = await Promise.all([openHomes(), startRegistry(kind)]);
    });
    after(async () => {
      await registry?.stop();
      if (homes !== undefined) removeFolder(homes.folder);
    });

    for (const type of keyTypes) {
      for (const format of formats) {
        test(`${type.name} ${format}`, peers, async () => {
          const { notation, stranger, folder, authority } = homes;
          const pair = homes.pairs.get(type.name);
          assert.ok(pair);
          const reference = await pushArtifact(`${registry.host}/${type.name}-${format}`, `${type.name} ${format}`, folder);
          assertSignedBy(await runTool(notation, ['sign', '--id', pair.key, '--signature-format', format, reference]), reference);

          const verified = await notation.run(['verify', reference]);
          assert.deepEqual(verified, { code: 0, stdout: `Successfully verified signature for ${reference}\n`, stderr: '' });
          assert.deepEqual(await runTool(notation, ['verify', reference]), verified);
          for (const run of [stranger.run, (words: readonly string[]) => runTool(stranger, words)])
            assert.equal((await run(['verify', reference])).code, 1, 'another root must not do');

          const signature = await inspectOne(notation, reference);
          assert.equal(signature.mediaType, format === 'jws' ? 'application/jose+json' : 'application/cose');
          assert.equal(signature.signatureAlgorithm, type.algorithm);
          assert.equal(signature.signedAttributes['signingScheme'], 'notary.x509');
          assert.match(signature.unsignedAttributes.signingAgent, /^notation-ts-kms\/\d+\.\d+\.\d+/);
          const prints = signature.certificates.map((certificate) => certificate.SHA256Fingerprint);
          assert.deepEqual(prints, [fingerprintOf(pair.leaf), fingerprintOf(authority.certificate)]);
          await assertDiscovered(reference, [signature.digest]);
        });
      }
    }

    test('expiry, user metadata, and a tag with its warning', peers, async () => {
      const { notation, folder } = homes;
      const reference = await pushArtifact(`${registry.host}/metadata`, 'metadata', folder);
      const tagged = `${registry.host}/metadata:v1`;
      const more = ['-e', '24h', '-m', 'io.x=y', '-m', 'text=grüße, = <&>'];
      const { code, stdout, stderr } = await runTool(notation, ['sign', '--id', keyOf('ec-256'), ...more, tagged]);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, `Successfully signed ${reference}\n`);
      const theirs = await notation.run(['sign', '--key', 'nobody', tagged]);
      assert.equal(theirs.code, 1);
      assert.match(
        stderr,
        /^Warning: Always sign the artifact using digest\(@sha256:\.\.\.\) rather than a tag\(:v1\) because tags are mutable/,
      );
      const { signedAttributes, userDefinedAttributes } = await inspectOne(notation, reference);
      assert.deepEqual(userDefinedAttributes, { 'io.x': 'y', text: 'grüße, = <&>' });
      assert.equal(Date.parse(signedAttributes['expiry'] ?? '') - Date.parse(signedAttributes['signingTime'] ?? ''), day);
      assert.equal((await notation.run(['verify', '-m', 'io.x=y', reference])).code, 0);
      assert.equal((await notation.run(['verify', '-m', 'io.x=z', reference])).code, 1);
    });

    test('a registry that speaks plain HTTP under a name that means TLS: what to do is said', peers, async () => {
      const { code, stderr } = await runTool(homes.notation, [
        'sign',
        '--id',
        keyOf('ec-256'),
        `${registry.host.replace('localhost', '127.0.0.1')}/x:v1`,
      ]);
      assert.equal(code, 1);
      assert.match(stderr, /^Error: 127\.0\.0\.1:\d+: expected TLS, found something else; .*--insecure-registry/);
    });

    test('by the referrers API alone where there is one', peers, async () => {
      const { notation, folder } = homes;
      const reference = await pushArtifact(`${registry.host}/no-force`, 'no force', folder);
      assertSignedBy(await runTool(notation, ['sign', '--id', keyOf('ec-256'), '--force-referrers-tag=false', reference]), reference);
      assert.equal((await notation.run(['verify', reference])).code, 0);
    });

    test('many at once: every signature is there, and failures do not stop the others', peers, async () => {
      const { notation, folder } = homes;
      const pushed = await Promise.all(
        [...Array(12).keys()].map((n) => pushArtifact(`${registry.host}/bulk-${n % 3}`, `bulk ${n}`, folder)),
      );
      const lost = `${registry.host}/bulk-0@sha256:${'0'.repeat(64)}`;
      const list = join(folder, 'references.txt');
      writeFileSync(
        list,
        `# twelve\n${pushed.slice(2).join('\n')}\n\n${lost}\nnot a reference\n`.replace('not a reference', 'no-reference'),
      );
      const words = ['sign', '--id', keyOf('ec-256'), '--output', 'json', '--from-file', list, ...pushed.slice(0, 3)];
      const { code, stdout, stderr } = await runTool(notation, words);
      const outcomes = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, string>);
      assert.deepEqual(new Set(outcomes.filter(({ status }) => status === 'signed').map(({ artifact }) => artifact)), new Set(pushed));
      const failed = outcomes.filter(({ status }) => status === 'failed');
      assert.deepEqual(
        failed.map(({ reference, code: cause }) => [reference, cause]).sort(),
        [
          [lost, 'NOT_FOUND'],
          ['no-reference', 'REQUEST'],
        ].sort(),
      );
      assert.equal(code, 1);
      assert.match(stderr, /^Error: 2 of 14 references were not signed: 1 (NOT_FOUND|REQUEST), 1 (NOT_FOUND|REQUEST)\n$/);
      for (const reference of pushed) assert.equal((await notation.run(['verify', reference])).code, 0, reference);
    });

    test('several signatures of one artifact, made at the same time by several processes', peers, async () => {
      const { notation, folder } = homes;
      const reference = await pushArtifact(`${registry.host}/race`, 'race', folder);
      const results = await Promise.all([...Array(6)].map(() => runTool(notation, ['sign', '--id', keyOf('ec-256'), reference])));
      for (const result of results) assertSignedBy(result, reference);
      const { stdout } = await notation.run(['ls', reference]);
      assert.equal(stdout.match(/[├└]── sha256:/g)?.length, 6, stdout);
      const listed = JSON.parse((await runTool(notation, ['ls', '--output', 'json', reference])).stdout) as {
        readonly artifact: { readonly name: string };
        readonly signatures: readonly { readonly digest: string }[];
      };
      assert.equal(listed.artifact.name, reference);
      for (const { digest } of listed.signatures) assert.ok(stdout.includes(digest), digest);
      assert.equal(listed.signatures.length, 6);
    });

    for (const [name, words, message] of [
      ['an artifact that is not there', ['@sha256:'.padEnd(72, '0')], /^Error: .*: not found/],
      [
        'a malformed reference',
        ['no-reference'],
        /^Error: "no-reference": invalid reference: .*Expecting <registry>\/<repository>:<tag> or/,
      ],
      [
        'a format that is none',
        ['--signature-format', 'JWS', 'x'],
        /^Error: signature format "JWS" not supported; did you mean jws\? write jws or cose\n$/,
      ],
      ['a negative expiry', ['--expiry=-1h', 'x'], /^Error: expiry duration cannot be a negative value/],
      ['half a second of expiry', ['-e', '500ms', 'x'], /^Error: expiry duration supports minimum granularity of seconds/],
      [
        'a reserved metadata key',
        ['-m', 'io.cncf.notary.x=1'],
        /^Error: error adding user metadata: metadata key .* has the reserved prefix io\.cncf\.notary/,
      ],
      [
        'metadata without a value',
        ['-m', 'word', 'x'],
        /^Error: could not parse flag user-metadata: key-value pair requires "=" as separator/,
      ],
    ] as const) {
      test(`refuses ${name}, and pushes nothing`, peers, async () => {
        const { notation, folder } = homes;
        const pushed = await pushArtifact(`${registry.host}/refused`, name, folder);
        const [last = ''] = words.slice(-1);
        const reference = last.startsWith('@') ? [`${registry.host}/refused${last}`] : last === 'no-reference' ? [] : [pushed];
        const options = words.filter((word) => !word.startsWith('@') && word !== 'x');
        const { code, stdout, stderr } = await runTool(notation, ['sign', '--id', keyOf('ec-256'), ...options, ...reference]);
        assert.deepEqual([code, stdout], [1, '']);
        assert.match(stderr, message);
        assert.equal(stderr.trim().split('\n').length, 1, stderr);
        assert.match((await notation.run(['ls', pushed])).stdout, /has no associated signature/);
      });
    }

    function keyOf(name: string): string {
      return homes.pairs.get(name)?.key ?? '';
    }

    async function assertDiscovered(reference: string, signatures: readonly string[]): Promise<void> {
      const distribution = registry.hasReferrersApi ? 'v1.1-referrers-api' : 'v1.1-referrers-tag';
      const { code, stdout, stderr } = await oras(
        ['discover', '--format', 'json', '--distribution-spec', distribution, reference],
        homes.folder,
      );
      assert.equal(code, 0, stderr);
      const found: { readonly referrers: readonly { readonly digest: string; readonly artifactType: string }[] } = JSON.parse(stdout);
      assert.deepEqual(
        found.referrers.map((referrer) => [referrer.digest, referrer.artifactType]),
        signatures.map((digest) => [digest, artifactType]),
      );
    }
  });
}

describe('the tool signs in an OCI layout', () => {
  let homes: Homes;
  const experimental = { NOTATION_EXPERIMENTAL: '1' };

  before(async () => {
    if (layoutPeers.skip === undefined) homes = await openHomes();
  });
  after(() => {
    if (homes !== undefined) removeFolder(homes.folder);
  });

  async function pushLayout(name: string): Promise<string> {
    const layer = join(homes.folder, `${name}.txt`);
    writeFileSync(layer, name);
    mkdirSync(join(homes.folder, name));
    const path = join(homes.folder, name);
    const words = ['push', '--oci-layout', '--disable-path-validation', '--format', 'json', `${path}:v1`, `${layer}:text/plain`];
    const { code, stdout, stderr } = await oras(words, homes.folder);
    assert.equal(code, 0, stderr);
    return `${path}@${(JSON.parse(stdout) as { readonly digest: string }).digest}`;
  }

  for (const type of keyTypes) {
    for (const format of formats) {
      test(`${type.name} ${format}`, layoutPeers, async () => {
        const reference = await pushLayout(`${type.name}-${format}`);
        const id = homes.pairs.get(type.name)?.key ?? '';
        assertSignedBy(
          await runTool(homes.notation, ['sign', '--oci-layout', '--id', id, '--signature-format', format, reference]),
          reference,
        );
        const words = ['verify', '--oci-layout', '--scope', 'local/scope', reference];
        const { code, stdout, stderr } = await homes.notation.run(words, experimental);
        assert.equal(code, 0, stderr);
        assert.equal(
          stdout,
          `Successfully verified signature for ${reference}
`,
        );
        assert.deepEqual(await runTool(homes.notation, words), { code, stdout, stderr: '' });
        assert.equal((await homes.stranger.run(words, experimental)).code, 1, 'another root must not do');
        assert.equal((await runTool(homes.stranger, words)).code, 1);
        const found = await oras(['discover', '--oci-layout', '--format', 'json', reference], homes.folder);
        const { referrers } = JSON.parse(found.stdout) as { readonly referrers: readonly { readonly artifactType: string }[] };
        assert.deepEqual(
          referrers.map((referrer) => referrer.artifactType),
          [artifactType],
        );
      });
    }
  }
});
