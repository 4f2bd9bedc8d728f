// The tool's timestamps before the real notation, and the real notation's before us.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { codecOfFormat } from '../../src/envelope/index.ts';
import { toPem } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { checkTimestampToken } from '../../src/x509/timestamp/check.ts';
import { parseTimestampToken } from '../../src/x509/timestamp/token.ts';
import { type Notation, openFolder, pushArtifact, removeFolder } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { mintCa, mintChain } from '../support/pki.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { openClient, openReference } from '../support/repository.ts';
import { openSigningHome } from '../support/signing-home.ts';
import { startOpensslTsa, startTimestampServer, type Tsa } from '../support/tsa.ts';
import { assertSignedBy, runTool } from './tool-session.ts';

const makers = { 'timestamp-server': startTimestampServer, openssl: startOpensslTsa } as const;
const peers = needs('notation', 'oras', 'ocireg', 'timestamp-server');

for (const [maker, start] of Object.entries(makers))
  describe(`timestamps of ${maker}`, peers, () => {
    let folder: string;
    let home: Notation;
    let registry: Registry;
    let tsa: Tsa;
    let rootPath: string;
    let stamping: readonly string[];

    before(async () => {
      if (peers.skip !== undefined) return;
      folder = openFolder();
      [home, registry] = await Promise.all([openSigningHome(folder), startRegistry('ocireg')]);
      tsa = await start(await mintChain({ purpose: 'timestamping', spec: 'RSA-3072', intermediates: 0 }));
      rootPath = join(folder, 'tsa-root.pem');
      writeFileSync(rootPath, toPem([tsa.root.der]));
      stamping = ['--timestamp-url', tsa.url, '--timestamp-root-cert', rootPath];
      trustAuthority(home, tsa.root);
    });
    after(async () => {
      await Promise.all([tsa?.stop(), registry?.stop()]);
      if (folder !== undefined) removeFolder(folder);
    });

    for (const format of ['jws', 'cose'] as const) {
      test(`notation believes the tool's in ${format}, and only by the authority's root`, async () => {
        const reference = await pushArtifact(`${registry.host}/tool-${format}`, `${maker} tool ${format}`, folder);
        assertSignedBy(await runTool(home, ['sign', '--signature-format', format, ...stamping, reference]), reference);
        const verified = await home.run(['verify', reference]);
        assert.deepEqual(verified, { code: 0, stdout: `Successfully verified signature for ${reference}\n`, stderr: '' });
        trustAuthority(home, (await mintCa('another authority', undefined)).certificate);
        const refused = await home.run(['verify', '-v', reference]);
        trustAuthority(home, tsa.root);
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /timestamp/);
        const inspected = await home.run(['inspect', reference]);
        assert.match(inspected.stdout, /timestamp: \[/);
        assert.deepEqual(linesOf((await runTool(home, ['inspect', reference])).stdout), linesOf(inspected.stdout));
      });

      test(`we believe notation's in ${format}`, async () => {
        const reference = await pushArtifact(`${registry.host}/notation-${format}`, `${maker} notation ${format}`, folder);
        const signed = await home.run(['sign', '--signature-format', format, ...stamping, reference]);
        assert.equal(signed.code, 0, signed.stderr);
        const { unsigned, signature, algorithm } = (await codecOfFormat(format)).parse(await envelopeOf(reference));
        assert.ok(unsigned.timestamp);
        const wish = { message: signature, hash: algorithm.hash, roots: [tsa.root] };
        const { chain } = checkTimestampToken(parseTimestampToken(unsigned.timestamp), wish);
        assert.equal(chain.length, 2);
      });
    }

    test('the tool signs nothing without its timestamp', async () => {
      const reference = await pushArtifact(`${registry.host}/unsigned`, `${maker} unsigned`, folder);
      const other = join(folder, 'other-root.pem');
      writeFileSync(other, toPem([(await mintCa('another authority', undefined)).certificate.der]));
      const refused = await runTool(home, ['sign', '--timestamp-url', tsa.url, '--timestamp-root-cert', other, reference]);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /expected a chain from certificate .* to a trusted root \("CN=another authority/);
      assert.match((await home.run(['list', reference])).stdout, /has no associated signature/);
    });
  });

/** Trusts the authority alone, and demands a timestamp of every signature. */
function trustAuthority({ config }: Notation, root: Certificate): void {
  const store = join(config, 'truststore', 'x509', 'tsa', 'interop');
  mkdirSync(store, { recursive: true });
  writeFileSync(join(store, 'root.crt'), toPem([root.der]));
  const path = join(config, 'trustpolicy.json');
  const document = JSON.parse(readFileSync(path, 'utf8'));
  const [statement] = document.trustPolicies;
  statement.signatureVerification.verifyTimestamp = 'always';
  statement.trustStores = ['ca:interop', 'tsa:interop'];
  writeFileSync(path, JSON.stringify(document), { mode: 0o600 });
}

/** The lines of a tree without its branches, sorted: notation prints the unsigned attributes in any order. */
function linesOf(tree: string): readonly string[] {
  return tree
    .split('\n')
    .map((line) => line.replace(/^[│├└─ ]+/, ''))
    .sort();
}

async function envelopeOf(text: string): Promise<Uint8Array> {
  const { repository, reference } = openReference(openClient({ insecure: true }), text);
  const subject = await repository.resolve(reference.tagOrDigest);
  for await (const signature of repository.signatures(subject)) return (await repository.fetch(signature)).envelope;
  throw new Error(`${text}: no signature`);
}
