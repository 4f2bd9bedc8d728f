// The real notation has this plugin verify signatures that name it: identities, and revocation by OCSP and CRLs of OpenSSL's.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { EnvelopeFormat } from '../../src/core/model.ts';
import { demandPlugin } from '../../src/envelope/verification-plugin.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { type CrlServer, crlHabits, opensslCrl, startCrlServer } from '../support/crl-server.ts';
import { makeImage } from '../support/layout.ts';
import { executableUnderTest, type InstalledPlugin, installPlugin, openFolder, type Result, removeFolder } from '../support/notation.ts';
import { type OcspResponder, type Revocation, startOcspResponder } from '../support/ocsp-responder.ts';
import { needs } from '../support/peers.ts';
import { type Holder, mintCa, mintLeaf } from '../support/pki.ts';
import { mintRevocable, type SourceUrls } from '../support/revocable.ts';
import { pluginConfig } from './session.ts';
import { type SignedLayout, signInLayout } from './signed-layout.ts';
import { runTool } from './tool-session.ts';

const peers = needs('notation');
const identityCheck = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY';
const revocationCheck = 'SIGNATURE_VERIFIER.REVOCATION_CHECK';
const verifyWords = ['verify', '-v', '--oci-layout', '--scope', 'layout.test/artifact'];

describe('signatures that name ts-kms as their verification plugin', () => {
  let folder: string;
  let plugin: InstalledPlugin;
  let root: Holder;
  let responder: OcspResponder;
  let crls: CrlServer;

  before(async () => {
    if (peers.skip !== undefined) return;
    folder = openFolder();
    plugin = await installPlugin(executableUnderTest(), folder);
    root = await mintCa('root', undefined);
    [responder, crls] = await Promise.all([startOcspResponder({ ca: root }), startCrlServer()]);
  });
  after(async () => {
    await Promise.all([responder?.close(), crls?.close()]);
    if (folder !== undefined) removeFolder(folder);
  });

  let count = 0;
  const leafWith = (urls: SourceUrls) => mintRevocable(`leaf ${count++}`, root, urls);
  const sign = (leaf: Holder, draft = {}, format: EnvelopeFormat = 'jws') =>
    signInLayout(folder, [leaf, root], { extended: demandPlugin({ name: plugin.name }), ...draft }, format);
  const verify = ({ home, reference }: SignedLayout, options = {}, libexec = plugin.libexec): Promise<Result> =>
    home.run([...verifyWords, ...pluginConfig(options), reference], { NOTATION_EXPERIMENTAL: '1', NOTATION_LIBEXEC: libexec });
  const leafOfOcsp = async (status: 'good' | 'unknown' | Revocation) => {
    const leaf = await leafWith({ ocsp: [responder.url] });
    responder.mark(leaf.certificate, status);
    return leaf;
  };

  for (const format of ['jws', 'cose'] as const)
    test(`good, ${format}: our plugin is the one that asks the responder`, peers, async () => {
      const signed = await sign(await leafOfOcsp('good'), {}, format);
      const log = join(mkdtempSync(join(folder, 'log-')), 'log');
      const asked = responder.asked.length;
      assertGood(await verify(signed, { log_file: log, log_level: 'debug' }));
      assert.equal(responder.asked.length, asked + 1);
      const lines = readFileSync(log, 'utf8').trim().split('\n');
      const verifying = lines.map((line) => JSON.parse(line)).filter(({ command }) => command === 'verify-signature');
      assert.equal(verifying.at(0).checks, `${identityCheck} ${revocationCheck}`);
      assert.equal(verifying.at(-1).message, 'answered');
    });

  test('the signing authority’s word for when it was signed counts', peers, async () => {
    const at = (hours: number) => new Date(Math.floor(Date.now() / 1000) * 1000 - hours * 3_600_000);
    const leaf = await leafOfOcsp({ invalidityDate: at(1) });
    const scheme = 'notary.x509.signingAuthority';
    assertGood(await verify(await sign(leaf, { scheme, signingTime: at(2) })));
    assertBad(await verify(await sign(leaf, { scheme, signingTime: at(0.5) })), /revocation check by verification plugin/);
  });

  test('an identity that is not trusted', peers, async () => {
    const signed = await sign(await leafOfOcsp('good'));
    setPolicy(signed, { trustedIdentities: ['x509.subject: C=US, ST=WA, O=Other'] });
    const result = await verify(signed);
    assertBad(result, /trusted identify verification by plugin "ts-kms" failed with reason "/);
    assert.match(result.stderr, /expected a subject that a trusted identity of the trust policy allows/);
    setPolicy(signed, { trustedIdentities: ['x509.subject: C=US, ST=WA, O=notation-ts-kms'] });
    assertGood(await verify(signed));
  });

  test('revoked by OCSP', peers, async () => {
    const result = await verify(await sign(await leafOfOcsp({ reason: 'keyCompromise' })));
    assertBad(result, /revocation check by verification plugin "ts-kms" failed with reason ".*keyCompromise.* by OCSP from http/);
  });

  test('revoked by a CRL', peers, async () => {
    const leaf = await leafWith({ crl: [`${crls.url}revoked.crl`] });
    crls.publish('revoked.crl', opensslCrl({ ca: root, revoked: [[leaf.certificate, { reason: 'superseded' }]] }));
    assertBad(await verify(await sign(leaf)), /failed with reason ".*superseded.* by CRL from http/);
    const good = await leafWith({ crl: [`${crls.url}revoked.crl`] });
    assertGood(await verify(await sign(good)));
  });

  test('a status that nobody tells: strict fails, permissive and audit warn, and an override skips the question', peers, async () => {
    const leaf = await leafWith({ crl: [`${crls.url}absent.crl`] });
    const signed = await sign(leaf);
    const says = /revocation check by verification plugin "ts-kms" failed with reason ".*expected to learn whether it is revoked/;
    assertBad(await verify(signed), says);
    for (const level of ['permissive', 'audit']) {
      setPolicy(signed, { signatureVerification: { level } });
      const result = await verify(signed);
      assertGood(result);
      assert.match(result.stderr, /Warning: revocation was set to "log" and failed with error: .*absent\.crl/);
    }
    setPolicy(signed, { signatureVerification: { level: 'strict', override: { revocation: 'skip' } } });
    const asked = crls.asked.length;
    assertGood(await verify(signed));
    assert.equal(crls.asked.length, asked);
  });

  test('a policy of audit does not make a warning of a chain that is none', peers, async () => {
    const other = await mintCa('root', undefined, {}, 'EC-384');
    const leaf = await mintLeaf('stranger', other);
    const signed = await signInLayout(folder, [leaf, root], { extended: demandPlugin({ name: plugin.name }) });
    setPolicy(signed, { signatureVerification: { level: 'audit' } });
    assertBad(await verify(signed), /signature/);
  });

  test('a least version that is higher, and one that is not', peers, async () => {
    const leaf = await leafOfOcsp('good');
    const extended = (minVersion: string) => ({ extended: demandPlugin({ name: plugin.name, minVersion }) });
    assertBad(await verify(await sign(leaf, extended('99.0.0'))), /needs plugin version greater than or equal to 99\.0\.0/);
    assertGood(await verify(await sign(leaf, extended('0.0.1'))));
  });

  test('without the plugin nothing is verified', peers, async () => {
    const signed = await sign(await leafOfOcsp('good'));
    assertBad(await verify(signed, {}, mkdtempSync(join(folder, 'empty-'))), /ts-kms/);
  });

  test('a critical attribute of somebody else fails', peers, async () => {
    const foreign = { key: 'com.example.attribute', critical: true, value: 'x' };
    const signed = await sign(await leafOfOcsp('good'), { extended: [...demandPlugin({ name: plugin.name }), foreign] });
    assertBad(await verify(signed), /"com\.example\.attribute" was not processed by the verification plugin "ts-kms"/);
  });

  test('servers that hang end with the plugin’s deadline, in one clear sentence', peers, async (t) => {
    t.after(() => [responder.behave(), crls.behave()]);
    responder.behave(async () => 'silence');
    crls.behave(crlHabits.silent);
    const signed = await sign(await leafWith({ ocsp: [responder.url], crl: [`${crls.url}hangs.crl`] }));
    const result = await verify(signed);
    assertBad(result, /revocation check by verification plugin "ts-kms" failed with reason "/);
    assert.match(result.stderr, /OCSP.*expected an answer within 2 s, found none.*CRL.*expected an answer within 5 s/);
    const hurried = await verify(signed, { timeout: '300ms' });
    assertBad(hurried, /OCSP.*no whole answer before the deadline.*CRL.*no whole answer before the deadline/);
  });

  test('options that are for keys are refused at verification', peers, async () => {
    const signed = await sign(await leafOfOcsp('good'));
    assertBad(await verify(signed, { cert_chain: 'x.crt' }), /cert_chain: it is for signing, and nothing is signed by verify-signature/);
    assertGood(await verify(signed, { mode: 'envelope', timeout: '20s' }));
  });

  for (const format of ['jws', 'cose'] as const)
    test(`notation and the tool make such signatures, ${format}`, peers, async () => {
      const leaf = await leafOfOcsp('good');
      const signed = await sign(leaf);
      const { home } = signed;
      const own = mkdtempSync(join(folder, 'made-'));
      const key = join(own, 'release.key');
      writeFileSync(key, keyPem(leaf), { mode: 0o600 });
      writeFileSync(join(own, 'release.crt'), toPem([leaf.certificate.der, root.certificate.der]));
      const options = { mode: 'envelope', verification_plugin: 'ts-kms', verification_plugin_min_version: '0.1.0' };
      const words = ['--oci-layout', '--id', key, '--signature-format', format, ...pluginConfig(options)];
      const environment = { NOTATION_EXPERIMENTAL: '1', NOTATION_LIBEXEC: plugin.libexec };
      for (const signer of [
        (reference: string) => home.run(['sign', '--plugin', 'ts-kms', ...words, reference], environment),
        (reference: string) => runTool(home, ['sign', ...words, reference]),
      ]) {
        const { layout, image } = makeImage(join(mkdtempSync(join(own, 'of-')), 'layout'));
        const reference = `${layout}@${image.digest}`;
        const { code, stderr } = await signer(reference);
        assert.equal(code, 0, stderr);
        const asked = responder.asked.length;
        assertGood(await verify({ home, reference }));
        assert.equal(responder.asked.length, asked + 1);
        assertBad(await verify({ home, reference }, {}, own), /ts-kms/);
      }
    });
});

function keyPem(leaf: Holder): string {
  return leaf.key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function assertGood({ code, stdout, stderr }: Result): void {
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Successfully verified signature for /);
}

function assertBad({ code, stdout, stderr }: Result, says: RegExp): void {
  assert.equal(code, 1, stdout);
  assert.match(stderr, says);
}

function setPolicy({ home }: SignedLayout, change: object): void {
  const path = join(home.config, 'trustpolicy.json');
  const document = JSON.parse(readFileSync(path, 'utf8'));
  document.trustPolicies = [{ ...document.trustPolicies[0], ...change }];
  writeFileSync(path, JSON.stringify(document), { mode: 0o600 });
}
