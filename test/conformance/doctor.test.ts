// The doctor under every fault of the fakes of clouds: it says what is wrong, what to do, and no secret, and goes on with the rest.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { testMessage } from '../../src/kms/test-signature.ts';
import { awsFaults } from '../support/clouds/aws-faults.ts';
import { azureFaults } from '../support/clouds/azure-faults.ts';
import { azureSecretFaults } from '../support/clouds/azure-secret-faults.ts';
import { elsewhereFaults } from '../support/clouds/elsewhere-faults.ts';
import { gcpFaults } from '../support/clouds/gcp-faults.ts';
import { openLedger } from '../support/clouds/ledger.ts';
import { type Cell, cellsOf, openCell, untilHung } from '../support/clouds/matrix.ts';
import { networkFaults } from '../support/clouds/network-faults.ts';
import { roundTrips } from '../support/clouds/round-trips.ts';
import type { Expected, StageName } from '../support/clouds/row.ts';
import { openAws, openAzure, type Scene, type SceneWish } from '../support/clouds/scene.ts';
import { secretsIn } from '../support/clouds/secret.ts';
import { vaultFaults } from '../support/clouds/vault-faults.ts';
import { wireFaults } from '../support/clouds/wire-faults.ts';
import { askDoctor, type Told } from '../support/doctor.ts';

const ledger = openLedger();
/** What goes wrong on the way is the same wherever it does: where the key signs, is looked at, and a token is got. */
const general = [...wireFaults, ...networkFaults, ...elsewhereFaults];
const isTelling = ({ at }: Cell) => / (?:sign|tool|token|login)$/.test(at);
const own = [...roundTrips, ...awsFaults, ...azureFaults, ...azureSecretFaults, ...gcpFaults, ...vaultFaults];
const cells = [...cellsOf(general).filter(isTelling), ...cellsOf(own)].filter(({ form }) => form === undefined);

/** Seconds of the option `timeout`: those of the row, where it waits for them. */
function patienceOf({ row: { seconds } }: Cell, expected: Expected): number {
  return seconds === undefined || isGood(expected) ? 60 : seconds < 1 ? seconds : Math.max(seconds, 5);
}

function isGood({ outcome }: Expected): boolean {
  return [outcome].flat().includes('success');
}

async function askIn(scene: Scene, seconds: number): Promise<Told> {
  const config = { ...scene.config, timeout: `${seconds}s` };
  const options = Object.entries(config).flatMap(([name, value]) => ['--plugin-config', `${name}=${value}`]);
  return untilHung(askDoctor(['--id', scene.keyId, ...options], { environment: scene.environment }));
}

/**
 * In a dry run AWS signs nothing: how it would have signed is told by the check that each signature must pass. And that it would have is said by a
 * header, whatever the body is.
 */
function isHidden({ row, at }: Cell): boolean {
  return row.scene?.aws?.sign !== undefined || (at === 'aws sign' && /^answers \S+ in place of all members/.test(row.name));
}

function judgeAll(expected: Expected, cell: Cell, told: Told): void {
  const bad = told.checks.filter(({ status }) => status === 'failure');
  for (const { id, message, hint = '' } of told.checks) {
    assert.match(`${message} ${hint}`, /^\P{Cc}{1,3000}$/u, id);
    assert.doesNotMatch(message, /<html|\[object |undefined|unexpected failure|\bat .*\.[jt]s:\d+/, id);
  }
  for (const { id, hint = '' } of bad) assert.match(hint, /.{10}/, id);
  const outcomes = [expected.outcome].flat();
  if (isHidden(cell) || (isGood(expected) && outcomes.length > 1)) return;
  if (isGood(expected)) {
    // Some scenes have no certificates, and tell of that.
    assert.deepEqual(
      bad.filter(({ message }) => !/^no certificate chain for this key/.test(message)).map(({ id, message }) => `${id}: ${message}`),
      [],
    );
    return;
  }
  const doubts = told.checks.filter(({ id, status }) => status === 'unknown' && lookingAlone.has(id));
  assert.ok(bad.length + doubts.length > 0, `nothing is wrong, where ${expected.outcome} was expected`);
  const said = [...bad, ...doubts].map(({ message, hint }) => `${message}; ${hint}`).join('\n');
  for (const text of expected.says ?? []) assert.match(said, text);
}

/** Who may sign need not be allowed these. */
const lookingAlone: ReadonlySet<string> = new Set(['key.state', 'key.rotation', 'chain.key']);

describe('the doctor under the faults of clouds', { concurrency: 16 }, () => {
  for (const cell of cells) {
    test(cell.name, async () => {
      const { row, at } = cell;
      const expected = row.otherwise?.[at as StageName] ?? row.expected;
      const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
      const { scene } = await openCell(cell, folder);
      try {
        const told = await askIn(scene, patienceOf(cell, expected));
        ledger.hear(cell.name, told.stdout + told.stderr);
        ledger.guard(scene.asked().flatMap(secretsIn));
        judgeAll(expected, cell, told);
      } finally {
        await scene.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});

/** A key of one cloud with nothing wrong. */
async function healthy(open: typeof openAws, wish: SceneWish, judge: (told: Told, scene: Scene) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  const scene = await open(wish, [], folder);
  try {
    const told = await askIn(scene, 60);
    ledger.hear('healthy', told.stdout + told.stderr);
    judge(told, scene);
  } finally {
    await scene.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('AWS is asked to sign in a dry run alone, and says whose the credentials are', () =>
  healthy(openAws, { keyId: () => 'alias/release' }, (told, scene) => {
    const signs = scene.asked().filter(({ operation }) => operation === 'Sign');
    assert.deepEqual(
      signs.map(({ body }) => JSON.parse(body).DryRun),
      [true],
    );
    assert.match(told.of('key.permission')[0]?.message ?? '', /signed nothing/);
    assert.equal(told.of('credentials.identity')[0]?.message, 'arn:aws:iam::111122223333:user/signer');
    assert.match(told.of('key.rotation')[0]?.message ?? '', /^alias\/release leads to arn:aws:kms:/);
  }));

test('Azure signs one digest, that of the test; the token says whose it is and until when', () =>
  healthy(openAzure, { azureCredentials: 'application' }, (told, scene) => {
    const digest = createHash('sha256').update(testMessage).digest('base64url');
    const signs = scene.asked().filter(({ operation }) => operation === 'sign');
    assert.deepEqual(
      signs.map(({ body }) => JSON.parse(body).value),
      [digest],
    );
    const who = 'application aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee of tenant 11111111-2222-3333-4444-555555555555';
    assert.equal(told.of('credentials.identity')[0]?.message, `${who}, until 2100-01-01T00:00:00.000Z`);
    assert.match(told.of('credentials.source')[0]?.message ?? '', /^a token from an application/);
  }));

test('no secret is in anything that the doctor said', () => {
  assert.deepEqual(ledger.leaks(), []);
});

after(() => {
  const { bytes, secrets } = ledger.size();
  process.stdout.write(`doctor: ${cells.length} cells; ${secrets} secrets looked for in ${bytes} bytes\n`);
});
