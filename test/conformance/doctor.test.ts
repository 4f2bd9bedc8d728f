// The doctor under every fault of the fakes of clouds: it says what is wrong, what to do, and no secret, and goes on with the rest.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { awsFaults } from '../support/clouds/aws-faults.ts';
import { azureFaults } from '../support/clouds/azure-faults.ts';
import { azureSecretFaults } from '../support/clouds/azure-secret-faults.ts';
import { elsewhereFaults } from '../support/clouds/elsewhere-faults.ts';
import { openLedger } from '../support/clouds/ledger.ts';
import { type Cell, cellsOf, openCell, untilHung } from '../support/clouds/matrix.ts';
import { networkFaults } from '../support/clouds/network-faults.ts';
import { roundTrips } from '../support/clouds/round-trips.ts';
import type { Expected, StageName } from '../support/clouds/row.ts';
import type { Scene } from '../support/clouds/scene.ts';
import { secretsIn } from '../support/clouds/secret.ts';
import { vaultFaults } from '../support/clouds/vault-faults.ts';
import { wireFaults } from '../support/clouds/wire-faults.ts';
import { askDoctor, type Told } from '../support/doctor.ts';

const ledger = openLedger();
const rows = [
  ...roundTrips,
  ...wireFaults,
  ...networkFaults,
  ...elsewhereFaults,
  ...awsFaults,
  ...azureFaults,
  ...azureSecretFaults,
  ...vaultFaults,
];
const cells = cellsOf(rows).filter(({ form }) => form === undefined);

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

test('no secret is in anything that the doctor said', () => {
  assert.deepEqual(ledger.leaks(), []);
});

after(() => {
  const { bytes, secrets } = ledger.size();
  process.stdout.write(`doctor: ${cells.length} cells; ${secrets} secrets looked for in ${bytes} bytes\n`);
});
