// Versions of Key Vault keys: rotation at every moment, states in which a key does not sign, and kinds of keys that never do.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toPem } from '../../src/x509/bundle.ts';
import type { VersionDraft } from '../support/key-vault.ts';
import { needs } from '../support/peers.ts';
import { type Holder, mintLeaf } from '../support/pki.ts';
import { at, bare, certified, inAzure, openVaultSession, type VaultSession } from './azure-session.ts';
import { assertRefuses, assertSigns, type CloudSession, type Refusal, type SignWish } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'akv');
const day = 24 * 60 * 60 * 1000;

describe('a Key Vault key that is rotated', () => {
  let opened: VaultSession;
  let session: CloudSession;
  let old: Holder;
  let fresh: Holder;
  let oldChain: string;

  before(async () => {
    if (peers.skip !== undefined) return;
    opened = await openVaultSession();
    session = opened.session;
    old = await mintLeaf('old', session.root);
    fresh = await mintLeaf('fresh', session.root);
    oldChain = join(session.folder, 'old.crt');
    writeFileSync(oldChain, toPem([old.certificate.der, session.root.certificate.der]));
  });
  after(() => opened?.close());

  test('before: each version signs under its own certificate', peers, async () => {
    const version = await opened.vault.addVersion(certified('before', old));
    await opened.vault.addVersion(certified('before', fresh));
    await assertSigns(session, from(`keys/before/${version}`), old.certificate.der);
    await assertSigns(session, from('keys/before'), fresh.certificate.der);
  });

  test('between describe-key and generate-signature: the new key signs under the new certificate', peers, async () => {
    await rotate('between', fresh, 1);
    await assertSigns(session, from('keys/between'), fresh.certificate.der);
  });

  test('between certificate and signature: the old key signs under the old certificate', peers, async () => {
    await rotate('late', fresh, 2);
    await assertSigns(session, from('certificates/late'), old.certificate.der);
  });

  test('between describe-key and generate-signature, to a key of another type: an error, and no signature', peers, async () => {
    await rotate('other-type', await mintLeaf('other type', session.root, {}, 'RSA-2048'), 1);
    const { code, stdout, stderr } = await session.sign(from('keys/other-type'));
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /EC-256/);
    assert.match(stderr, /RSA-2048/);
  });

  test('after the chain file was written: the version of the leaf signs', peers, async () => {
    await opened.vault.addVersion(bare('searched', old));
    await opened.vault.addVersion(bare('searched', fresh));
    const wish = at(opened, 'keys/searched', { cert_chain: oldChain });
    await assertSigns(session, wish, old.certificate.der);
  });

  test('so that no version is that of the chain file', peers, async () => {
    await opened.vault.addVersion(bare('gone', fresh));
    await refuses(at(opened, 'keys/gone', { cert_chain: oldChain }), {
      errorCode: 'VALIDATION_ERROR',
      says: [/public key/, /in none of 1/],
    });
  });

  test('and the old version was named: a chain file of the new one does not fit', peers, async () => {
    const version = await opened.vault.addVersion(bare('named', fresh));
    await opened.vault.addVersion(bare('named', old));
    const wish = at(opened, `keys/named/${version}`, { cert_chain: oldChain });
    await refuses(wish, { errorCode: 'VALIDATION_ERROR', says: [/signature does not verify/, /key version/] });
  });

  const states: readonly (readonly [state: string, draft: Partial<VersionDraft>, says: RegExp])[] = [
    ['disabled', { enabled: false }, /KeyDisabled/],
    ['expired', { expires: new Date(Date.now() - day) }, /KeyExpired/],
    ['not yet valid', { notBefore: new Date(Date.now() + day) }, /KeyNotYetValid/],
    ['for encryption alone', { keyOps: ['encrypt', 'decrypt'] }, /KeyOperationForbidden/],
  ];
  for (const [state, draft, says] of states) {
    test(`a version that is ${state}`, peers, async () => {
      const name = state.replaceAll(' ', '-');
      await opened.vault.addVersion({ ...certified(name, old), ...draft });
      await refuses(from(`keys/${name}`), {
        errorCode: 'ACCESS_DENIED',
        says: [says, /cannot be used for keys\/sign/, /az keyvault key show/],
      });
    });
  }

  const strange: readonly (readonly [name: string, draft: () => Omit<VersionDraft, 'name'>, says: RegExp])[] = [
    [
      'P-256K',
      () => ({ jwk: { ...generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' }), crv: 'P-256K' } }),
      /P-256K/,
    ],
    ['oct', () => ({ jwk: { kty: 'oct-HSM' }, keyOps: ['wrapKey', 'unwrapKey'] }), /oct-HSM|wrapKey/],
    [
      'RSA-1024',
      () => ({ pem: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }),
      /1024/,
    ],
  ];
  for (const [name, draft, says] of strange) {
    test(`a key that is ${name}`, peers, async () => {
      await opened.vault.addVersion({ name, ...draft() });
      await refuses(at(opened, `keys/${name}`), { errorCode: 'VALIDATION_ERROR', says: [says] });
    });
  }

  /** A key whose next version becomes the newest after so many answers. */
  async function rotate(name: string, to: Holder, afterRequests: number): Promise<void> {
    await opened.vault.addVersion(certified(name, old));
    await opened.vault.addVersion({ ...certified(name, to), afterRequests });
  }

  function from(path: string): SignWish {
    return at(opened, path, { ca_certs: session.rootFile });
  }

  function refuses(wish: SignWish, refusal: Refusal): Promise<void> {
    return assertRefuses(session, wish, refusal);
  }
});

describe('a Managed HSM', () => {
  let opened: VaultSession;

  before(async () => {
    if (peers.skip === undefined) opened = await openVaultSession({ managedHsm: true });
  });
  after(() => opened?.close());

  test('signs with cert_chain, and keeps no certificates', peers, async () => {
    const { session, vault } = opened;
    const leaf = await mintLeaf('hardware', session.root);
    const version = await vault.addVersion(bare('hardware', leaf));
    const file = join(session.folder, 'hardware.crt');
    writeFileSync(file, toPem([leaf.certificate.der, session.root.certificate.der]));
    const path = `keys/hardware/${version}`;
    await inAzure(opened, at(opened, path, { cert_chain: file }), (wish) => assertSigns(session, wish, leaf.certificate.der));
    const refusal = { errorCode: 'VALIDATION_ERROR', says: [/Managed HSM keeps no certificates/, /cert_chain/] };
    await inAzure(opened, at(opened, path), (wish) => assertRefuses(session, wish, refusal));
  });
});
