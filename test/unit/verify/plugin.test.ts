// Signatures that name a verification plugin: which checks it makes, what it is told, and what is made of each of its answers and faults.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EnvelopeFormat, ExtendedAttribute } from '../../../src/core/model.ts';
import { encodePayload } from '../../../src/core/payload.ts';
import type { Draft } from '../../../src/envelope/codec.ts';
import { mediaTypeOf } from '../../../src/envelope/index.ts';
import { openVerifier } from '../../../src/host/verifier.ts';
import { levels } from '../../../src/policy/level.ts';
import type { Demands } from '../../../src/policy/statement.ts';
import { checkCriticalAttributes } from '../../../src/verify/critical-attributes.ts';
import type { SignatureOutcome } from '../../../src/verify/outcome.ts';
import { appointPlugin } from '../../../src/verify/plugin.ts';
import type { OpenVerificationPlugin } from '../../../src/verify/ports.ts';
import { verifySignature } from '../../../src/verify/signature.ts';
import type { RevocationQuestion } from '../../../src/x509/revocation/report.ts';
import { makeEnvelope } from '../../support/envelopes.ts';
import { boundsOf, type FakeAnswer, type FakePlugin, fakeMetadata, writeFakePlugin } from '../../support/fake-plugin.ts';
import { temporaryFolder } from '../../support/key-files.ts';
import { during, type Holder, mintChain } from '../../support/pki.ts';
import { leafIs, portsOf, statementOf } from '../../support/verification.ts';

const identityCheck = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY';
const revocationCheck = 'SIGNATURE_VERIFIER.REVOCATION_CHECK';
const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'ab'.repeat(32)}`, size: 42 };
const named = (value: unknown = 'fake', critical = true) => ({ key: 'io.cncf.notary.verificationPlugin', critical, value });
const atLeast = (value: unknown, critical = true) => ({ key: 'io.cncf.notary.verificationPluginMinVersion', critical, value });
const rule: ExtendedAttribute = { key: 'acme.rule', critical: true, value: 'x' };

interface Situation {
  readonly format?: EnvelopeFormat;
  readonly draft?: Partial<Draft>;
  readonly extended?: readonly ExtendedAttribute[];
  readonly metadata?: object;
  readonly answer?: object | FakeAnswer;
  readonly statement?: Partial<Demands>;
  readonly timeoutMs?: number;
  readonly asked?: RevocationQuestion[];
}

const good = (...checks: readonly string[]) => ({
  verificationResults: Object.fromEntries(checks.map((check) => [check, { success: true }])),
  processedAttributes: [],
});

const libexec = temporaryFolder({ after });
let chain: readonly Holder[];
let count = 0;
before(async () => {
  chain = await mintChain({ intermediates: 1 });
});

async function run(situation: Situation = {}): Promise<{ outcome: SignatureOutcome; plugin: FakePlugin }> {
  const {
    format = 'jws',
    draft,
    extended = [named()],
    metadata,
    answer = good(identityCheck, revocationCheck),
    statement,
    asked,
  } = situation;
  count += 1;
  const plugin = await writeFakePlugin(`${libexec}/${count}`, 'fake', {
    'get-plugin-metadata': { stdout: { ...fakeMetadata, capabilities: [identityCheck, revocationCheck], ...metadata } },
    'verify-signature':
      'script' in answer || 'stdout' in answer || 'stderr' in answer || 'code' in answer ? (answer as FakeAnswer) : { stdout: answer },
  });
  const open: OpenVerificationPlugin = async (name) => {
    assert.equal(name, 'fake');
    return {
      kind: 'hosted',
      ...(await openVerifier(plugin, new Map([['k', 'v']]), boundsOf({ timeoutMs: situation.timeoutMs ?? 20_000 }))),
    };
  };
  const { bytes, mediaType } = await sealed(format, { ...draft, extended });
  const ports = portsOf({
    stores: { 'ca:test': roots(), 'signingAuthority:test': roots() },
    revocation: leafIs('revoked'),
    openVerificationPlugin: open,
    ...(asked && { asked }),
  });
  const expectation = { statement: statementOf(statement), userMetadata: {}, checkSubject: () => undefined };
  return { outcome: await verifySignature({ mediaType, envelope: bytes }, expectation, ports), plugin };
}

/** Plugin attributes that are malformed are made as well: a draft with them would be refused. */
async function sealed(format: EnvelopeFormat, draft: Partial<Draft>) {
  const { bytes } = await makeEnvelope({ format, chain, draft: { payload: encodePayload(subject), ...draft } });
  return { bytes, mediaType: mediaTypeOf(format) };
}

function roots() {
  const root = chain.at(-1);
  assert.ok(root);
  return [root.certificate];
}

function findingsOf({ findings }: SignatureOutcome) {
  return findings.map(({ check, action, result }) => `${check} ${action} ${result}`);
}

async function rejection(situation: Situation, stage: string, words: RegExp) {
  const { outcome, plugin } = await run(situation);
  assert.equal(outcome.status, 'rejected');
  assert.deepEqual([outcome.stage, words.test(outcome.error.message)], [stage, true], outcome.error.message);
  return { outcome, plugin };
}

describe('a plugin that can do both', () => {
  test('judges identity and revocation in place of this program, which asks nobody', async () => {
    const asked: RevocationQuestion[] = [];
    const identities = [{ kind: 'other', text: 'acme:me' }] as const;
    const { outcome } = await run({ asked, statement: { trustedIdentities: identities } });
    assert.equal(outcome.status, 'verified');
    assert.deepEqual(asked, []);
    assert.deepEqual(findingsOf(outcome), [
      'integrity enforce passed',
      'authenticity enforce passed',
      'expiry enforce passed',
      'authenticTimestamp enforce passed',
      'authenticity enforce passed',
      'revocation enforce passed',
    ]);
    const [, anchored] = outcome.findings;
    assert.ok(anchored?.result === 'passed' && anchored.check === 'authenticity' && 'anchor' in anchored.evidence);
    assert.equal(anchored.evidence.identity, undefined);
    const judged = outcome.findings.slice(4).map((finding) => finding.result === 'passed' && finding.evidence);
    assert.deepEqual(judged, Array(2).fill({ plugin: { name: 'fake', version: '1.2.3' } }));
  });

  test('is told what notation tells it, where there is little to tell', async () => {
    const { plugin } = await run();
    assert.deepEqual(await plugin.request('get-plugin-metadata'), { pluginConfig: { k: 'v' } });
    assert.deepEqual(await plugin.request('verify-signature'), {
      contractVersion: '1.0',
      signature: {
        criticalAttributes: {
          contentType: 'application/vnd.cncf.notary.payload.v1+json',
          signingScheme: 'notary.x509',
          expiry: '0001-01-01T00:00:00Z',
        },
        unprocessedAttributes: null,
        certificateChain: chain.map(({ certificate }) => Buffer.from(certificate.der).toString('base64')),
      },
      trustPolicy: { trustedIdentities: ['*'], signatureVerification: [identityCheck, revocationCheck] },
      pluginConfig: { k: 'v' },
    });
  });

  for (const format of ['jws', 'cose'] as const) {
    test(`is told all that a ${format} signature says, and must process it`, async () => {
      const extended = [named(), atLeast('1.0.0'), rule, { key: 'acme.note', critical: false, value: 7 }];
      const expiry = new Date('2099-01-01T00:00:00Z');
      const draft = { scheme: 'notary.x509.signingAuthority', signingTime: during, expiry } as const;
      const answer = { ...good(identityCheck, revocationCheck), processedAttributes: ['acme.note', 'acme.rule'] };
      const { plugin, outcome } = await run({ format, extended, draft, answer });
      assert.equal(outcome.status, 'verified');
      const { signature } = (await plugin.request('verify-signature')) as { signature: Record<string, unknown> };
      assert.deepEqual(signature['criticalAttributes'], {
        contentType: 'application/vnd.cncf.notary.payload.v1+json',
        signingScheme: 'notary.x509.signingAuthority',
        expiry: '2099-01-01T00:00:00Z',
        authenticSigningTime: `${during.toISOString().slice(0, 19)}Z`,
        extendedAttributes: { 'acme.rule': 'x', 'acme.note': 7 },
      });
      assert.deepEqual(new Set(signature['unprocessedAttributes'] as string[]), new Set(['acme.rule', 'acme.note']));
    });
  }

  test('gives its reasons to the evidence', async () => {
    const { outcome } = await run({
      answer: {
        verificationResults: { [identityCheck]: { success: true, reason: 'known here' }, [revocationCheck]: { success: true } },
        processedAttributes: [],
      },
    });
    const judged = outcome.findings.slice(4).map((finding) => finding.result === 'passed' && finding.evidence);
    const plugin = { name: 'fake', version: '1.2.3' };
    assert.deepEqual(judged, [{ plugin, reason: 'known here' }, { plugin }]);
  });

  test('rejects, with its reason, what it does not trust or knows to be revoked', async () => {
    const failing = (check: string) => {
      const { verificationResults } = good(identityCheck, revocationCheck);
      return {
        verificationResults: { ...verificationResults, [check]: { success: false, reason: 'not today' } },
        processedAttributes: null,
      };
    };
    const { outcome } = await rejection(
      { answer: failing(identityCheck) },
      'authenticity',
      /plugin "fake": .*identity check.*: not today$/,
    );
    assert.deepEqual(findingsOf(outcome).slice(-1), ['authenticity enforce failed']);
    await rejection({ answer: failing(revocationCheck) }, 'revocation', /plugin "fake": .*revocation check.*: not today$/);
    const audit = await run({ answer: failing(identityCheck), statement: { level: 'audit', actions: levels.audit } });
    assert.equal(audit.outcome.status, 'verified');
    assert.deepEqual(findingsOf(audit.outcome).slice(-2), ['authenticity log failed', 'revocation log passed']);
  });

  test('is asked for no revocation where the policy skips it', async () => {
    const actions = { ...levels.strict, revocation: 'skip' } as const;
    const { outcome, plugin } = await run({ statement: { actions }, answer: good(identityCheck) });
    assert.equal(outcome.status, 'verified');
    assert.ok(findingsOf(outcome).includes('revocation skip skipped'));
    const { trustPolicy } = (await plugin.request('verify-signature')) as { trustPolicy: object };
    assert.deepEqual(trustPolicy, { trustedIdentities: ['*'], signatureVerification: [identityCheck] });
  });

  test('is not asked when a check before its own fails', async () => {
    const expired = { signingTime: new Date('2026-01-01T00:00:00Z'), expiry: new Date('2026-01-02T00:00:00Z') };
    const { plugin } = await rejection({ draft: expired }, 'expiry', /expired/);
    assert.equal(await plugin.request('verify-signature'), undefined);
  });
});

describe('a plugin that can do one', () => {
  test('leaves revocation to this program', async () => {
    const metadata = { capabilities: [identityCheck] };
    await rejection({ metadata, answer: good(identityCheck) }, 'revocation', /revoked/);
    const statement = { level: 'audit', actions: levels.audit } as const;
    assert.equal((await run({ metadata, statement, answer: good(identityCheck) })).outcome.status, 'verified');
  });

  test('leaves identity to this program', async () => {
    const situation = { metadata: { capabilities: [revocationCheck] }, answer: good(revocationCheck) };
    assert.equal((await run(situation)).outcome.status, 'verified');
    await rejection({ ...situation, statement: { trustedIdentities: [{ kind: 'other', text: 'acme:me' }] } }, 'authenticity', /acme:me/);
  });

  test('is not asked when that one is skipped, and then nobody processes what is critical', async () => {
    const actions = { ...levels.strict, revocation: 'skip' } as const;
    const situation = { metadata: { capabilities: [revocationCheck] }, statement: { actions }, answer: { script: 'exit 9' } };
    assert.equal((await run(situation)).outcome.status, 'verified');
    await rejection({ ...situation, extended: [named(), rule] }, 'critical attributes', /"acme\.rule"/);
  });
});

describe('a version that is needed', () => {
  const versions: readonly (readonly [string, string, boolean])[] = [
    ['1.2.3', '1.2.3', true],
    ['1.2.3', '1.2.4', false],
    ['1.10.0', '1.9.0', true],
    ['1.2.3-rc.1', '1.2.3', false],
    ['1.2.3', '1.2.3-rc.1', true],
    ['1.2.3+a', '1.2.3+b', true],
  ];
  for (const [version, minimum, enough] of versions) {
    test(`${version} is ${enough ? '' : 'not '}enough for ${minimum}`, async () => {
      const situation = { metadata: { version }, extended: [named(), atLeast(minimum)] };
      if (enough) assert.equal((await run(situation)).outcome.status, 'verified');
      else await rejection(situation, 'verification plugin', /expected version .* or later/);
    });
  }

  test('the version of the plugin must be semantic, needed or not', async () => {
    for (const version of ['1.2', 'v1.2.3', '1.2.3 ', 'latest'])
      await rejection({ metadata: { version } }, 'verification plugin', /expected semantic versions/);
  });
});

const faults: readonly (readonly [string, Situation, RegExp])[] = [
  ['has no capability to verify', { metadata: { capabilities: ['SIGNATURE_GENERATOR.RAW'] } }, /expected the capability/],
  ['is of another name', { metadata: { name: 'other' } }, /found "other"/],
  ['speaks another contract', { metadata: { supportedContractVersions: ['2.0'] } }, /contract version/],
  ['prints nothing', { answer: { stdout: '' } }, /found nothing/],
  ['prints words', { answer: { stdout: 'verified' } }, /not valid JSON/],
  ['prints null', { answer: { stdout: 'null' } }, /found null/],
  ['answers an empty object', { answer: { stdout: {} } }, /verificationResults: expected a JSON object, found nothing/],
  ['answers no result', { answer: { verificationResults: {} } }, /result for SIGNATURE_VERIFIER.TRUSTED_IDENTITY, found none/],
  ['answers one result of two', { answer: good(identityCheck) }, /result for SIGNATURE_VERIFIER.REVOCATION_CHECK, found none/],
  ['answers a result that was not asked for', { answer: good(identityCheck, revocationCheck, 'MORE') }, /found one for "MORE"/],
  ['answers success in words', { answer: results({ success: 'true' }) }, /success .* true or false, found a string/],
  ['answers no success', { answer: results({ reason: 'fine' }) }, /true or false, found nothing/],
  ['answers success as null', { answer: results(null) }, /expected a JSON object, found null/],
  ['answers a reason that is no text', { answer: results({ success: true, reason: 7 }) }, /reason .* text, found a number/],
  ['processes what is not there', { answer: { ...good(identityCheck, revocationCheck), processedAttributes: ['x'] } }, /found "x"/],
  ['processes no text', { answer: { ...good(identityCheck, revocationCheck), processedAttributes: [7] } }, /list of texts/],
  ['answers success twice', { answer: { stdout: '{"verificationResults":{},"verificationResults":{}}' } }, /member once/],
  ['leaves a critical attribute', { extended: [named(), rule] }, /"acme\.rule" to be processed, found that it was not/],
  ['leaves another attribute', { extended: [named(), { ...rule, critical: false }] }, /"acme\.rule" to be processed/],
  ['fails', { answer: { stderr: { errorCode: 'ACCESS_DENIED', errorMessage: 'no' }, code: 1 } }, /verify-signature: no$/],
  ['crashes', { answer: { script: 'kill -SEGV $$' } }, /ended by SIGSEGV/],
  ['hangs', { answer: { script: 'exec sleep 600' }, timeoutMs: 500 }, /no answer within 0\.5 s/],
  ['never ends its answer', { answer: { script: "exec yes ' '" } }, /at most 67108864 bytes/],
];

function results(result: object | null) {
  return { verificationResults: { [identityCheck]: result, [revocationCheck]: { success: true } }, processedAttributes: [] };
}

for (const [what, situation, words] of faults) {
  for (const level of ['strict', 'audit'] as const) {
    test(`a plugin that ${what} verifies nothing at level ${level}`, async () => {
      await rejection({ ...situation, statement: { level, actions: levels[level] } }, 'verification plugin', words);
    });
  }
}

test('a least version of no plugin is an attribute that nobody knows', () => {
  const signed = { scheme: 'notary.x509', signingTime: { at: during }, extended: [atLeast('1.0.0')] } as const;
  assert.throws(() => checkCriticalAttributes(signed, undefined), { code: 'UNVERIFIED', message: /verificationPluginMinVersion/ });
});

test('what only COSE can say is told to no plugin', async () => {
  const answer = good(identityCheck, revocationCheck);
  const label = { key: 99, critical: true, value: 1 };
  await rejection({ format: 'cose', extended: [named(), label], answer }, 'critical attributes', /99/);
  await rejection(
    { format: 'cose', extended: [named(), { ...rule, value: new Map([[1, 2]]) }] },
    'verification plugin',
    /of a kind that JSON has/,
  );
  assert.equal((await run({ format: 'cose', extended: [named(), { ...label, critical: false }], answer })).outcome.status, 'verified');
  const bytes = {
    format: 'cose',
    extended: [named(), { ...rule, value: Buffer.from('x') }],
    answer: { ...answer, processedAttributes: ['acme.rule'] },
  } as const;
  const { signature } = (await (await run(bytes)).plugin.request('verify-signature')) as { signature: { criticalAttributes: object } };
  assert.deepEqual(Object.entries(signature.criticalAttributes).at(-1), ['extendedAttributes', { 'acme.rule': 'eA==' }]);
});

test('this program is a verification plugin too, and judges by its own checks', async () => {
  const open: OpenVerificationPlugin = async () => ({ kind: 'own', metadata: { name: 'ts-kms', version: '1.0.0' } });
  const verify = async (extended: readonly ExtendedAttribute[], revocation = portsOf({ stores: {} }).askRevocation) => {
    const { bytes, mediaType } = await sealed('jws', { extended });
    const ports = portsOf({ stores: { 'ca:test': roots(), 'signingAuthority:test': roots() }, revocation, openVerificationPlugin: open });
    const expectation = { statement: statementOf(), userMetadata: {}, checkSubject: () => undefined };
    return verifySignature({ mediaType, envelope: bytes }, expectation, ports);
  };
  const stageOf = (outcome: SignatureOutcome) => (outcome.status === 'rejected' ? outcome.stage : outcome.status);
  assert.equal(stageOf(await verify([named('ts-kms')])), 'verified');
  assert.equal(stageOf(await verify([named('ts-kms')], leafIs('revoked'))), 'revocation');
  assert.equal(stageOf(await verify([named('ts-kms'), atLeast('1.0.1')])), 'verification plugin');
  assert.equal(stageOf(await verify([named('ts-kms'), rule])), 'critical attributes');
});

const malformed: readonly (readonly [string, readonly ExtendedAttribute[], RegExp])[] = [
  ['not critical', [named('fake', false)], /verificationPlugin to be critical/],
  ['of an empty name', [named(' ')], /verificationPlugin to be a text, found an empty one/],
  ['a number', [named(7)], /verificationPlugin to be a text, found something else/],
  ['of a version that is not critical', [named(), atLeast('1.0.0', false)], /MinVersion to be critical/],
  ['of an empty version', [named(), atLeast('')], /MinVersion to be a text, found an empty one/],
  ['of a version that is none', [named(), atLeast('1.0')], /expected semantic versions, found "1\.0"/],
];
for (const [what, extended, words] of malformed)
  test(`a plugin that is named by an attribute ${what} is never appointed`, async () => {
    const open: OpenVerificationPlugin = async () => ({ kind: 'own', metadata: { name: 'fake', version: '1.0.0' } });
    const signed = { scheme: 'notary.x509', signingTime: { at: during }, extended } as const;
    await assert.rejects(appointPlugin(signed, statementOf(), open), { code: 'UNVERIFIED', message: words });
  });
