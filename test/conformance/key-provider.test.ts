// One contract for every backend. A backend joins by a row in test/support/backends.ts.
import assert from 'node:assert/strict';
import { constants, createPublicKey, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type Algorithm, algorithmOfSpec } from '../../src/core/algorithm.ts';
import { type ErrorCode, NotationError } from '../../src/core/error.ts';
import type { Finding } from '../../src/core/finding.ts';
import { examineKey, openKey } from '../../src/kms/index.ts';
import type { Key } from '../../src/kms/provider.ts';
import { toSigner } from '../../src/kms/signer.ts';
import { backends, type KeyPlace, type OpenBackend } from '../support/backends.ts';
import { awsFaults } from '../support/clouds/aws-faults.ts';
import { azureFaults } from '../support/clouds/azure-faults.ts';
import { azureSecretFaults } from '../support/clouds/azure-secret-faults.ts';
import { elsewhereFaults } from '../support/clouds/elsewhere-faults.ts';
import { gcpFaults } from '../support/clouds/gcp-faults.ts';
import { openLedger } from '../support/clouds/ledger.ts';
import { type Cell, cellsOf, runCell } from '../support/clouds/matrix.ts';
import { networkFaults } from '../support/clouds/network-faults.ts';
import { pkcs11Faults } from '../support/clouds/pkcs11-faults.ts';
import { roundTrips } from '../support/clouds/round-trips.ts';
import { secrets } from '../support/clouds/secret.ts';
import { vaultFaults } from '../support/clouds/vault-faults.ts';
import { wireFaults } from '../support/clouds/wire-faults.ts';
import { needs } from '../support/peers.ts';
import { during } from '../support/pki.ts';

const messages = [Buffer.from('x'), Buffer.from('a message'), Buffer.alloc(4097, 'm'), Buffer.alloc(1 << 20, 'n')];

/** By node:crypto alone, as strictly as COSE verifiers do: salt as long as the hash, r‖s of fixed width. */
function verifies(spki: Uint8Array, algorithm: Algorithm, message: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const rsa = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return verify(algorithm.hash, message, algorithm.kind === 'RSA' ? rsa : { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function openPlace({ keyId, context }: KeyPlace): Promise<Key> {
  return openKey(keyId, context);
}

async function codeOf(work: Promise<unknown>): Promise<ErrorCode> {
  const error = await work.then(
    () => assert.fail('expected an error'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof NotationError, String(error));
  assert.ok(error.message.length > 10);
  return error.code;
}

/** One line for people, and facts that hold no secret. */
function judgeFinding({ status, message, hint = '', facts = {} }: Finding, spec: string): void {
  assert.equal(status, 'ok', `${spec}: ${message}`);
  assert.match(message, /^\P{Cc}{5,600}$/u);
  const told = JSON.stringify([message, hint, facts]);
  for (const secret of Object.values(secrets)) assert.ok(!told.includes(secret.slice(0, 20)), told);
}

for (const { name, specs, peers = [], open } of backends) {
  describe(`${name} keys`, needs(...peers), () => {
    let backend: OpenBackend;
    before(async () => {
      backend = await open();
    });
    after(() => backend.close());

    for (const spec of specs) {
      test(`${spec}: knows its algorithm, brings its chain, signs what verifies under the leaf`, async () => {
        const key = await openPlace(backend.key(spec));
        assert.equal(key.algorithm, algorithmOfSpec(spec));
        const [leaf, ...issuers] = await key.certificates();
        assert.ok(leaf !== undefined && issuers.length > 0);
        for (const message of messages) {
          assert.ok(verifies(leaf.publicKeyInfo, key.algorithm, message, await key.sign(message)), `${message.length} bytes`);
        }
      });

      test(`${spec}: as a signer answers the chain leaf first, and signs many at once`, async () => {
        const key = await openPlace(backend.key(spec));
        const signer = toSigner(key, () => during);
        const leaf = (await key.certificates())[0];
        const signatures = await Promise.all(messages.map((message) => signer.sign(message)));
        for (const [index, { bytes, certificates }] of signatures.entries()) {
          assert.deepEqual(certificates[0], leaf?.der);
          assert.ok(verifies(leaf?.publicKeyInfo ?? new Uint8Array(), signer.algorithm, messages[index] ?? new Uint8Array(), bytes));
        }
      });
    }

    test('an examination tells of a credential without it, and that the key may sign', async () => {
      for (const spec of specs) {
        const { keyId, context } = backend.key(spec);
        const examination = await examineKey(keyId, context);
        const findings = [
          await examination.credential?.(),
          await examination.identity?.(),
          await examination.rotation?.(),
          await examination.permission(await openKey(keyId, context)),
        ];
        for (const finding of findings) if (finding !== undefined) judgeFinding(finding, spec);
        assert.ok(findings[0] !== undefined, 'it tells where the credential is from');
      }
    });

    test('an examination of a key that is not there, or cannot sign, ends with an error', async () => {
      const { keyId, context } = backend.absent;
      const key = await openPlace(backend.key('EC-256'));
      const examination = await examineKey(keyId, context);
      const parts = [examination.credential, examination.identity, examination.rotation, async () => examination.permission(key)];
      const ends = await Promise.allSettled(parts.map((part) => part?.()));
      for (const end of ends) if (end.status === 'rejected') assert.ok(end.reason instanceof NotationError, String(end.reason));
    });

    test('a key that is not there is an error when it is opened', async () => {
      assert.ok(['KEY_NOT_FOUND', 'FILE'].includes(await codeOf(openPlace(backend.absent))));
    });

    test('a key of another certificate never signs', async () => {
      const sign = async () => toSigner(await openPlace(backend.mismatched), () => during).sign(Buffer.from('m'));
      assert.equal(await codeOf(sign()), 'KEY_MISMATCH');
    });

    test('a key without certificates says its algorithm and does not sign', async () => {
      const key = await openPlace(backend.bare);
      assert.equal(key.algorithm.keySpec, 'EC-256');
      assert.equal(await codeOf(toSigner(key, () => during).sign(Buffer.from('m'))), 'CERTIFICATE');
    });

    test('an expired certificate never signs', async () => {
      const key = await openPlace(backend.key('EC-256'));
      assert.equal(await codeOf(toSigner(key, () => new Date('2099-01-01T00:00:00Z')).sign(Buffer.from('m'))), 'CERTIFICATE');
    });
  });
}

test('a backend that signs wrongly is found out', async () => {
  const backend = await backends[0]?.open();
  assert.ok(backend);
  const key = await openPlace(backend.key('EC-256'));
  const lies = [async () => new Uint8Array(64), async () => new Uint8Array(0), async (m: Uint8Array) => key.sign(Buffer.concat([m, m]))];
  for (const sign of lies) assert.equal(await codeOf(toSigner({ ...key, sign }, () => during).sign(Buffer.from('m'))), 'KEY_MISMATCH');
  await backend.close();
});

describe('faults of clouds', () => {
  const ledger = openLedger();
  const faults = [
    ...wireFaults,
    ...networkFaults,
    ...elsewhereFaults,
    ...awsFaults,
    ...azureFaults,
    ...azureSecretFaults,
    ...gcpFaults,
    ...vaultFaults,
    ...pkcs11Faults,
  ];
  const [honest, faulty] = [cellsOf(roundTrips), cellsOf(faults)];
  const covered = new Set<Cell>();
  const cover = (wanted: readonly Cell[]) => {
    for (const cell of wanted) {
      test(cell.name, async () => {
        covered.add(cell);
        await runCell(cell, ledger);
      });
    }
  };
  // One after the other, and first: they load the SDKs, which takes longer than some deadlines.
  describe('with nothing wrong', () => cover(honest));
  // Most of them wait for something: for a deadline, or for the SDK, which asks a container for credentials four times within three seconds.
  const patient = ({ at, form }: Cell) => form !== undefined && at === 'aws container';
  describe('in this process', { concurrency: 16 }, () => cover(faulty.filter(({ form }) => form === undefined)));
  describe('as processes', { concurrency: 2 }, () => {
    describe('that work', { concurrency: 4 }, () => cover(faulty.filter((cell) => cell.form !== undefined && !patient(cell))));
    describe('that wait', { concurrency: 12 }, () => cover(faulty.filter(patient)));
  });

  test('no secret is in anything that any of them wrote', () => {
    assert.deepEqual(ledger.leaks(), []);
    assert.equal(covered.size, honest.length + faulty.length);
  });

  after(() => {
    const { bytes, secrets } = ledger.size();
    const processes = [...covered].filter(({ form }) => form !== undefined).length;
    process.stdout.write(
      `fault matrix: ${covered.size} cells, ${processes} of them processes; ${secrets} secrets looked for in ${bytes} bytes\n`,
    );
  });
});
