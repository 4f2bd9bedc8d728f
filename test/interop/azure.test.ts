// Keys of Azure Key Vault through real notation: key types, key ids, where the chain comes from, and how often the vault is asked.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { algorithms } from '../../src/core/algorithm.ts';
import { toPem } from '../../src/x509/bundle.ts';
import type { Result } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { type Holder, mintCa, mintLeaf } from '../support/pki.ts';
import { at, bare, certified, inAzure, openVaultSession, pemSecret, pkcs12Secret, type VaultSession } from './azure-session.ts';
import { assertRefuses, assertSigns, type CloudSession, type SignWish } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'akv');

describe('notation signs with keys of Azure Key Vault', () => {
  let opened: VaultSession;
  let session: CloudSession;
  /** The key `release`: two intermediate steps below the root, certificate and PEM secret in the vault. */
  let chain: readonly [Holder, ...Holder[]];
  let version: string;
  /** Files with what is above the leaf, and with everything. */
  let issuers: string;
  let whole: string;

  before(async () => {
    if (peers.skip !== undefined) return;
    opened = await openVaultSession();
    session = opened.session;
    const intermediate = await mintCa('intermediate', session.root);
    chain = [await mintLeaf('release', intermediate), intermediate, session.root];
    version = await opened.vault.addVersion({ ...certified('release', chain[0]), secret: pemSecret(chain) });
    issuers = write('issuers.crt', chain.slice(1));
    whole = write('whole.crt', chain);
  });
  after(() => opened?.close());

  for (const { keySpec } of algorithms) {
    test(`${keySpec}, JWS and COSE`, peers, async () => {
      const leaf = await mintLeaf(keySpec, session.root, {}, keySpec);
      await opened.vault.addVersion(certified(keySpec, leaf));
      for (const format of ['jws', 'cose'] as const) {
        const wish = { ...at(opened, `keys/${keySpec}`, { ca_certs: session.rootFile }), format };
        await assertSigns(session, wish, leaf.certificate.der);
      }
    });
  }

  const ids: readonly (readonly [form: string, id: (host: string, version: string) => string])[] = [
    ['https and keys, versioned', (host, at) => `https://${host}/keys/release/${at}`],
    ['https and keys, versionless', (host) => `https://${host}/keys/release`],
    ['https and certificates, versioned', (host, at) => `https://${host}/certificates/release/${at}`],
    ['https and certificates, versionless', (host) => `https://${host}/certificates/release`],
    ['azurekms, versioned', (host, at) => `azurekms://${host}/release/${at}`],
    ['azurekms, versionless', (host) => `azurekms://${host}/release`],
  ];
  for (const [form, idOf] of ids) {
    test(`key id: ${form}`, peers, async () => {
      await signs({ ...at(opened, '', { ca_certs: issuers }), id: idOf(opened.vault.host, version) });
    });
  }

  test('chain: cert_chain, with a versioned key id and with a versionless one', peers, async () => {
    await signs(at(opened, `keys/release/${version}`, { cert_chain: whole }));
    await signs(at(opened, 'keys/release', { cert_chain: whole }));
  });

  test('chain: cert_chain, of a key that has no certificate in the vault', peers, async () => {
    await opened.vault.addVersion(bare('bare', chain[0]));
    await signs(at(opened, 'keys/bare', { cert_chain: whole }));
  });

  test('chain: the secret as PEM', peers, async () => {
    await signs(at(opened, 'keys/release', { cert_source: 'secret' }));
  });

  test('chain: the secret as PKCS#12', peers, async () => {
    await opened.vault.addVersion({ ...certified('packed', chain[0]), secret: pkcs12Secret(session, chain) });
    await signs(at(opened, 'keys/packed', { cert_source: 'secret' }));
  });

  test('chain: nothing said, as users of notation-azure-kv do', peers, async () => {
    await signs(at(opened, `certificates/release/${version}`));
  });

  test('chain: self_signed=true', peers, async () => {
    const alone = await mintLeaf('alone', undefined);
    await opened.vault.addVersion(certified('alone', alone));
    const { code, stderr, reference } = await session.sign(at(opened, 'certificates/alone', { self_signed: 'true' }));
    assert.deepEqual([code, stderr], [0, '']);
    const { stdout } = await session.notation.run(['inspect', reference]);
    assert.match(stdout, /issued to: CN=alone,/);
  });

  test('a key without certificate, and no chain named', peers, async () => {
    await opened.vault.addVersion(bare('lonely', chain[0]));
    const refusal = { errorCode: 'VALIDATION_ERROR', says: [/no certificate/, /cert_chain/, /notation-ts-kms key csr/] };
    await assertRefuses(session, at(opened, 'keys/lonely'), refusal);
  });

  test('issuers that are not those of the leaf', peers, async () => {
    const wish = at(opened, 'keys/release', { ca_certs: session.rootFile });
    await assertRefuses(session, wish, { errorCode: 'VALIDATION_ERROR', says: [/issuer/, /intermediate/] });
  });

  test('a name and a version that are not there', peers, async () => {
    const says = [/CertificateNotFound/, /check the key id/];
    await assertRefuses(session, at(opened, 'keys/absent', { ca_certs: issuers }), { errorCode: 'VALIDATION_ERROR', says });
    const old = at(opened, `keys/release/${'0'.repeat(32)}`, { cert_chain: whole });
    await assertRefuses(session, old, { errorCode: 'VALIDATION_ERROR', says: [/KeyNotFound/, /0{32}/] });
  });

  describe('round trips to a vault in a domain of Azure', () => {
    // MSAL knows Microsoft's own authorities; about this one it must ask first.
    const token = ['entra GET 200', 'entra POST 200'];

    test('one certificate and one signature, after the token', peers, async () => {
      assert.deepEqual(await asked('certificates/release', { ca_certs: issuers }), [
        ...token,
        'GET /certificates/release/ 200',
        `POST /keys/release/${version}/sign 200`,
      ]);
    });

    test('one signature with cert_chain and a versioned key id', peers, async () => {
      assert.deepEqual(await asked(`keys/release/${version}`, { cert_chain: whole }), [...token, `POST /keys/release/${version}/sign 200`]);
    });

    test('one signature with cert_chain and a versionless key id', peers, async () => {
      assert.deepEqual(await asked('keys/release', { cert_chain: whole }), [...token, 'POST /keys/release/sign 200']);
    });

    test('a whole notation sign: describe-key asks nothing with cert_chain, and for the certificate without', peers, async () => {
      const sign = (wish: SignWish) => session.sign(wish);
      const signature = `POST /keys/release/${version}/sign 200`;
      assert.deepEqual(await asked(`keys/release/${version}`, { cert_chain: whole }, sign), [...token, signature]);
      const certificate = [...token, 'GET /certificates/release/ 200'];
      assert.deepEqual(await asked('keys/release', { ca_certs: issuers }, sign), [...certificate, ...certificate, signature]);
    });

    test('an emulator on localhost is asked what its tokens are for', peers, async () => {
      await opened.vault.forgetRequests();
      assert.equal((await session.ask(at(opened, `keys/release/${version}`, { cert_chain: whole }))).code, 0);
      assert.deepEqual(await requests(), [`POST /keys/release/${version}/sign 401`, ...token, `POST /keys/release/${version}/sign 200`]);
    });

    /** What generate-signature alone asks for, or what `run` does. */
    async function asked(
      path: string,
      config: Readonly<Record<string, string>>,
      run: (wish: SignWish) => Promise<Result> = (wish) => session.ask(wish),
    ): Promise<readonly string[]> {
      await opened.vault.forgetRequests();
      const result = await inAzure(opened, at(opened, path, config), run);
      assert.equal(result.code, 0, result.stderr);
      return requests();
    }

    async function requests(): Promise<readonly string[]> {
      const seen = await opened.vault.requests();
      return seen.map(({ service, method, path, status }) =>
        service === 'entra' ? `entra ${method} ${status}` : `${method} ${path} ${status}`,
      );
    }
  });

  function signs(wish: SignWish): Promise<void> {
    return assertSigns(session, wish, chain[0].certificate.der);
  }

  function write(name: string, holders: readonly Holder[]): string {
    const path = join(session.folder, name);
    writeFileSync(path, toPem(holders.map(({ certificate }) => certificate.der)));
    return path;
  }
});
