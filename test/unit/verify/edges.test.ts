// The edges of the checks: the last moment that counts, what only some certificates of a chain are, and the words that name them.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { encodePayload } from '../../../src/core/payload.ts';
import { levels } from '../../../src/policy/level.ts';
import type { Demands } from '../../../src/policy/statement.ts';
import type { SignatureOutcome } from '../../../src/verify/outcome.ts';
import { judgeRevocation } from '../../../src/verify/revocation.ts';
import { verifySignature } from '../../../src/verify/signature.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import { leafOf, makeEnvelope } from '../../support/envelopes.ts';
import { during, type Holder, mintCa, mintChain, mintLeaf } from '../../support/pki.ts';
import { makeToken } from '../../support/timestamp-token.ts';
import { leafIs, portsOf, type Surroundings, statementOf, storeOf } from '../../support/verification.ts';

const payload = encodePayload({ mediaType: 'text/plain', digest: `sha256:${'ab'.repeat(32)}`, size: 42 });
const second = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000);

let chain: readonly Holder[];
let authority: readonly Holder[];
before(async () => {
  chain = await mintChain();
  authority = await mintChain({ purpose: 'timestamping' });
});

describe('the validity of a chain', () => {
  const withTsa = { trustStores: [storeOf('ca'), storeOf('tsa')] } as const;

  test('holds a timestamp at its first and at its last second, and none beyond', async () => {
    for (const [change, wanted] of [
      [{ notBefore: during }, 'verified'],
      [{ notAfter: during }, 'verified'],
      [{ notBefore: second(during, 1) }, 'rejected'],
      [{ notAfter: second(during, -1) }, 'rejected'],
    ] as const) {
      const holders = [await mintLeaf('leaf', chain[1], change), ...chain.slice(1)];
      const outcome = await verify({ holders, stamped: true, statement: withTsa });
      assert.equal(outcome.status, wanted, JSON.stringify(change));
      if (outcome.status === 'rejected') assert.equal(outcome.stage, 'authenticTimestamp');
    }
  });

  test('asks for a timestamp after expiry as soon as one certificate has expired, and not at its last second', async () => {
    const notAfter = second(during, 60);
    const holders = [await mintLeaf('leaf', chain[1], { notAfter }), ...chain.slice(1)];
    const statement = { ...withTsa, verifyTimestamp: 'afterCertExpiry' } as const;
    const at = (now: Date, stamped: boolean) => verify({ holders, stamped, statement, around: { now: () => now } });
    assert.equal(timeOf(await at(notAfter, true)), 'now');
    assert.equal(timeOf(await at(second(notAfter, 1), true)), 'timestamp');
    const unstamped = await at(second(notAfter, 1), false);
    assert.ok(unstamped.status === 'rejected' && unstamped.error.code === 'TIMESTAMP');
  });
});

describe('what is not trusted', () => {
  test('is held against the stores by name, and by the first three of their certificates', async () => {
    const strangers: readonly Certificate[] = await Promise.all(
      ['A', 'B', 'C', 'D', 'E'].map(async (name) => (await mintCa(name, undefined)).certificate),
    );
    const told = async (count: number) => {
      const outcome = await verify({ around: { stores: { 'ca:test': strangers.slice(0, count) } } });
      return outcome.status === 'rejected' ? outcome.error.message : '';
    };
    assert.match(await told(3), /in ca:test \("CN=A,[^"]*", "CN=B,[^"]*", "CN=C,[^"]*"\), found none/);
    assert.match(await told(5), /in ca:test \("CN=A,[^"]*", "CN=B,[^"]*", "CN=C,[^"]*" and 2 more\), found none/);
  });
});

describe('revocation that cannot be told', () => {
  test('names the certificates of which nobody tells, and no others', async () => {
    const certificates = chain.map(({ certificate }) => certificate);
    const verdict = await judgeRevocation({ chain: certificates }, leafIs('unknown'));
    assert.ok(verdict.result === 'failed');
    assert.match(verdict.error.message, /^certificate "CN=leaf,[^;]*$/);
  });

  test('says so where there was nobody to ask', async () => {
    const [leaf] = chain.map(({ certificate }) => certificate) as [Certificate];
    const verdict = await judgeRevocation({ chain: [leaf] }, async () => ({
      verdict: 'unknown',
      certificates: [{ certificate: leaf, status: 'unknown', problems: [] }],
    }));
    assert.ok(verdict.result === 'failed');
    assert.match(verdict.error.message, /^certificate "CN=leaf,.*: expected to learn whether it is revoked, found nobody who tells$/);
  });
});

describe('integrity that a policy does not enforce', () => {
  for (const action of ['log', 'skip'] as const) {
    test(`verifies nothing: ${action}`, async () => {
      const actions = { ...levels.audit, integrity: action } as const;
      const outcome = await verify({ spoil: (bytes) => bytes.subarray(1), statement: { actions } });
      assert.ok(outcome.status === 'rejected' && outcome.error.code === 'INTERNAL');
      assert.match(outcome.error.message, /^integrity: expected it to be enforced/);
    });
  }
});

interface Situation {
  readonly holders?: readonly Holder[];
  readonly stamped?: boolean;
  readonly statement?: Partial<Demands>;
  readonly around?: Partial<Surroundings>;
  readonly spoil?: (bytes: Uint8Array) => Uint8Array;
}

async function verify({
  holders = chain,
  stamped = false,
  statement,
  around,
  spoil = (bytes) => bytes,
}: Situation): Promise<SignatureOutcome> {
  const draft = { payload, scheme: 'notary.x509', signingTime: during, algorithm: leafOf(holders).key.algorithm } as const;
  const { codec, signature } = await makeEnvelope({ format: 'cose', chain: holders, draft });
  const timestamp = await makeToken({ chain: authority, message: signature });
  const certificates = holders.map(({ certificate }) => certificate.der);
  const envelope = codec.prepare(draft).seal({ bytes: signature, certificates }, stamped ? { timestamp } : {});
  const roots = (list: readonly Holder[]) => list.slice(-1).map(({ certificate }) => certificate);
  return verifySignature(
    { mediaType: 'application/cose', envelope: spoil(envelope) },
    { statement: statementOf(statement), checkSubject: () => undefined, userMetadata: {} },
    portsOf({ stores: { 'ca:test': roots(chain), 'signingAuthority:test': [], 'tsa:test': roots(authority) }, ...around }),
  );
}

function timeOf(outcome: SignatureOutcome): string {
  const finding = outcome.findings.find(({ check }) => check === 'authenticTimestamp');
  return finding?.check === 'authenticTimestamp' && finding.result === 'passed' ? finding.evidence.time : `${finding?.result}`;
}
