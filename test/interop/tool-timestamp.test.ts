// Signatures that a timestamp authority witnessed, by the tool and by the plugin in mode=envelope; notation believes them by its tsa trust store.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { toPem } from '../../src/x509/bundle.ts';
import { extendedKeyUsageOid } from '../../src/x509/extension.ts';
import { basicConstraints, extendedKeyUsage, keyUsage, subjectKeyId } from '../../src/x509/issue/issue.ts';
import type { Notation } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { keyOf, mintCa, mintChain } from '../support/pki.ts';
import { startTimestampServer, startTsa, type Tsa } from '../support/tsa.ts';
import { inspectOne } from './inspection.ts';
import { openSession, pluginConfig, type Session } from './session.ts';
import { assertSignedBy, runTool } from './tool-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'timestamp-server');
// sigstore's server wants an intermediate that is for timestamping as well.
const extensions = [
  basicConstraints(true),
  keyUsage(['keyCertSign', 'cRLSign']),
  extendedKeyUsage([extendedKeyUsageOid.timeStamping]),
  subjectKeyId(keyOf('EC-256', 'intermediate 1').publicKeyInfo),
];

describe('timestamps', () => {
  let session: Session;
  let tsa: Tsa;
  let root: string;
  let other: string;

  before(async () => {
    if (peers.skip !== undefined) return;
    session = await openSession();
    tsa = await startTimestampServer(await mintChain({ purpose: 'timestamping', changes: [{}, { extensions }] }));
    root = write('tsa-root.pem', toPem([tsa.root.der]));
    other = write('other-root.pem', toPem([(await mintCa('other root', undefined)).certificate.der]));
    // sigstore's clock is good to a second, and none of that may lie before the signing certificates begin to be valid.
    await sleep(2000);
  });
  after(async () => {
    await tsa?.stop();
    await session?.close();
  });

  for (const format of ['jws', 'cose']) {
    test(`the tool, ${format}`, peers, async () => {
      const home = trusting();
      const reference = await session.artifact();
      const words = [
        'sign',
        '--id',
        session.ec.key,
        '--signature-format',
        format,
        '--timestamp-url',
        tsa.url,
        '--timestamp-root-cert',
        root,
      ];
      assertSignedBy(await runTool(home, [...words, reference]), reference);
      await assertWitnessed(home, reference);
    });

    test(`the plugin's envelope, ${format}`, peers, async () => {
      const home = trusting();
      const reference = await session.artifact();
      const options = pluginConfig({ mode: 'envelope', tsa_url: tsa.url, tsa_root_cert: root });
      const signed = await home.run([
        'sign',
        '--plugin',
        'ts-kms',
        '--id',
        session.rsa.key,
        '--signature-format',
        format,
        ...options,
        reference,
      ]);
      assert.equal(signed.code, 0, signed.stderr);
      await assertWitnessed(home, reference);
    });
  }

  test('a key of the list whose options name an authority has its signatures witnessed by it', peers, async () => {
    const home = trusting();
    const options = pluginConfig({ mode: 'envelope', tsa_url: tsa.url, tsa_root_cert: root });
    const added = await home.run(['key', 'add', 'stamped', '--plugin', 'ts-kms', '--id', session.ec.key, ...options]);
    assert.equal(added.code, 0, added.stderr);
    const reference = await session.artifact();
    assertSignedBy(await runTool(home, ['sign', '--key', 'stamped', reference]), reference);
    await assertWitnessed(home, reference);
  });

  const failures: readonly (readonly [name: string, url: () => string, rootFile: () => string, message: RegExp])[] = [
    ['another root', () => tsa.url, () => other, /root|issuer|chain/i],
    ['a signing chain as root', () => tsa.url, () => session.ec.chain, /expected a single self-signed root CA certificate/],
    ['a root that is not there', () => tsa.url, () => '/nonexistent.pem', /nonexistent\.pem.*does not exist/],
    ['nobody there', () => 'http://127.0.0.1:1/', () => root, /127\.0\.0\.1:1: nothing listens there/],
    ['an address that is none', () => 'ftp://x/', () => root, /http/],
  ];
  for (const [name, url, rootFile, message] of failures) {
    test(`${name}: nothing is pushed`, peers, async () => {
      const reference = await session.artifact();
      const home = session.home();
      const words = ['sign', '--id', session.ec.key, '--timestamp-url', url(), '--timestamp-root-cert', rootFile(), reference];
      const { code, stdout, stderr } = await runTool(home, words);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
      assert.match((await home.run(['ls', reference])).stdout, /has no associated signature/);
    });
  }

  test('an authority that refuses says why, and nothing is pushed', peers, async () => {
    // TimeStampResp: status rejection, failInfo badAlg (RFC 3161 §2.4.2).
    const rejecting = await startTsa(tsa.root, async () => ({ body: Buffer.from('300930070201020302' + '0780', 'hex') }));
    try {
      const reference = await session.artifact();
      const home = session.home();
      const words = ['sign', '--id', session.ec.key, '--timestamp-url', rejecting.url, '--timestamp-root-cert', root, reference];
      const { code, stderr } = await runTool(home, words);
      assert.equal(code, 1);
      assert.match(stderr, /badAlg|rejection/);
      assert.match((await home.run(['ls', reference])).stdout, /has no associated signature/);
    } finally {
      await rejecting.stop();
    }
  });

  function write(name: string, content: string): string {
    const path = join(session.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** A home whose policy demands a timestamp by this authority. */
  function trusting(): Notation {
    const home = session.home();
    return trustTsa(home, root);
  }

  async function assertWitnessed(home: Notation, reference: string): Promise<void> {
    const { code, stderr } = await home.run(['verify', '-v', reference]);
    assert.equal(code, 0, stderr);
    const { unsignedAttributes } = await inspectOne(home, reference);
    const { timestampSignature } = unsignedAttributes as unknown as { readonly timestampSignature: { readonly timestamp?: string } };
    assert.match(timestampSignature.timestamp ?? '', /^\[20/);
    const byTool = await runTool(home, ['verify', '-o', 'json', reference]);
    assert.equal(byTool.code, 0, byTool.stderr);
    const { evidence } = JSON.parse(byTool.stdout).signatures[0].checks.find(
      (one: { readonly check: string }) => one.check === 'authenticTimestamp',
    );
    assert.equal(evidence.time, 'timestamp');
    assert.ok(Date.parse(evidence.earliest) < Date.parse(evidence.latest), 'the clock of this authority is good to a second');
    assert.equal(evidence.certificates.length, 3);
    const stranger = trustTsa(session.home(), other);
    assert.equal((await stranger.run(['verify', reference])).code, 1, 'another authority must not do');
    assert.match((await runTool(stranger, ['verify', reference])).stderr, /was rejected: authenticTimestamp\n/);
  }
});

function trustTsa(home: Notation, root: string): Notation {
  const store = join(home.config, 'truststore', 'x509', 'tsa', 'witness');
  mkdirSync(store, { recursive: true });
  copyFileSync(root, join(store, 'root.pem'));
  const path = join(home.config, 'trustpolicy.json');
  const policy = JSON.parse(readFileSync(path, 'utf8')) as { readonly trustPolicies: { readonly trustStores: string[] }[] };
  policy.trustPolicies[0]?.trustStores.push('tsa:witness');
  writeFileSync(path, JSON.stringify(policy));
  return home;
}
