// The library as a program uses it: signing and verifying layouts and blobs, by values and by directories.
import assert from 'node:assert/strict';
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { NotationError, type OciTrust, type Outcome, openNotation, requireVerified } from '../../../src/index.ts';
import { toPem } from '../../../src/x509/bundle.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { type Desk, openDesk, writeDirectory } from '../../support/library.ts';
import { during, mintChain } from '../../support/pki.ts';

const notation = openNotation({ now: () => during });

describe('an artifact', () => {
  for (const format of ['jws', 'cose'] as const) {
    test(`that was signed as ${format} is verified by values and by a directory`, async (t) => {
      const desk = await openDesk(temporaryFolder(t));
      const signed = await notation.sign(desk.artifact, { key: desk.keyPath, format, expirySeconds: 60, userMetadata: { build: '7' } });
      assert.equal(signed.artifact.digest, desk.digest);
      for (const trust of [desk.trust, { directory: writeDirectory(desk) }]) {
        const outcome = await notation.verify(desk.artifact, { trust, userMetadata: { build: '7' } });
        assert.equal(outcome.status, 'verified');
        const { digest, signed: payload, envelope } = requireVerified(outcome);
        assert.equal(digest, signed.signature.digest);
        assert.equal(payload.digest, desk.digest);
        assert.deepEqual({ ...payload.annotations }, { build: '7' });
        assert.deepEqual(envelope.signed.expiry?.at, new Date(during.getTime() + 60_000));
      }
    });
  }

  test('is signed by an open key, and by any that answers like one', async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    const opened = await notation.openKey(desk.keyPath);
    assert.equal(opened.keySpec, 'EC-256');
    assert.deepEqual(Buffer.from(await opened.publicKeyInfo()), Buffer.from(desk.chain[0]?.key.publicKeyInfo ?? []));
    assert.equal((await opened.certificates()).length, 3);
    for (const key of [opened, desk.key]) await notation.sign(desk.artifact, { key });
    const listed: string[] = [];
    for await (const { digest } of notation.list(desk.artifact)) listed.push(digest);
    assert.equal(listed.length, 2);
  });

  test('is rejected, with the check and the reason, for who trusts another', async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    await notation.sign(desk.artifact, { key: desk.key });
    const stranger = (await mintChain({ changes: [{}, {}, { subject: [['CN', 'stranger']], issuer: [['CN', 'stranger']] }] })).at(-1);
    const trust = { ...desk.trust, stores: { 'ca:acme': toPem([stranger?.certificate.der ?? new Uint8Array()]) } } as const;
    const outcome = await notation.verify(desk.artifact, { trust });
    assert.ok(outcome.status === 'rejected');
    const [rejected] = outcome.rejected;
    assert.equal(rejected?.stage, 'authenticity');
    assert.equal(rejected.error.code, 'UNTRUSTED');
    assert.equal('accepted' in outcome, false);
    assert.throws(
      () => requireVerified(outcome),
      (error) => isUnverified(error) && error.cause === rejected.error,
    );
  });

  test('is rejected for an expiry that this instance’s clock has passed, and not by another’s', async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    await notation.sign(desk.artifact, { key: desk.key, expirySeconds: 60 });
    const later = openNotation({ now: () => new Date(during.getTime() + 61_000) });
    const [now, then] = await Promise.all([notation, later].map((one) => one.verify(desk.artifact, { trust: desk.trust })));
    assert.equal(now?.status, 'verified');
    assert.ok(then?.status === 'rejected');
    assert.equal(then.rejected[0]?.stage, 'expiry');
  });

  test('without a signature, with another’s metadata, with more signatures than may be tried', async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    const unsigned = await notation.verify(desk.artifact, { trust: desk.trust });
    assert.ok(unsigned.status === 'rejected' && unsigned.reason === 'unsigned');
    assert.throws(() => requireVerified(unsigned), { code: 'UNVERIFIED', message: /found no signature/ });
    for (const build of ['1', '2']) await notation.sign(desk.artifact, { key: desk.key, userMetadata: { build } });
    const options = { trust: desk.trust, userMetadata: { build: '3' } };
    const [all, one] = [
      await notation.verify(desk.artifact, options),
      await notation.verify(desk.artifact, { ...options, maxSignatures: 1 }),
    ];
    assert.ok(all.status === 'rejected' && all.reason === 'all rejected' && all.rejected.length === 2);
    assert.equal(all.rejected[0]?.stage, 'user metadata');
    assert.ok(one.status === 'rejected' && one.reason === 'too many');
  });

  test('that the policy skips is not verified', async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    const policy = JSON.stringify({
      version: '1.0',
      trustPolicies: [{ name: 'none', signatureVerification: { level: 'skip' }, registryScopes: ['*'] }],
    });
    const outcome = await notation.verify(desk.artifact, { trust: { policy, stores: {} } });
    assert.equal(outcome.status, 'skipped');
    assert.throws(() => requireVerified(outcome), isUnverified);
  });

  test('is inspected without being verified', async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    for (const format of ['jws', 'cose'] as const)
      await notation.sign(desk.artifact, { key: desk.key, format, userMetadata: { build: '9' } });
    const { artifact, signatures, complete } = await notation.inspect(desk.artifact);
    assert.equal(artifact.digest, desk.digest);
    assert.ok(complete);
    for (const signature of signatures) {
      assert.ok(!('error' in signature));
      assert.equal(signature.artifact.annotations?.['build'], '9');
      assert.equal(signature.certificates.length, 3);
      assert.match(signature.envelope.unsigned.signingAgent ?? '', /^notation-ts-kms\/\d/);
    }
    assert.equal((await notation.inspect(desk.artifact, { maxSignatures: 1 })).complete, false);
  });
});

describe('a blob', () => {
  test('is verified from bytes, a file and streams, and not when it is changed', async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    const path = join(desk.folder, 'app.tar');
    writeFileSync(path, 'a blob');
    const bytes = Buffer.from('a blob');
    const signature = await notation.sign({ blob: createReadStream(path) }, { key: desk.key });
    assert.equal(signature.fileSuffix, '.jws.sig');
    writeFileSync(`${path}${signature.fileSuffix}`, signature.envelope);
    const web = new Response(bytes).body;
    assert.ok(web);
    for (const blob of [bytes, path, createReadStream(path), web]) {
      const outcome: Outcome = await notation.verify({ blob, signature }, { trust: desk.blobTrust });
      assert.equal(requireVerified(outcome).signed.size, 6);
    }
    assert.equal(
      (await notation.verify({ blob: path, signature: `${path}.jws.sig` }, { trust: { directory: writeDirectory(desk) } })).status,
      'verified',
    );
    const changed = await notation.verify({ blob: Buffer.from('a glob'), signature }, { trust: desk.blobTrust });
    assert.ok(changed.status === 'rejected');
    assert.equal(changed.rejected[0]?.stage, 'artifact');
    const { artifact } = await notation.inspect({ signature });
    assert.equal(artifact.mediaType, 'application/octet-stream');
  });

  test('must be of the media type that is wanted, under the statement that is named', async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    const blob = Buffer.from('{}');
    const signature = await notation.sign({ blob, mediaType: 'application/json' }, { key: desk.key, format: 'cose' });
    assert.equal(signature.fileSuffix, '.cose.sig');
    const status = async (mediaType: string) =>
      (await notation.verify({ blob, signature, mediaType }, { trust: desk.blobTrust, policyName: 'acme' })).status;
    assert.equal(await status('application/json'), 'verified');
    assert.equal(await status('text/plain'), 'rejected');
    await assert.rejects(notation.verify({ blob, signature }, { trust: desk.blobTrust, policyName: 'other' }), { code: 'POLICY' });
  });
});

describe('trust that cannot be had is an error, not a verdict', () => {
  const wrongs: readonly (readonly [string, string, (desk: Desk) => unknown])[] = [
    ['no trust, and no environment that tells of any', 'CONFIG', () => undefined],
    ['a directory that is none', 'CONFIG', () => ({ directory: undefined })],
    ['an empty directory name', 'CONFIG', () => ({ directory: '' })],
    ['nothing of what it should be', 'CONFIG', () => ({})],
    ['a directory that is not there', 'FILE', () => ({ directory: '/nonexistent' })],
    ['a store that is not given', 'POLICY', ({ trust }) => ({ ...trust, stores: {} })],
    ['a store of that name in the prototype', 'POLICY', ({ trust }) => ({ ...trust, stores: Object.create(trust.stores) })],
    ['an empty store', 'POLICY', ({ trust }) => ({ ...trust, stores: { 'ca:acme': [] } })],
    ['a store of no certificates', 'CERTIFICATE', ({ trust }) => ({ ...trust, stores: { 'ca:acme': 'none' } })],
    ['a store of a leaf', 'CERTIFICATE', ({ trust, chain }) => ({ ...trust, stores: { 'ca:acme': chain[0]?.certificate.der } })],
    ['a store of numbers', 'REQUEST', ({ trust }) => ({ ...trust, stores: { 'ca:acme': [1] } })],
    ['no policy', 'POLICY', ({ trust }) => ({ ...trust, policy: undefined })],
    ['a policy that is no JSON', 'POLICY', ({ trust }) => ({ ...trust, policy: '{' })],
    ['a misspelled policy', 'POLICY', ({ trust }) => ({ ...trust, policy: { ...trust.policy, trustPolicy: [] } })],
    [
      'a policy for other repositories',
      'POLICY',
      ({ trust }) => ({ ...trust, policy: JSON.stringify(trust.policy).replace('registry.test/app', 'registry.test/other') }),
    ],
  ];
  for (const [name, code, make] of wrongs) {
    test(name, async (t) => {
      const desk = await openDesk(temporaryFolder(t));
      await notation.sign(desk.artifact, { key: desk.key });
      const trust = make(desk) as OciTrust | undefined;
      await assert.rejects(notation.verify(desk.artifact, { trust }), (error) => error instanceof NotationError && error.code === code);
    });
  }

  test('a directory is where the environment says', async (t) => {
    const desk = await openDesk(temporaryFolder(t));
    await notation.sign(desk.artifact, { key: desk.key });
    const told = openNotation({ now: () => during, environment: { NOTATION_CONFIG: writeDirectory(desk) } });
    assert.equal((await told.verify(desk.artifact)).status, 'verified');
  });
});

describe('what is wrong with a call is told as such', () => {
  const calls: readonly (readonly [string, string, (desk: Desk) => Promise<unknown>])[] = [
    ['nothing to sign', 'REQUEST', ({ key }) => notation.sign({} as never, { key })],
    ['null to sign', 'REQUEST', ({ key }) => notation.sign(null as never, { key })],
    ['a number for a blob', 'REQUEST', ({ key }) => notation.sign({ blob: 7 as never }, { key })],
    ['a stream of text', 'REQUEST', ({ key }) => notation.sign({ blob: texts() as never }, { key })],
    ['a blob that is a folder', 'FILE', ({ key, folder }) => notation.sign({ blob: folder }, { key })],
    ['no options', 'REQUEST', ({ artifact }) => notation.sign(artifact, undefined as never)],
    ['no key', 'REQUEST', ({ artifact }) => notation.sign(artifact, {} as never)],
    ['a key of no kind', 'REQUEST', ({ artifact, key }) => notation.sign(artifact, { key: { ...key, keySpec: 'RSA-1024' as never } })],
    ['options for an open key', 'REQUEST', ({ artifact, key }) => notation.sign(artifact, { key, keyOptions: { timeout: '1s' } })],
    ['options of the plugin', 'CONFIG', ({ keyPath }) => notation.openKey(keyPath, { log_file: 'log' } as never)],
    ['a key that is not there', 'KEY_NOT_FOUND', ({ artifact }) => notation.sign(artifact, { key: 'nobody' })],
    ['a format of no kind', 'REQUEST', ({ artifact, key }) => notation.sign(artifact, { key, format: 'xml' as never })],
    ['an expiry in the past', 'REQUEST', ({ artifact, key }) => notation.sign(artifact, { key, expirySeconds: -1 })],
    ['half a second', 'REQUEST', ({ artifact, key }) => notation.sign(artifact, { key, expirySeconds: 0.5 })],
    ['reserved metadata', 'REQUEST', ({ artifact, key }) => notation.sign(artifact, { key, userMetadata: { 'io.cncf.notary.x': '' } })],
    ['a layout that is none', 'FILE', ({ key, folder }) => notation.sign({ layout: folder, tagOrDigest: 'v1' }, { key })],
    ['a layout without a scope', 'REQUEST', ({ artifact: { scope: _, ...rest }, trust }) => notation.verify(rest as never, { trust })],
    ['no signatures wanted', 'REQUEST', ({ artifact, trust }) => notation.verify(artifact, { trust, maxSignatures: 0 })],
    ['none looked at', 'REQUEST', ({ artifact }) => notation.inspect(artifact, { maxSignatures: Number.NaN })],
    [
      'a blob without its signature',
      'REQUEST',
      ({ blobTrust }) => notation.verify({ blob: new Uint8Array() } as never, { trust: blobTrust }),
    ],
    ['a signature whose name does not tell its format', 'REQUEST', () => notation.inspect({ signature: 'app.sig' })],
    ['a reference that is none', 'REQUEST', () => notation.inspect({ reference: 'app' })],
    [
      'the certificate of another key',
      'KEY_MISMATCH',
      async ({ artifact, key }) => notation.sign(artifact, { key: { ...key, sign: async () => new Uint8Array(64) } }),
    ],
  ];
  for (const [name, code, call] of calls) {
    test(name, async (t) => {
      const desk = await openDesk(temporaryFolder(t));
      await assert.rejects(call(desk), (error) => {
        assert.ok(error instanceof NotationError, String(error));
        assert.equal(error.code, code, error.message);
        return true;
      });
    });
  }
});

function isUnverified(error: unknown): error is NotationError {
  return error instanceof NotationError && error.code === 'UNVERIFIED';
}

async function* texts(): AsyncGenerator<string> {
  yield 'text';
}
