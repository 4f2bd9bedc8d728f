// What is said of verification: to people, and as JSON.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concludeArtifact, concludeBlob } from '../../../../src/cli/verify/conclusion.ts';
import { outcomeJson } from '../../../../src/cli/verify/verdict-json.ts';
import { acceptanceText, rejectionText, successText, warningTexts } from '../../../../src/cli/verify/verdict-text.ts';
import { tellOutcome } from '../../../../src/cli/verify/verdict-voice.ts';
import { NotationError } from '../../../../src/core/error.ts';
import { levels } from '../../../../src/policy/level.ts';
import type { OciStatement } from '../../../../src/policy/statement.ts';
import type { Accepted, ArtifactOutcome, OfArtifact, Rejected } from '../../../../src/verify/outcome.ts';
import { verifySignature } from '../../../../src/verify/signature.ts';
import type { AskRevocation } from '../../../../src/x509/revocation/report.ts';
import { type EnvelopeWish, leafOf, makeEnvelope } from '../../../support/envelopes.ts';
import { mintChain, subjectOf } from '../../../support/pki.ts';
import { leafIs, portsOf, statementOf } from '../../../support/verification.ts';

const chain = await mintChain();
const [leaf, , root] = chain;
const digest = `sha256:${'12'.repeat(32)}`;
const name = `registry.test/app@sha256:${'ab'.repeat(32)}`;

interface Wish {
  readonly statement?: OciStatement;
  readonly envelope?: Partial<EnvelopeWish>;
  readonly revocation?: AskRevocation;
  readonly userMetadata?: Readonly<Record<string, string>>;
  readonly trusted?: boolean;
}

async function judge({ statement = statementOf(), envelope = {}, revocation, userMetadata = {}, trusted = true }: Wish = {}) {
  const made = await makeEnvelope({ format: 'jws', chain, ...envelope });
  const stored = { mediaType: 'application/jose+json', envelope: made.bytes };
  const certificates = trusted ? [made.chain.at(-1)?.certificate ?? leafOf(chain).certificate] : [leafOf(await mintChain()).certificate];
  const ports = portsOf({ stores: { 'ca:test': certificates }, ...(revocation && { revocation }) });
  const outcome = await verifySignature(stored, { statement, userMetadata, checkSubject: () => undefined }, ports);
  return { ...outcome, digest };
}

async function judgeAccepted(wish?: Wish): Promise<Accepted & OfArtifact> {
  const outcome = await judge(wish);
  assert.ok(outcome.status === 'verified');
  return outcome;
}

async function judgeRejected(wish?: Wish): Promise<Rejected & OfArtifact> {
  const outcome = await judge(wish);
  assert.ok(outcome.status === 'rejected');
  return outcome;
}

/** Hexadecimal and names are long, and different each time. */
function short(text: string): string {
  return text.replace(/[0-9a-f]{64}/g, 'HEX').replaceAll(',O=notation-ts-kms,ST=WA,C=US', '');
}

describe('for people', () => {
  test('a signature that nobody trusted made', async () => {
    assert.equal(
      short(rejectionText(await judgeRejected({ trusted: false }), statementOf(), false)),
      `Signature sha256:HEX was rejected: authenticity
  signed by:  CN=leaf (SHA-256 HEX)
  signed at:  2026-06-01T12:00:00Z, as the signer says
  expected:   a certificate of its chain, whose root is "CN=root", in ca:test ("CN=leaf")
  found:      none
  what to do: if this signer is to be trusted, add that root with \`cert add --type ca --store test\`
  policy:     statement "test" of level strict enforces authenticity
`,
    );
  });

  test('a certificate that may be revoked: who was asked', async () => {
    assert.equal(
      short(rejectionText(await judgeRejected({ revocation: leafIs('unknown') }), statementOf(), false))
        .split('\n')
        .slice(3, 6)
        .join('\n'),
      `  expected:   no certificate of the chain revoked
  found:      CN=leaf may be revoked; OCSP http://ocsp.test/: no answer within 2 s
  what to do: try again when these answer, or have the trust policy log revocation instead of enforcing it`,
    );
    assert.match(
      short(rejectionText(await judgeRejected({ revocation: leafIs('revoked') }), statementOf(), false)),
      /^ {2}found: {6}CN=leaf was revoked at 2026-05-01T00:00:00Z \(keyCompromise\), says CRL http:\/\/crl\.test\/1 from .* until .*$/m,
    );
  });

  test('an envelope that is none says nothing of who signed', async () => {
    const rejected: Rejected = {
      status: 'rejected',
      stage: 'fetch',
      findings: [],
      error: new NotationError('MANIFEST', 'signature manifest: expected one layer, found 2'),
    };
    assert.equal(
      rejectionText({ ...rejected, digest }, statementOf(), false),
      `Signature ${digest} was rejected: fetch\n  about:    signature manifest\n  expected: one layer\n  found:    2\n`,
    );
    assert.equal(
      rejectionText({ ...rejected, error: new NotationError('UNAVAILABLE', 'nothing\n  answers') }, statementOf(), false),
      'The signature was rejected: fetch\n  reason: nothing answers\n',
    );
  });

  test('every check of a signature that passes', async () => {
    const draft = { expiry: new Date('2027-01-01T00:00:00Z') };
    assert.equal(
      short(acceptanceText(await judgeAccepted({ envelope: { draft } }), statementOf())),
      `Signature sha256:HEX was verified
  signed by:          CN=leaf (SHA-256 HEX)
  signed at:          2026-06-01T12:00:00Z, as the signer says
  integrity:          ECDSA-SHA-256, application/jose+json
  authenticity:       CN=root is in ca:test; trusted identity *
  expiry:             2027-01-01T00:00:00Z
  authenticTimestamp: certificates are valid now, at 2026-06-01T12:00:00Z
  revocation:         CN=leaf names nobody who could tell of a revocation; CN=intermediate 1 names nobody who could tell of a revocation; CN=root names nobody who could tell of a revocation
  policy:             statement "test" of level strict
`,
    );
  });

  test('what failed and is only logged is warned of, in notation’s words', async () => {
    const statement = statementOf({ level: 'audit' });
    const accepted = await judgeAccepted({ statement, trusted: false, revocation: leafIs('unknown') });
    const texts = warningTexts(accepted);
    assert.equal(texts.length, 2);
    assert.match(texts[0] ?? '', /^authenticity was set to "log" and failed with error: certificate "CN=leaf.*found none; if this signer/);
    assert.match(texts[1] ?? '', /^revocation was set to "log" and failed with error: certificate "CN=leaf.*OCSP http:\/\/ocsp\.test\//);
    assert.match(acceptanceText(accepted, statement), /^ {2}authenticity: +failed, and is only logged: certificate "CN=leaf/m);
  });

  test('the metadata of a signature, in the order of its names', async () => {
    const accepted = await judgeAccepted();
    const signed = { ...accepted.signed, annotations: { b: '2', a: '\u001b[2J' } };
    const outcome = { statement: statementOf(), status: 'verified', rejected: [], accepted: { ...accepted, signed } } as const;
    assert.equal(
      successText('app\u202e', outcome),
      `Successfully verified signature for app\\u202e

The artifact was signed with the following user metadata.

KEY   VALUE       
a     \\u001b[2J   
b     2           
`,
    );
  });

  test('hostile names and messages are escaped', async () => {
    const hostile = await mintChain({ changes: [{ subject: [...subjectOf('leaf'), ['OU', 'x\u001b]0;owned\u0007\n\u202e']] }] });
    const rejected = await judgeRejected({ envelope: { chain: hostile }, trusted: false });
    for (const text of [
      rejectionText(rejected, statementOf(), true),
      rejectionText({ ...rejected, digest: '\u001b[2J' }, statementOf(), true),
    ])
      assert.doesNotMatch(text, /(?!\n)[\p{Cc}\u202e]/u);
    assert.equal(rejectionText(rejected, statementOf(), false).split('\n').length, 8, 'no line more');
  });
});

describe('what is told where', () => {
  const telling = { name, among: false, verbose: false, offline: false };

  function tell(outcome: ArtifactOutcome, more: Partial<typeof telling> = {}) {
    const [out, error]: [string[], string[]] = [[], []];
    tellOutcome(
      outcome,
      { ...telling, ...more },
      { out: (text) => void out.push(text.toString()), error: (text) => void error.push(text) },
    );
    return { out: out.join(''), error: error.join('') };
  }

  test('signatures that were rejected before one passes are told to who asks', async () => {
    const [rejected, accepted] = [await judgeRejected({ trusted: false }), await judgeAccepted()];
    const outcome = { statement: statementOf(), status: 'verified', rejected: [rejected], accepted } as const;
    assert.equal(tell(outcome).error, '');
    assert.match(tell(outcome).out, /^Successfully verified signature for registry\.test/);
    assert.match(tell(outcome, { verbose: true }).error, /was rejected: authenticity\n[\s\S]*was verified\n/);
  });

  test('nothing on standard output, and a reason for each, where all are rejected', async () => {
    const rejected = [await judgeRejected({ trusted: false }), await judgeRejected({ userMetadata: { a: 'b' } })];
    const outcome = { statement: statementOf(), status: 'rejected', reason: 'all rejected', rejected } as const;
    const { out, error } = tell(outcome);
    assert.equal(out, '');
    assert.match(error, /^Signature .* was rejected: authenticity\n[\s\S]*^Signature .* was rejected: user metadata\n/m);
    assert.match(tell(outcome, { among: true }).error, /^registry\.test\/app@sha256:[0-9a-f]{64}:\nSignature /);
  });

  test('--offline says what it weakened, and what comes of that', async () => {
    const statement = statementOf({ level: 'permissive', actions: levels.permissive });
    const accepted = await judgeAccepted({ statement, revocation: leafIs('unknown') });
    const passed = { statement, status: 'verified', rejected: [], accepted } as const;
    const said = tell(passed, { offline: true }).error;
    assert.match(said, /^Warning: --offline weakened revocation, which the trust policy only logs: .*: "CN=leaf,[^"]*"\n/);
    assert.match(said, /^Warning: revocation was set to "log"/m);
    assert.doesNotMatch(tell(passed).error, /offline/);
    const failed = {
      statement: statementOf(),
      status: 'rejected',
      reason: 'all rejected',
      rejected: [await judgeRejected({ revocation: leafIs('unknown') })],
    } as const;
    assert.match(
      tell(failed, { offline: true }).error,
      /^Warning: --offline weakened revocation, which the trust policy enforces, so that this is a failure/m,
    );
  });

  test('a skip', () => {
    const outcome = { statement: statementOf({ level: 'skip' }), status: 'skipped' } as const;
    assert.deepEqual(tell(outcome), { out: `Trust policy is configured to skip signature verification for ${name}\n`, error: '' });
  });
});

describe('how a failure ends, in notation’s words', () => {
  const verifying = { name, scoped: `local/scope@${digest}`, maxSignatures: 2 };
  const statement = statementOf();

  test('no signature', () => {
    const error = concludeArtifact({ statement, status: 'rejected', reason: 'unsigned', rejected: [] }, verifying);
    assert.equal(
      error?.message,
      `signature verification failed: no signature is associated with "local/scope@${digest}", make sure the artifact was signed successfully`,
    );
  });

  test('none that passes, and more than may be tried', async () => {
    const rejected = [await judgeRejected({ trusted: false })];
    const message = `signature verification failed for all the signatures associated with ${name}`;
    const all = concludeArtifact({ statement, status: 'rejected', reason: 'all rejected', rejected }, verifying);
    assert.deepEqual([all?.code, all?.message, all?.hint], ['UNVERIFIED', message, undefined]);
    const many = concludeArtifact({ statement, status: 'rejected', reason: 'too many', rejected }, verifying);
    assert.deepEqual([many?.message, many?.hint?.includes('--max-signatures')], [message, true]);
  });

  test('a trust store that is not there takes the place of the rest', async () => {
    const broken = statementOf({ trustStores: [{ type: 'ca', name: 'nope' }] });
    const rejected = [await judgeRejected({ statement: broken })];
    const [artifact, blob] = [
      concludeArtifact({ statement, status: 'rejected', reason: 'all rejected', rejected }, verifying),
      concludeBlob({ statement, status: 'rejected', reason: 'all rejected', rejected }),
    ];
    for (const error of [artifact, blob]) assert.match(error?.message ?? '', /^the trust store "nope" of type "?ca"? does not exist$/);
  });

  test('a blob', async () => {
    const rejected = [await judgeRejected({ trusted: false })];
    const error = concludeBlob({ statement, status: 'rejected', reason: 'all rejected', rejected });
    assert.match(error?.message ?? '', /^signature verification failed: certificate "CN=leaf/);
    assert.equal(concludeBlob({ statement, status: 'skipped' }), undefined);
  });
});

describe('as JSON', () => {
  test('the evidence for every check', async () => {
    const [rejected, accepted] = [await judgeRejected({ revocation: leafIs('revoked') }), await judgeAccepted()];
    const outcome = { statement: statementOf(), status: 'verified', rejected: [rejected], accepted } as const;
    const json = JSON.parse(JSON.stringify(outcomeJson(outcome)));
    assert.deepEqual([json.status, json.statement.name, json.statement.level], ['verified', 'test', 'strict']);
    assert.deepEqual(json.statement.actions, levels.strict);
    const [first, second] = json.signatures;
    assert.deepEqual([first.digest, first.status, first.failedAt, first.code], [digest, 'rejected', 'revocation', 'REVOKED']);
    const revocation = first.checks.at(-1);
    assert.deepEqual([revocation.check, revocation.result, revocation.evidence.verdict], ['revocation', 'failed', 'revoked']);
    const [status] = revocation.evidence.certificates;
    assert.deepEqual(
      [status.status, status.method, status.url, status.thisUpdate, status.cached, status.revokedAt, status.reason],
      ['revoked', 'CRL', 'http://crl.test/1', '2026-06-01T12:00:00Z', false, '2026-05-01T00:00:00Z', 'keyCompromise'],
    );
    assert.equal(second.status, 'verified');
    assert.deepEqual(second.certificates[0], {
      subject: 'CN=leaf,O=notation-ts-kms,ST=WA,C=US',
      issuer: 'CN=intermediate 1,O=notation-ts-kms,ST=WA,C=US',
      serial: leaf?.certificate.serial,
      sha256: second.certificates[0].sha256,
      notBefore: '2025-01-01T00:00:00Z',
      notAfter: '2035-01-01T00:00:00Z',
    });
    const found = Object.fromEntries(
      second.checks.map((one: { readonly check: string; readonly evidence: object }) => [one.check, one.evidence]),
    );
    assert.deepEqual([found.authenticity.trustStore, found.authenticity.trustedIdentity], ['ca:test', '*']);
    assert.equal(found.authenticity.anchor.serial, root?.certificate.serial);
    assert.deepEqual(found.expiry, { now: '2026-06-01T12:00:00Z', expiry: null });
    assert.deepEqual(found.authenticTimestamp, { time: 'now', at: '2026-06-01T12:00:00Z' });
    assert.deepEqual(second.userMetadata, { 'io.example.build': '<"a" & b>' });
  });

  test('a problem of each source, and nothing of an envelope that was not intact', async () => {
    const unknown = await judgeRejected({ revocation: leafIs('unknown') });
    const rejected = [unknown, { ...unknown, findings: [] }];
    const json = JSON.parse(
      JSON.stringify(outcomeJson({ statement: statementOf(), status: 'rejected', reason: 'all rejected', rejected })),
    );
    const [status] = json.signatures[0].checks.at(-1).evidence.certificates;
    assert.deepEqual(status.problems, [{ method: 'OCSP', url: 'http://ocsp.test/', code: 'TIMEOUT', error: 'no answer within 2 s' }]);
    assert.equal('certificates' in json.signatures[1], false);
    const untrusted = [await judgeRejected({ trusted: false })];
    const failed = JSON.parse(
      JSON.stringify(outcomeJson({ statement: statementOf(), status: 'rejected', reason: 'all rejected', rejected: untrusted })),
    );
    const [signature] = failed.signatures;
    for (const { expected, found } of [signature, signature.checks.at(-1)])
      assert.deepEqual([/^a certificate of its chain/.test(expected), found], [true, 'none']);
  });
});
