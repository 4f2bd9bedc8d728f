// The verdicts of real notation about certificates whose revocation responders and CRLs tell, and the tool's; OpenSSL answers for most of them.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { startCrlServer } from '../support/crl-server.ts';
import { openFolder, removeFolder } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { mintCa } from '../support/pki.ts';
import { ocspSituations, openPlace, type RevocationVerdict } from './ocsp-situations.ts';
import { type SignedLayout, signInLayout, verifyByNotation, verifyByTool } from './signed-layout.ts';

const peers = needs('notation');

describe('certificates with OCSP responders', peers, async () => {
  if (peers.skip !== undefined) return;
  const folder = openFolder();
  const crls = await startCrlServer();
  const root = await mintCa('root', undefined);
  after(async () => {
    await crls.close();
    removeFolder(folder);
  });

  for (const situation of ocspSituations())
    test(`${situation.name}: ${situation.verdict}`, async (t) => {
      const { verdict, notation = verdict, prepare, authenticSigningTime } = situation;
      const place = await openPlace(root, crls);
      t.after(() => place.close());
      const draft = authenticSigningTime && ({ scheme: 'notary.x509.signingAuthority', signingTime: authenticSigningTime } as const);
      const signed = await signInLayout(folder, await prepare(place), draft);
      assert.equal(await byTool(signed), verdict, 'ours');
      assert.equal(await byNotation(signed), notation, 'notation');
    });

  test('are asked about with the bytes that notation sends', async (t) => {
    const place = await openPlace(root, crls);
    t.after(() => place.close());
    const [good] = ocspSituations();
    const signed = await signInLayout(folder, (await good?.prepare(place)) ?? []);
    for (const verify of [verifyByTool, verifyByNotation]) await verify(signed);
    const [ours, theirs, ...more] = place.responder.asked;
    assert.match(ours ?? '', /^GET \/[A-Za-z0-9%]+$/);
    assert.equal(ours, theirs);
    assert.deepEqual(more, []);
  });

  test('are asked about once for many signatures', async (t) => {
    const place = await openPlace(root, crls);
    t.after(() => place.close());
    const [good] = ocspSituations();
    const chain = (await good?.prepare(place)) ?? [];
    const many = [
      await signInLayout(folder, chain),
      await signInLayout(folder, chain),
      await signInLayout(folder, chain, {}, 'cose'),
    ] as const;
    const { code, stdout } = await verifyByTool(many[0], ...many.slice(1).map(({ reference }) => reference));
    assert.equal(code, 0);
    assert.equal(stdout.match(/Successfully verified/g)?.length, 3, stdout);
    assert.equal(place.responder.asked.length, 1);
  });

  test('offline, nobody is asked, and the verdict is unknown', async (t) => {
    const place = await openPlace(root, crls);
    t.after(() => place.close());
    const [good] = ocspSituations();
    const signed = await signInLayout(folder, (await good?.prepare(place)) ?? []);
    assert.equal(await byTool(signed, '--offline'), 'unknown');
    assert.deepEqual(place.responder.asked, []);
  });
});

async function byTool(signed: SignedLayout, ...words: readonly string[]): Promise<RevocationVerdict | undefined> {
  const { code, stdout } = await verifyByTool(signed, '--output', 'json', ...words);
  const { signatures } = JSON.parse(stdout) as Report;
  const verdict = signatures[0]?.checks.find(({ check }) => check === 'revocation')?.evidence?.verdict;
  assert.equal(code, verdict === 'good' ? 0 : 1);
  return verdict;
}

interface Report {
  readonly signatures: readonly {
    readonly checks: readonly { readonly check: string; readonly evidence?: { readonly verdict: RevocationVerdict } }[];
  }[];
}

async function byNotation(signed: SignedLayout): Promise<RevocationVerdict> {
  const { code, stderr } = await verifyByNotation(signed);
  if (code === 0) return 'good';
  const [, found] = /with error: signing certificate with subject ".*" (is revoked|revocation status is unknown)/.exec(stderr) ?? [];
  assert.ok(found, stderr);
  return found === 'is revoked' ? 'revoked' : 'unknown';
}
