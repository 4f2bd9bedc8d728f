// Every key type, in both envelopes, through notation, on a registry with the referrers API and on one without.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  executableUnderTest,
  type InstalledPlugin,
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

const artifactType = 'application/vnd.cncf.notary.signature';
const formats = ['jws', 'cose'] as const;

for (const kind of registryKinds) {
  const peers = needs('notation', 'oras', kind);
  describe(`notation signs with our plugin on ${kind}`, () => {
    let folder: string;
    let authority: Authority;
    let plugin: InstalledPlugin;
    let registry: Registry;
    let notation: Notation;
    let stranger: Notation;
    const pairs = new Map<string, KeyPair>();

    before(async () => {
      if (peers.skip !== undefined) return;
      folder = openFolder();
      authority = makeAuthority(folder, 'authority');
      for (const type of keyTypes) pairs.set(type.name, makeKey(authority, type));
      plugin = await installPlugin(executableUnderTest(), folder);
      notation = openNotation(folder, plugin, { roots: [authority.certificate], identities: [identity] });
      stranger = openNotation(folder, plugin, { roots: [makeAuthority(folder, 'stranger').certificate] });
      registry = await startRegistry(kind);
    });
    after(async () => {
      await registry?.stop();
      if (folder !== undefined) removeFolder(folder);
    });

    for (const type of keyTypes) {
      for (const format of formats) {
        test(`${type.name} ${format}`, peers, async () => {
          const pair = pairs.get(type.name);
          assert.ok(pair);
          const reference = await pushArtifact(`${registry.host}/${type.name}-${format}`, `${type.name} ${format}`, folder);

          const signed = await notation.run(['sign', '--plugin', plugin.name, '--id', pair.key, '--signature-format', format, reference]);
          assert.deepEqual(signed, { code: 0, stdout: `Successfully signed ${reference}\n`, stderr: '' });

          const verified = await notation.run(['verify', reference]);
          assert.deepEqual(verified, { code: 0, stdout: `Successfully verified signature for ${reference}\n`, stderr: '' });
          assert.equal((await stranger.run(['verify', reference])).code, 1, 'another root must not do');

          const signature = await inspectOne(notation, reference);
          assert.equal(signature.mediaType, format === 'jws' ? 'application/jose+json' : 'application/cose');
          assert.equal(signature.signatureAlgorithm, type.algorithm);
          assert.equal(signature.signedAttributes['signingScheme'], 'notary.x509');
          assert.match(signature.unsignedAttributes.signingAgent, agentOf(plugin));
          const prints = signature.certificates.map((certificate) => certificate.SHA256Fingerprint);
          assert.deepEqual(prints, [fingerprintOf(pair.leaf), fingerprintOf(authority.certificate)]);
          await assertDiscovered(reference, signature.digest);
        });
      }
    }

    test('a signature of another artifact does not verify', peers, async () => {
      const pair = pairs.get('ec-256');
      assert.ok(pair);
      const signed = await pushArtifact(`${registry.host}/signed`, 'signed', folder);
      const unsigned = await pushArtifact(`${registry.host}/signed`, 'unsigned', folder);
      assert.equal((await notation.run(['sign', '--plugin', plugin.name, '--id', pair.key, signed])).code, 0);
      const { code, stderr } = await notation.run(['verify', unsigned]);
      assert.equal(code, 1);
      assert.match(stderr, /no signature is associated with/);
    });

    async function assertDiscovered(reference: string, signature: string): Promise<void> {
      const distribution = registry.hasReferrersApi ? 'v1.1-referrers-api' : 'v1.1-referrers-tag';
      const { code, stdout, stderr } = await oras(['discover', '--format', 'json', '--distribution-spec', distribution, reference], folder);
      assert.equal(code, 0, stderr);
      const found: { readonly referrers: readonly { readonly digest: string; readonly artifactType: string }[] } = JSON.parse(stdout);
      const facts = found.referrers.map((referrer) => [referrer.digest, referrer.artifactType]);
      assert.deepEqual(facts, [[signature, artifactType]]);
    }
  });
}

function agentOf(plugin: InstalledPlugin): RegExp {
  return new RegExp(`^notation-go/1\\.3\\.\\S+ ${plugin.name}/${plugin.version.replaceAll('.', '\\.')}$`);
}
