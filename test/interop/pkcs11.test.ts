// Tokens through real notation: key types, URIs, PINs, certificates on the token, mechanisms, and modules that misbehave. The token is SoftHSM's.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { algorithms } from '../../src/core/algorithm.ts';
import { needs } from '../support/peers.ts';
import { keyOf, mintLeaf, publicKeyInfoOfPem } from '../support/pki.ts';
import { makeToken, pin, type Token } from '../support/softhsm.ts';
import { assertCertifies, openTool } from './certify.ts';
import { assertRefuses, assertSigns, type Chain, type CloudSession, inSomeTime, openCloudSession, type SignWish } from './cloud-session.ts';

const peers = needs('notation', 'oras', 'ocireg', 'softhsm2-util', 'pkcs11-tool', 'pkcs11.node', 'pkcs11-fault.so');

describe('notation signs with keys of PKCS#11 tokens', () => {
  let session: CloudSession;
  let token: Token;
  let chain: Chain;
  const release = keyOf('EC-256', 'release');
  const id = 'pkcs11:token=notation;object=release';

  before(async () => {
    if (peers.skip !== undefined) return;
    session = await openCloudSession();
    token = makeToken(session.folder);
    token.importKey('release', '01', release);
    chain = await session.certify('release', release.publicKeyInfo);
  });
  after(() => session?.close());

  function wishOf(wish: Partial<SignWish> = {}): SignWish {
    return {
      id,
      ...wish,
      config: { pkcs11_module: token.module, pkcs11_addon: token.addon, pin_env: 'PIN', cert_chain: chain.file, ...wish.config },
      environment: { ...token.environment, PIN: pin, ...wish.environment },
    };
  }

  function without(wish: SignWish, ...names: readonly string[]): SignWish {
    const config = Object.fromEntries(Object.entries(wish.config ?? {}).filter(([name]) => !names.includes(name)));
    const environment = Object.fromEntries(Object.entries(wish.environment ?? {}).filter(([name]) => !names.includes(name)));
    return { ...wish, config, environment };
  }

  for (const [index, { keySpec }] of algorithms.entries()) {
    test(`${keySpec}, JWS and COSE`, peers, async () => {
      const key = keyOf(keySpec, 'token');
      token.importKey(keySpec, `a${index}`, key);
      const { file, leaf } = await session.certify(`of-${keySpec}`, key.publicKeyInfo);
      for (const format of ['jws', 'cose'] as const) {
        const wish = wishOf({ id: `pkcs11:token=notation;object=${keySpec}`, format, config: { cert_chain: file } });
        await assertSigns(session, wish, leaf);
      }
    });
  }

  test('a key that the token made itself', peers, async () => {
    token.tool('--keypairgen', '--key-type', 'EC:secp384r1', '--label', 'native', '--id', '4e', '--usage-sign');
    const tool = openTool(session, {
      environment: { ...token.environment, PIN: pin },
      config: { pkcs11_module: token.module, pkcs11_addon: token.addon, pin_env: 'PIN' },
    });
    const pem = await tool.print('key', 'public', '--id', 'pkcs11:token=notation;id=%4e');
    const { file, leaf } = await session.certify('native', publicKeyInfoOfPem(pem));
    await assertSigns(session, wishOf({ id: 'pkcs11:token=notation;id=%4e', config: { cert_chain: file } }), leaf);
  });

  describe('finds the key', () => {
    test('by id, by module-path, with the PIN in a file of the URI', peers, async () => {
      const file = join(session.folder, 'pin');
      writeFileSync(file, `${pin}\n`);
      const uri = `pkcs11:token=notation;id=%01;type=private?module-path=${token.softhsm}&pin-source=file:${file}`;
      await assertSigns(session, without(wishOf({ id: uri }), 'pin_env', 'PIN', 'pkcs11_module'), chain.leaf);
      await assertSigns(session, without(wishOf({ config: { pin_file: file } }), 'pin_env', 'PIN'), chain.leaf);
    });

    test('by serial number, and by variables for the module and the addon', peers, async () => {
      const serial = /serial num\s*:\s*(\S+)/.exec(token.slots())?.[1] ?? '';
      const wish = without(wishOf({ id: `pkcs11:serial=${serial};object=release` }), 'pkcs11_module', 'pkcs11_addon');
      const environment = { ...wish.environment, PKCS11_MODULE_PATH: token.module, NOTATION_TS_KMS_PKCS11_ADDON: token.addon };
      await assertSigns(session, { ...wish, environment }, chain.leaf);
    });

    test('a certificate on the token with the key, and its issuer on the token or in a file', peers, async () => {
      const key = keyOf('RSA-3072', 'certified');
      token.importKey('certified', 'c1', key);
      const { leaf } = await session.certify('certified', key.publicKeyInfo);
      token.importCertificate('certified', 'c1', leaf);
      const wish = without(wishOf({ id: 'pkcs11:token=notation;object=certified' }), 'cert_chain');
      await assertSigns(session, { ...wish, config: { ...wish.config, ca_certs: session.rootFile } }, leaf);
      token.importCertificate('stranger', 'c8', (await mintLeaf('stranger', undefined)).certificate.der);
      token.importCertificate('root', 'c9', session.root.certificate.der);
      await assertSigns(session, wish, leaf);
    });
  });

  test('a key whose label is not ASCII, by its label and told by it', peers, async () => {
    const key = keyOf('EC-256', 'umlaut');
    token.importKey('schlüssel', 'f1', key);
    const { file, leaf } = await session.certify('umlaut', key.publicKeyInfo);
    const wish = wishOf({ id: 'pkcs11:token=notation;object=schl%C3%BCssel', config: { cert_chain: file } });
    await assertSigns(session, wish, leaf);
    const { config = {}, environment = {} } = without(wish, 'cert_chain');
    const text = await openTool(session, { config, environment }).print('key', 'describe', '--id', wish.id);
    assert.match(text, /object=schl%C3%BCssel;id=%f1/);
  });

  describe('logs in and out', () => {
    test('once for a signature, and always out again', peers, async () => {
      token.takeTrace();
      assert.equal((await session.ask(wishOf())).code, 0);
      const called = await settled(() => token.takeTrace());
      assert.equal(called.filter((name) => name === 'C_Login').length, 1);
      assert.deepEqual(called.slice(-2), ['C_Logout', 'C_Finalize']);
    });

    test('when its time is up and nobody waits for it any more', peers, async () => {
      const references = await session.push(2);
      token.takeTrace();
      const { config = {}, environment = {} } = wishOf();
      const { print } = openTool(session, { config, environment });
      await print('sign', '--id', id, ...references);
      assert.deepEqual((await settled(() => token.takeTrace())).slice(-2), ['C_Logout', 'C_Finalize']);
    });

    test('for each signature where the key was made so', peers, async () => {
      token.tool('--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'careful', '--id', 'ca', '--usage-sign', '--always-auth');
      const uri = 'pkcs11:token=notation;object=careful';
      const { config = {}, environment = {} } = without(wishOf(), 'cert_chain');
      const tool = openTool(session, { config, environment });
      const { file, leaf } = await session.certify('careful', publicKeyInfoOfPem(await tool.print('key', 'public', '--id', uri)));
      assert.match(await tool.print('key', 'describe', '--id', uri), /PIN for each signature: +yes/);
      token.takeTrace();
      await assertSigns(session, wishOf({ id: uri, config: { cert_chain: file } }), leaf);
      assert.ok(token.takeTrace().includes('C_Login context'));
    });

    test('for each signature where a module says that the key wants it', peers, async () => {
      token.takeTrace();
      await assertSigns(session, wishOf({ environment: { PKCS11_FAULT: 'again' } }), chain.leaf);
      assert.ok(token.takeTrace().includes('C_Login context'));
    });

    test('never with a wrong PIN twice', peers, async () => {
      const other = makeToken(join(session.folder, 'other'), 'other');
      other.importKey('release', '01', release);
      const wish = wishOf({ id: 'pkcs11:token=other', environment: { ...other.environment, PIN: 'wrong-1234' } });
      const asked = await session.ask(wish);
      assert.match(asked.stderr, /CKR_PIN_INCORRECT.*correct the PIN/);
      assert.equal(JSON.parse(asked.stderr).errorCode, 'ACCESS_DENIED');
      assert.equal(other.takeTrace().filter((name) => name === 'C_Login').length, 1);
      assert.ok(!asked.stderr.includes('wrong-1234'));
    });
  });

  describe('signs as the token can', () => {
    const rsa = { id: 'pkcs11:token=notation;object=RSA-2048' };
    for (const [what, fault] of [
      ['PSS that hashes by itself', 'without 13'],
      ['raw RSA', 'without 13,67,68,69'],
    ] as const) {
      test(what, peers, async () => {
        const { file, leaf } = await session.certify('again', keyOf('RSA-2048', 'token').publicKeyInfo);
        for (const format of ['jws', 'cose'] as const) {
          await assertSigns(session, wishOf({ ...rsa, format, config: { cert_chain: file }, environment: { PKCS11_FAULT: fault } }), leaf);
        }
      });
    }

    test('not at all where it has none of them', peers, async () => {
      const { file } = await session.certify('again', keyOf('RSA-2048', 'token').publicKeyInfo);
      const wish = wishOf({
        ...rsa,
        spec: 'RSA-2048',
        config: { cert_chain: file },
        environment: { PKCS11_FAULT: 'without 3,13,67,68,69' },
      });
      await refuses(wish, 'VALIDATION_ERROR', [/expected PSS, raw RSA or ECDSA, found ECDSA/]);
    });
  });

  describe('tells what is wrong', () => {
    const cases: readonly (readonly [string, (wish: SignWish) => SignWish, string, readonly RegExp[]])[] = [
      [
        'a token that is not there',
        (wish) => ({ ...wish, id: 'pkcs11:token=absent;object=release' }),
        'VALIDATION_ERROR',
        [/expected a token/, /token="notation"/],
      ],
      [
        'a key that is not there',
        (wish) => ({ ...wish, id: 'pkcs11:token=notation;object=absent' }),
        'VALIDATION_ERROR',
        [/expected a private key/, /object="release" id=%01/],
      ],
      ['a key that is one of several', (wish) => ({ ...wish, id: 'pkcs11:token=notation' }), 'VALIDATION_ERROR', [/found several/]],
      ['no PIN', (wish) => without(wish, 'pin_env', 'PIN'), 'ACCESS_DENIED', [/expected a PIN/, /pin_env/]],
      ['a variable that is not set', (wish) => without(wish, 'PIN'), 'VALIDATION_ERROR', [/variable PIN is not set/]],
      ['a PIN in the key id', (wish) => ({ ...wish, id: `${id}?pin-value=${pin}` }), 'VALIDATION_ERROR', [/expected no PIN/]],
      [
        'a PIN in place of the name of its variable',
        (wish) => ({ ...wish, config: { ...wish.config, pin_env: pin } }),
        'VALIDATION_ERROR',
        [/pin_env wants the name/],
      ],
      ['no module', (wish) => without(wish, 'pkcs11_module'), 'VALIDATION_ERROR', [/expected its path/, /pkcs11_module/]],
      [
        'a module that is none',
        (wish) => ({ ...wish, config: { ...wish.config, pkcs11_module: '/nowhere/module.so' } }),
        'VALIDATION_ERROR',
        [/nowhere\/module\.so cannot be loaded/],
      ],
      ['no addon', (wish) => without(wish, 'pkcs11_addon'), 'VALIDATION_ERROR', [/npm install pkcs11js/, /pkcs11_addon/]],
      [
        'an addon that is none',
        (wish) => ({ ...wish, config: { ...wish.config, pkcs11_addon: import.meta.filename } }),
        'VALIDATION_ERROR',
        [/addon pkcs11js cannot be loaded/],
      ],
      [
        "another key's certificate",
        (wish) => ({ ...wish, id: 'pkcs11:token=notation;id=%a3' }),
        'VALIDATION_ERROR',
        [/signature/, /certificate/],
      ],
      ['no certificate', (wish) => without(wish, 'cert_chain'), 'VALIDATION_ERROR', [/no certificate chain/, /cert_chain/]],
    ];
    for (const [what, change, errorCode, says] of cases) {
      test(what, peers, () => refuses(change(wishOf()), errorCode, says));
    }

    const faults: readonly (readonly [string, string, string, RegExp])[] = [
      ['a device that is gone', 'CKR C_Sign 48', 'ERROR', /C_Sign failed \(CKR_DEVICE_ERROR\)/],
      ['a token that was taken out', 'CKR C_OpenSession 224', 'VALIDATION_ERROR', /CKR_TOKEN_NOT_PRESENT/],
      ['a PIN that is locked', 'CKR C_Login 164', 'ACCESS_DENIED', /CKR_PIN_LOCKED/],
      ['a key that may not sign', 'CKR C_SignInit 104', 'ACCESS_DENIED', /CKR_KEY_FUNCTION_NOT_PERMITTED/],
      ['an error that nobody knows', 'CKR C_Sign 2147483649', 'ERROR', /C_Sign failed/],
      ['a module that crashes', 'crash C_Sign', 'ERROR', /ended its process \(SIGABRT\)/],
      ['a module that crashes at once', 'crash C_Initialize', 'ERROR', /ended its process/],
      ['a token that signs wrongly', 'wrong', 'VALIDATION_ERROR', /signature does not verify/],
    ];
    for (const [what, fault, errorCode, says] of faults) {
      test(what, peers, () => refuses(wishOf({ environment: { PKCS11_FAULT: fault } }), errorCode, [says]));
    }

    for (const at of ['C_Initialize', 'C_Login', 'C_Sign']) {
      test(`a module that hangs in ${at}`, peers, () =>
        inSomeTime((timeout) =>
          refuses(wishOf({ config: { timeout }, environment: { PKCS11_FAULT: `hang ${at}` } }), 'TIMEOUT', [
            /no answer before the deadline/,
          ]),
        ),
      );
    }

    test('and nothing of what a module prints', peers, async () => {
      await assertSigns(session, wishOf({ environment: { PKCS11_FAULT: 'chatter' } }), chain.leaf);
      const asked = await session.ask(wishOf({ environment: { PKCS11_FAULT: 'chatter' } }));
      assert.deepEqual([asked.code, asked.stderr], [0, '']);
      assert.equal(typeof JSON.parse(asked.stdout).signature, 'string');
    });
  });

  for (const [index, algorithm] of algorithms.entries()) {
    test(`${algorithm.keySpec}: request, certificate, and a signature under it`, peers, async () => {
      const key = keyOf(algorithm.keySpec, 'bare');
      token.importKey(`bare-${algorithm.keySpec}`, `b${index}`, key);
      const { config = {}, environment = {} } = without(wishOf(), 'cert_chain');
      await assertCertifies(
        session,
        { config, environment },
        `pkcs11:token=notation;object=bare-${algorithm.keySpec}`,
        algorithm,
        key.publicKeyInfo,
      );
    });
  }

  test('the doctor tells the token, that the key signs, and what is wrong', peers, async () => {
    const { config = {}, environment = {} } = wishOf();
    const { run } = openTool(session, { config, environment });
    const { stdout } = await run('doctor', '--id', id);
    assert.match(stdout, /ok +credential +PKCS#11: a PIN from the environment variable that pin_env names\n/);
    assert.match(stdout, /ok +identity +token "notation" of SoftHSM project/);
    assert.match(stdout, /ok +permission +signed a test, which verifies\n/);
    const gone = openTool(session, { config, environment: { ...environment, PKCS11_FAULT: 'CKR C_Sign 48' } });
    const told = await gone.run('doctor', '--id', id);
    assert.equal(told.code, 1);
    assert.match(told.stdout, /failed +permission +.*CKR_DEVICE_ERROR/);
    assert.ok(!`${stdout}${told.stdout}${told.stderr}`.includes(pin));
  });

  test('the PIN is in nothing that was said or logged', peers, async () => {
    const log = join(session.folder, 'log');
    for (const fault of ['', 'CKR C_Login 160', 'CKR C_Sign 48', 'crash C_Sign', 'again']) {
      await session.ask(wishOf({ config: { log_file: log, log_level: 'debug' }, environment: { PKCS11_FAULT: fault } }));
    }
    const all = readFileSync(log, 'utf8') + session.said();
    assert.match(all, /CKR_PIN_INCORRECT/);
    for (const form of [pin, encodeURIComponent(pin), Buffer.from(pin).toString('base64')]) assert.ok(!all.includes(form));
  });

  test('describe says what the token says', peers, async () => {
    const { config = {}, environment = {} } = without(wishOf(), 'cert_chain');
    const text = await openTool(session, { config, environment }).print('key', 'describe', '--id', id);
    assert.match(text, /Key: +pkcs11:token=notation;object=release;id=%01\nKey spec: +EC-256\nState: +enabled\n/);
    assert.match(text, /Manufacturer: +SoftHSM/);
  });

  function refuses(wish: SignWish, errorCode: string, says: readonly RegExp[]): Promise<void> {
    return assertRefuses(session, wish, { errorCode, says, hides: [pin] });
  }
});

/** The module's process ends a moment after the answer. */
async function settled(read: () => readonly string[]): Promise<readonly string[]> {
  const all: string[] = [];
  for (let attempt = 0; attempt < 200 && all.at(-1) !== 'C_Finalize'; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    all.push(...read().filter((name) => name !== ''));
  }
  return all;
}
