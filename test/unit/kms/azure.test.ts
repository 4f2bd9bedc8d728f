// Keys in Key Vault: where their certificates come from, which version signs, and how many requests that takes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ErrorCode, NotationError } from '../../../src/core/error.ts';
import { describeKey, openKey } from '../../../src/kms/index.ts';
import type { KeyContext } from '../../../src/kms/provider.ts';
import { toSigner } from '../../../src/kms/signer.ts';
import type { AzureVersion } from '../../support/clouds/azure.ts';
import type { Answer, Asked } from '../../support/clouds/server.ts';
import {
  enterApplication,
  mintRelease,
  newer,
  openCountedVault,
  operationsOf,
  pemOf,
  type Release,
  version,
} from '../../support/counted-vault.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { during, keyOf, mintLeaf } from '../../support/pki.ts';

const host = 'release.vault.azure.net';
const newest = `azurekms://${host}/signing`;
const versioned = `https://${host}/keys/signing/${version}`;
const message = Buffer.from('a message');

const cleanups: (() => void)[] = [];
after(() => {
  for (const clean of cleanups) clean();
});

let release: Release;
let alone: Release;
before(async () => {
  enterApplication();
  release = await mintRelease(temporaryFolder({ after: (work) => cleanups.push(work) }));
  const leaf = await mintLeaf('alone', undefined);
  alone = { ...release, leaf, chain: [leaf], version: { version, key: leaf.key, certificate: leaf.certificate.der } };
});

async function sign(keyId: string, context: KeyContext): Promise<readonly Uint8Array[]> {
  return (await toSigner(await openKey(keyId, context), () => during).sign(message)).certificates;
}

function refusal(code: ErrorCode, told: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(`${error.message}; ${error.hint}`, told);
    return true;
  };
}

function renewed(): AzureVersion {
  return { version: newer, key: keyOf('EC-256', 'renewed') };
}

type Config = Readonly<Record<string, string>>;
interface Case {
  readonly name: string;
  readonly keyId: string;
  readonly config: () => Config;
  readonly versions?: () => readonly AzureVersion[];
  readonly describe: readonly string[];
  readonly signature: readonly string[];
  /** Length of the chain. */
  readonly chain?: number;
}

const cases: readonly Case[] = [
  {
    name: 'cert_chain and a version',
    keyId: versioned,
    config: () => ({ cert_chain: release.files.chain }),
    describe: [],
    signature: ['sign'],
  },
  {
    name: 'cert_chain and no version',
    keyId: newest,
    config: () => ({ cert_chain: release.files.chain }),
    describe: [],
    signature: ['sign'],
  },
  {
    name: 'cert_chain for an older version than the newest',
    keyId: newest,
    config: () => ({ cert_chain: release.files.chain }),
    versions: () => [release.version, renewed()],
    describe: [],
    signature: ['sign', 'list-key-versions', 'get-key', 'sign'],
  },
  {
    name: 'cert_chain for a key of another kind than the newest',
    keyId: newest,
    config: () => ({ cert_chain: release.files.chain }),
    versions: () => [release.version, { version: newer, key: keyOf('RSA-2048', 'renewed') }],
    describe: [],
    signature: ['sign', 'list-key-versions', 'get-key', 'sign'],
  },
  {
    name: 'ca_certs',
    keyId: newest,
    config: () => ({ ca_certs: release.files.issuers }),
    describe: ['get-certificate'],
    signature: ['get-certificate', 'sign'],
  },
  {
    name: 'ca_certs and the id of an older certificate',
    keyId: `https://${host}/certificates/signing/${version}`,
    config: () => ({ ca_certs: release.files.issuers }),
    versions: () => [release.version, renewed()],
    describe: ['get-certificate'],
    signature: ['get-certificate', 'sign'],
  },
  {
    name: 'a rotation between certificate and signature',
    keyId: newest,
    config: () => ({ ca_certs: release.files.issuers }),
    versions: () => [release.version, { ...renewed(), appears: 'after the certificate was read' }],
    describe: ['get-certificate'],
    signature: ['get-certificate', 'sign'],
  },
  {
    name: 'self_signed',
    keyId: newest,
    config: () => ({ self_signed: 'True' }),
    versions: () => [alone.version],
    describe: ['get-certificate'],
    signature: ['get-certificate', 'sign'],
    chain: 1,
  },
  {
    name: 'nothing said, and a self-signed leaf',
    keyId: newest,
    config: () => ({}),
    versions: () => [alone.version],
    describe: ['get-certificate'],
    signature: ['get-certificate', 'sign'],
    chain: 1,
  },
  {
    name: 'nothing said, and an issued leaf',
    keyId: newest,
    config: () => ({}),
    describe: ['get-certificate'],
    signature: ['get-certificate', 'get-secret', 'sign'],
  },
  {
    name: 'cert_source=secret',
    keyId: newest,
    config: () => ({ cert_source: 'secret' }),
    describe: ['get-secret'],
    signature: ['get-secret', 'sign'],
  },
];

describe('requests after the token', () => {
  for (const { name, keyId, config, versions, chain = 3, ...expected } of cases) {
    test(name, async () => {
      const items = () => [{ name: 'signing', versions: versions?.() ?? [release.version] }];
      const described = openCountedVault(items());
      assert.equal((await openKey(keyId, described.context(config()))).algorithm.keySpec, 'EC-256');
      assert.deepEqual(operationsOf(described.trips()), [...(expected.describe.length > 0 ? ['token'] : []), ...expected.describe]);
      const signed = openCountedVault(items());
      assert.equal((await sign(keyId, signed.context(config()))).length, chain);
      assert.deepEqual(operationsOf(signed.trips()), ['token', ...expected.signature]);
    });
  }

  test('the right version is searched for once, and signs from then on', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version, renewed()] }]);
    const key = await openKey(newest, vault.context({ cert_chain: release.files.chain }));
    await key.sign(message);
    await key.sign(message);
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'sign', 'list-key-versions', 'get-key', 'sign', 'sign']);
  });

  test('one token for all keys of one command', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version, renewed()] }]);
    const context = vault.context({ cert_chain: release.files.chain });
    const key = await openKey(versioned, context);
    await Promise.all([key.sign(message), key.sign(message), (await openKey(newest, context)).publicKeyInfo()]);
    assert.deepEqual(
      operationsOf(vault.trips()).filter((name) => name === 'token'),
      ['token'],
    );
  });
});

describe('certificates in secrets', () => {
  const secretOf = (secret: AzureVersion['secret']) => [{ name: 'signing', versions: [{ ...release.version, ...(secret && { secret }) }] }];

  test('PEM beside a private key, in any order', async () => {
    const key = release.leaf.key.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const vault = openCountedVault(
      secretOf({ contentType: 'application/x-pem-file', value: `${key}${pemOf(release.chain.toReversed())}` }),
    );
    assert.deepEqual(
      await sign(newest, vault.context({ cert_source: 'secret' })),
      release.chain.map(({ certificate }) => certificate.der),
    );
  });

  for (const spec of ['EC-256', 'RSA-2048'] as const) {
    test(`PKCS#12 with its private key, ${spec}`, async (t) => {
      const folder = temporaryFolder(t);
      const { version: held, chain, files, leaf } = await mintRelease(folder, { spec, caSpec: spec });
      writeFileSync(join(folder, 'key.pem'), leaf.key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const openssl = ['pkcs12', '-export', '-inkey', 'key.pem', '-in', files.chain, '-passout', 'pass:', '-out', 'chain.p12'];
      execFileSync('openssl', openssl, { cwd: folder, stdio: 'pipe' });
      const value = readFileSync(join(folder, 'chain.p12')).toString('base64');
      const vault = openCountedVault([
        { name: 'signing', versions: [{ ...held, secret: { contentType: 'application/x-pkcs12', value } }] },
      ]);
      const certificates = await sign(newest, vault.context({ cert_source: 'secret' }));
      assert.deepEqual(
        certificates.map((der) => Buffer.from(der)),
        chain.map(({ certificate }) => Buffer.from(certificate.der)),
      );
    });
  }

  const wrong: readonly (readonly [what: string, secret: NonNullable<AzureVersion['secret']>, told: RegExp])[] = [
    ['a password', { contentType: 'text/plain', value: 'hunter2hunter2' }, /found text\/plain/],
    ['a content type that says too much', { contentType: 'password=hunter2', value: 'x' }, /found another content type/],
    ['no PKCS#12', { contentType: 'application/x-pkcs12', value: 'aHVudGVyMg==' }, /expected PKCS#12 without a passphrase/],
    ['no certificate', { contentType: 'application/x-pem-file', value: '' }, /expected certificates, found none/],
  ];
  for (const [what, secret, told] of wrong) {
    test(`refused: ${what}`, async () => {
      const vault = openCountedVault(secretOf(secret));
      await assert.rejects(openKey(newest, vault.context({ cert_source: 'secret' })), (error) => {
        assert.doesNotMatch(String((error as Error).message), /hunter2/);
        return refusal('CERTIFICATE', told)(error);
      });
    });
  }
});

function deny(...operations: readonly string[]) {
  return ({ operation }: Asked): Answer | undefined =>
    operations.includes(operation)
      ? { status: 403, body: JSON.stringify({ error: { code: 'Forbidden', innererror: { code: 'ForbiddenByRbac' } } }) }
      : undefined;
}

describe('keys with less than all', () => {
  const bare = () => [{ name: 'signing', versions: [{ version, key: release.leaf.key }] }];

  test('a key without certificate signs, and brings no chain', async () => {
    const vault = openCountedVault(bare());
    const key = await openKey(newest, vault.context());
    assert.equal((await key.sign(message)).length, 64);
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'get-certificate', 'get-key', 'sign']);
    await assert.rejects(key.certificates(), refusal('CERTIFICATE', /no certificate "signing".*cert_chain.*key csr/));
  });

  test('where the config says where the certificate is, its absence is an error at once', async () => {
    const vault = openCountedVault(bare());
    await assert.rejects(
      openKey(newest, vault.context({ self_signed: 'true' })),
      refusal('KEY_NOT_FOUND', /no certificate "signing".*cert_chain/),
    );
  });

  test('who may see the secret alone signs as with notation-azure-kv', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version] }], deny('get-certificate'));
    assert.equal((await sign(newest, vault.context())).length, 3);
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'get-certificate', 'get-secret', 'sign']);
  });

  test('who may see neither signs, and the chain says which permission is missing', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version] }], deny('get-certificate', 'get-secret'));
    const key = await openKey(newest, vault.context());
    await key.sign(message);
    await assert.rejects(key.certificates(), refusal('ACCESS_DENIED', /certificates\/get.*Key Vault Certificate User/));
  });

  test('who may see nothing is told of the certificate', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version] }], deny('get-certificate', 'get-secret', 'get-key'));
    await assert.rejects(openKey(newest, vault.context()), refusal('ACCESS_DENIED', /certificates\/get/));
  });

  test('a chain of no version is a mismatch after the versions were looked through', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [renewed()] }]);
    await assert.rejects(
      sign(newest, vault.context({ cert_chain: release.files.chain })),
      refusal('KEY_MISMATCH', /version of key "signing", found it in none of 1/),
    );
  });

  test('who may not list versions is told to name one', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version, renewed()] }], deny('list-key-versions'));
    await assert.rejects(
      sign(newest, vault.context({ cert_chain: release.files.chain })),
      refusal('ACCESS_DENIED', /keys\/list.*write the version into the key id/),
    );
  });

  test('a chain of another version than the one in the key id is a mismatch', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version, renewed()] }]);
    const keyId = `https://${host}/keys/signing/${newer}`;
    await assert.rejects(sign(keyId, vault.context({ cert_chain: release.files.chain })), refusal('KEY_MISMATCH', /does not verify/));
  });

  test('the public key is asked of the vault, for it may be another than the chain file says', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [renewed()] }]);
    const key = await openKey(newest, vault.context({ cert_chain: release.files.chain }));
    assert.deepEqual(Buffer.from(await key.publicKeyInfo()), Buffer.from(renewed().key.publicKeyInfo));
  });
});

describe('Managed HSM', () => {
  const hsm = 'azurekms://pool.managedhsm.azure.net/signing';

  test('signs with a chain file', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version] }]);
    assert.equal((await sign(hsm, vault.context({ cert_chain: release.files.chain }))).length, 3);
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'sign']);
  });

  test('says its algorithm by the key, and is never asked for a certificate', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version] }]);
    const key = await openKey(hsm, vault.context());
    assert.equal(key.algorithm.keySpec, 'EC-256');
    await assert.rejects(key.certificates(), refusal('CERTIFICATE', /Managed HSM keeps no certificates.*cert_chain/));
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'get-key']);
  });

  for (const config of [{ self_signed: 'true' }, { cert_source: 'secret' }, { cert_source: 'certificate' }] as const) {
    test(`refuses ${JSON.stringify(config)}`, async () => {
      const vault = openCountedVault([]);
      await assert.rejects(openKey(hsm, vault.context(config)), refusal('CONFIG', /Managed HSM keeps no certificates/));
      assert.deepEqual(vault.trips(), []);
    });
  }

  test('names its own role', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version] }], deny('sign'));
    await assert.rejects(
      sign(hsm, vault.context({ cert_chain: release.files.chain })),
      refusal('ACCESS_DENIED', /Managed HSM Crypto User/),
    );
  });
});

describe('descriptions', () => {
  test('a key with all that the vault tells, in two requests', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [release.version] }]);
    const { id, spec, state, version: found, algorithms } = await describeKey(newest, vault.context());
    assert.deepEqual([id, spec, state, found, algorithms], [versioned, 'EC-256', 'enabled', version, ['ES256']]);
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'get-key']);
  });

  // The vault of clouds/azure.ts lets its keys sign from 2025 to 2035.
  test('the dates of a key are held against the clock of the context', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [{ version, key: release.leaf.key }] }]);
    const at = (date: string): KeyContext => ({ ...vault.context(), now: () => new Date(date) });
    assert.equal((await describeKey(newest, at('2024-12-31T23:59:59Z'))).state, 'not yet valid');
    assert.equal((await describeKey(newest, at('2034-12-31T23:59:59Z'))).state, 'enabled');
    assert.equal((await describeKey(newest, at('2035-01-01T00:00:00Z'))).state, 'expired');
    await assert.rejects(openKey(newest, at('2035-01-01T00:00:00Z')), refusal('KEY_UNUSABLE', /one that is expired/));
  });

  test('a disabled key, of which the vault tells nothing else', async () => {
    const body = JSON.stringify({
      error: { code: 'Forbidden', message: 'Operation get is not allowed on a disabled key.', innererror: { code: 'KeyDisabled' } },
    });
    const vault = openCountedVault([], ({ operation }) => (operation === 'get-key' ? { status: 403, body } : undefined));
    const { state, id } = await describeKey(newest, vault.context());
    assert.deepEqual([state, id], ['disabled', `https://${host}/keys/signing`]);
  });

  test('a key on a curve that is none of the three', async () => {
    const vault = openCountedVault([{ name: 'signing', versions: [{ version, key: release.leaf.key, curve: 'P-256K' }] }]);
    assert.equal((await describeKey(newest, vault.context())).spec, 'EC P-256K');
    await assert.rejects(openKey(newest, vault.context()), refusal('KEY_UNUSABLE', /found EC P-256K/));
  });
});
