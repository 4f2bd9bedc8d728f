// Each check of a signature under each action of the policy, in both encodings.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { EnvelopeFormat } from '../../../src/core/model.ts';
import { encodePayload } from '../../../src/core/payload.ts';
import type { Draft } from '../../../src/envelope/codec.ts';
import { type Actions, levels } from '../../../src/policy/level.ts';
import type { Demands } from '../../../src/policy/statement.ts';
import type { Rejected, SignatureOutcome } from '../../../src/verify/outcome.ts';
import { verifySignature } from '../../../src/verify/signature.ts';
import { checkSameSubject } from '../../../src/verify/subject.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import { parseIdentity } from '../../../src/x509/distinguished-name.ts';
import type { RevocationQuestion } from '../../../src/x509/revocation/report.ts';
import { leafOf, makeEnvelope } from '../../support/envelopes.ts';
import { type Change, during, type Holder, mintCa, mintChain, mintLeaf, validUntil } from '../../support/pki.ts';
import { makeToken } from '../../support/timestamp-token.ts';
import { leafIs, portsOf, type Surroundings, statementOf, storeOf } from '../../support/verification.ts';

const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'ab'.repeat(32)}`, size: 42 };
const plugin = { key: 'io.cncf.notary.verificationPlugin', critical: true, value: 'acme' };
const signedSubject = { ...subject, annotations: { build: '7' } };

interface Situation {
  readonly chain?: readonly Holder[];
  readonly draft?: Partial<Draft>;
  readonly timestamp?: (signature: Uint8Array) => Promise<Uint8Array>;
  readonly spoil?: (bytes: Uint8Array) => Uint8Array;
  readonly mediaType?: string;
  readonly statement?: Partial<Demands>;
  readonly around?: Partial<Surroundings>;
  readonly userMetadata?: Readonly<Record<string, string>>;
  readonly subject?: typeof subject;
}

for (const format of ['jws', 'cose'] as const) {
  describe(`a ${format} signature`, () => {
    let chain: readonly Holder[];
    let authority: readonly Holder[];
    let stores: Surroundings['stores'];
    let stranger: Certificate;

    before(async () => {
      chain = await mintChain({ intermediates: 1 });
      authority = await mintChain({ purpose: 'timestamping', intermediates: 1 });
      stranger = (await mintCa('stranger', undefined)).certificate;
      const roots = [rootOf(chain)];
      stores = { 'ca:test': roots, 'signingAuthority:test': roots, 'tsa:test': [rootOf(authority)], 'ca:other': [stranger] };
    });

    const run = (situation: Situation = {}) => verifyIn(format, { chain, ...situation, around: { stores, ...situation.around } });
    const otherLeaf = async (change: Change) => [await mintLeaf('leaf', chain[1], change), ...chain.slice(1)];
    const withTsa: Partial<Demands> = { trustStores: [storeOf('ca'), storeOf('tsa')] };
    const stamped = (info = {}) => ({ timestamp: (message: Uint8Array) => makeToken({ chain: authority, message, info }) });

    test('is verified when every check passes, and says what was found', async () => {
      const asked: RevocationQuestion[] = [];
      const outcome = await run({ around: { stores, asked }, userMetadata: { build: '7' } });
      assert.equal(outcome.status, 'verified');
      const { findings } = outcome;
      assert.deepEqual(
        findings.map(({ check, action, result }) => [check, action, result]),
        [
          ['integrity', 'enforce', 'passed'],
          ['authenticity', 'enforce', 'passed'],
          ['expiry', 'enforce', 'passed'],
          ['authenticTimestamp', 'enforce', 'passed'],
          ['revocation', 'enforce', 'passed'],
        ],
      );
      const [, authenticity, , time] = findings;
      assert.ok(authenticity?.check === 'authenticity' && authenticity.result === 'passed');
      assert.ok('anchor' in authenticity.evidence);
      const { anchor, store, identity } = authenticity.evidence;
      assert.deepEqual([anchor.serial, store, identity], [rootOf(chain).serial, storeOf('ca'), { kind: 'any' }]);
      assert.ok(time?.check === 'authenticTimestamp' && time.result === 'passed');
      assert.deepEqual(time.evidence, { time: 'now', at: during });
      assert.deepEqual(outcome.status === 'verified' && outcome.signed, signedSubject);
      assert.equal(asked.length, 1);
      assert.deepEqual(
        asked[0]?.chain.map(({ serial }) => serial),
        chain.map(({ certificate }) => certificate.serial),
      );
      assert.equal(asked[0]?.authenticSigningTime, undefined);
    });

    const failures: readonly (readonly [string, keyof Actions, () => Promise<Situation> | Situation, string, RegExp])[] = [
      [
        'a root that is in no store',
        'authenticity',
        () => ({ statement: { trustStores: [storeOf('ca', 'other')] } }),
        'UNTRUSTED',
        /expected a certificate of its chain.*in ca:other/,
      ],
      [
        'no store for its scheme',
        'authenticity',
        () => ({ statement: { trustStores: [storeOf('signingAuthority')] } }),
        'UNTRUSTED',
        /expected a trust store of type ca/,
      ],
      [
        'a store that is not there',
        'authenticity',
        () => ({ statement: { trustStores: [storeOf('ca'), storeOf('ca', 'none')] } }),
        'FILE',
        /"none" of type ca does not exist/,
      ],
      [
        'another identity',
        'authenticity',
        () => ({ statement: { trustedIdentities: [identityOf('C=US, ST=WA, O=somebody else')] } }),
        'UNTRUSTED',
        /somebody else/,
      ],
      [
        'an expiry that has come',
        'expiry',
        () => ({ draft: { signingTime: before1(during), expiry: during } }),
        'EXPIRED',
        /expired on 2026-06-01T12:00:00.000Z/,
      ],
      [
        'a chain that is no longer valid',
        'authenticTimestamp',
        () => ({ around: { stores, now: () => after1(validUntil) } }),
        'CERTIFICATE',
        /expected it to be valid/,
      ],
      [
        'no timestamp where one is asked for',
        'authenticTimestamp',
        () => ({ statement: withTsa }),
        'TIMESTAMP',
        /expected a timestamp countersignature, found none/,
      ],
      [
        'a timestamp of another authority',
        'authenticTimestamp',
        () => ({ ...stamped(), statement: withTsa, around: { stores: { ...stores, 'tsa:test': [stranger] } } }),
        'TIMESTAMP',
        /trusted root/,
      ],
      [
        'a timestamp of something else',
        'authenticTimestamp',
        () => ({ statement: withTsa, timestamp: () => makeToken({ chain: authority, message: Buffer.from('else') }) }),
        'TIMESTAMP',
        /message imprint/,
      ],
      [
        'a timestamp from before its chain was valid',
        'authenticTimestamp',
        async () => ({ ...stamped(), statement: withTsa, chain: await otherLeaf({ notBefore: after1(during) }) }),
        'TIMESTAMP',
        /within its validity/,
      ],
      [
        'a timestamp from after its chain was valid',
        'authenticTimestamp',
        async () => ({ ...stamped(), statement: withTsa, chain: await otherLeaf({ notAfter: before1(during) }) }),
        'TIMESTAMP',
        /within its validity/,
      ],
      [
        'a revoked timestamp authority',
        'authenticTimestamp',
        () => ({ ...stamped(), statement: withTsa, around: { revocation: revokedTimestamping } }),
        'REVOKED',
        /^timestamp authority: /,
      ],
      [
        'an authentic signing time outside its validity',
        'authenticTimestamp',
        () => ({ draft: { scheme: 'notary.x509.signingAuthority', signingTime: after1(validUntil) } }),
        'CERTIFICATE',
        /expected it to be valid/,
      ],
      [
        'a revoked certificate',
        'revocation',
        () => ({ around: { revocation: leafIs('revoked') } }),
        'REVOKED',
        /found it revoked on 2026-05-01.*keyCompromise/,
      ],
      [
        'a certificate of which nobody tells',
        'revocation',
        () => ({ around: { revocation: leafIs('unknown') } }),
        'REVOCATION',
        /no answer within 2 s/,
      ],
    ];

    for (const [name, check, make, code, message] of failures) {
      test(`with ${name} is rejected where that is enforced, and no later check is made`, async () => {
        const outcome = rejected(await run(await make()));
        assert.equal(outcome.stage, check);
        assert.equal(outcome.error.code, code, outcome.error.message);
        assert.match(outcome.error.message, message);
        const last = outcome.findings.at(-1);
        assert.ok(last?.check === check && last.result === 'failed' && last.error === outcome.error);
      });

      test(`with ${name} is verified where that is logged, and it is told`, async () => {
        const situation = await make();
        const actions = { ...levels.strict, [check]: 'log' } as const;
        const outcome = await run({ ...situation, statement: { ...situation.statement, actions } });
        // What is trusted is another matter: the authenticity check alone is logged here.
        assert.equal(outcome.status, 'verified', outcome.status === 'rejected' ? outcome.error.message : '');
        const finding = outcome.findings.find((one) => one.check === check);
        assert.ok(finding?.result === 'failed' && finding.action === 'log');
        assert.equal(finding.error.code, code);
        assert.equal(outcome.findings.length, 5);
      });
    }

    test('whose revocation is skipped asks nobody', async () => {
      const asked: RevocationQuestion[] = [];
      const actions = { ...levels.strict, revocation: 'skip' } as const;
      const outcome = await run({ statement: { actions }, around: { stores, asked, revocation: leafIs('revoked') } });
      assert.equal(outcome.status, 'verified');
      assert.deepEqual(outcome.findings.at(-1), { check: 'revocation', action: 'skip', result: 'skipped' });
      assert.deepEqual(asked, []);
    });

    for (const level of ['strict', 'permissive', 'audit'] as const) {
      const always: readonly (readonly [string, Rejected['stage'], Situation, string, RegExp])[] = [
        ['spoiled bytes', 'integrity', { spoil: (bytes) => bytes.subarray(0, -20) }, 'ENVELOPE', /./],
        ['a media type that is not known', 'integrity', { mediaType: 'text/plain' }, 'ENVELOPE', /expected the media type/],
        [
          'the other encoding',
          'integrity',
          { mediaType: format === 'jws' ? 'application/cose' : 'application/jose+json' },
          'ENVELOPE',
          /./,
        ],
        [
          'an unknown critical attribute',
          'critical attributes',
          { draft: { extended: [{ key: 'acme.rule', critical: true, value: 'x' }] } },
          'UNVERIFIED',
          /"acme.rule"/,
        ],
        ['a verification plugin that is not there', 'verification plugin', { draft: { extended: [plugin] } }, 'FILE', /plugin "acme"/],
        [
          'another digest',
          'artifact',
          { subject: { ...subject, digest: `sha256:${'cd'.repeat(32)}` } },
          'UNVERIFIED',
          /expected the digest "sha256:cdcd/,
        ],
        ['another size', 'artifact', { subject: { ...subject, size: 43 } }, 'UNVERIFIED', /expected the size 43, found 42/],
        [
          'another media type',
          'artifact',
          { subject: { ...subject, mediaType: 'text/plain' } },
          'UNVERIFIED',
          /expected the media type "text/,
        ],
        [
          'a payload that is none',
          'artifact',
          { draft: { payload: Buffer.from('{"targetArtifact":{}}') } },
          'REQUEST',
          /payload targetArtifact/,
        ],
        ['a payload that names a thing twice', 'artifact', { draft: { payload: twice() } }, 'ENVELOPE', /payload/],
        [
          'metadata that is not there',
          'user metadata',
          { userMetadata: { owner: 'me' } },
          'UNVERIFIED',
          /"owner" to be "me", found no such/,
        ],
        ['other metadata', 'user metadata', { userMetadata: { build: '8' } }, 'UNVERIFIED', /"build" to be "8", found "7"/],
        ['metadata of an object’s own', 'user metadata', { userMetadata: { constructor: 'x' } }, 'UNVERIFIED', /found no such/],
      ];
      for (const [name, stage, situation, code, message] of always) {
        test(`with ${name} is rejected at level ${level}`, async () => {
          const outcome = rejected(await run({ ...situation, statement: { level, actions: levels[level] } }));
          assert.equal(outcome.stage, stage, outcome.error.message);
          assert.equal(outcome.error.code, code, outcome.error.message);
          assert.match(outcome.error.message, message);
        });
      }
    }

    test('that nobody else made: another leaf under the same root does not pass for it', async () => {
      const [, intermediate] = chain;
      const other = await mintLeaf('other', intermediate);
      const made = await makeEnvelope({ format, chain, draft: { payload: encodePayload(signedSubject) } });
      const envelope = made.codec.parse(made.bytes);
      const certificates = [other.certificate.der, ...envelope.certificates.slice(1)];
      const forged = made.codec
        .prepare({ payload: encodePayload(signedSubject), scheme: 'notary.x509', signingTime: during, algorithm: envelope.algorithm })
        .seal({ bytes: envelope.signature, certificates }, {});
      const outcome = rejected(await run({ spoil: () => forged }));
      assert.equal(outcome.stage, 'integrity');
      assert.equal(outcome.error.code, 'SIGNATURE');
    });

    test('of a signing authority is held against its authentic signing time, and that time against revocations', async () => {
      const asked: RevocationQuestion[] = [];
      const draft = { scheme: 'notary.x509.signingAuthority', signingTime: during } as const;
      const outcome = await run({ draft, around: { stores, asked, now: () => after1(validUntil) } });
      assert.equal(outcome.status, 'verified');
      assert.deepEqual(evidenceOfTime(outcome), { time: 'authentic signing time', at: during });
      assert.deepEqual(asked[0]?.authenticSigningTime, during);
    });

    test('of a signing authority is not trusted by a store of type ca', async () => {
      const draft = { scheme: 'notary.x509.signingAuthority', signingTime: during } as const;
      const outcome = rejected(await run({ draft, statement: { trustStores: [storeOf('ca')] } }));
      assert.match(outcome.error.message, /expected a trust store of type signingAuthority/);
    });

    test('with a timestamp is valid after its chain has expired', async () => {
      const asked: RevocationQuestion[] = [];
      const outcome = await run({ ...stamped(), statement: withTsa, around: { stores, asked, now: () => after1(validUntil) } });
      assert.equal(outcome.status, 'verified', outcome.status === 'rejected' ? outcome.error.message : '');
      const evidence = evidenceOfTime(outcome);
      assert.ok(evidence?.time === 'timestamp');
      assert.deepEqual([evidence.timestamp.earliest, evidence.timestamp.latest], [during, during]);
      assert.deepEqual(
        asked.map((question) => question.chain.length),
        [3, 3],
      );
      assert.equal(evidence.revocation?.verdict, 'good');
    });

    test('with a timestamp that is wanted only after expiry is held against now before it', async () => {
      const statement = { ...withTsa, verifyTimestamp: 'afterCertExpiry' } as const;
      const unstamped = await run({ statement });
      assert.deepEqual(evidenceOfTime(unstamped), { time: 'now', at: during });
      const late = { stores, now: () => after1(validUntil) };
      assert.equal(rejected(await run({ statement, around: late })).error.code, 'TIMESTAMP');
      assert.equal((await run({ ...stamped(), statement, around: late })).status, 'verified');
    });

    test('is valid to the last second of its chain, and not after', async () => {
      assert.equal((await run({ around: { stores, now: () => validUntil } })).status, 'verified');
      const late = new Date(validUntil.getTime() + 1);
      const outcome = rejected(await run({ around: { stores, now: () => late } }));
      const finding = outcome.findings.at(-1);
      assert.ok(finding?.check === 'authenticTimestamp' && finding.result === 'failed');
      assert.deepEqual(finding.evidence, { time: 'now', at: late });
      assert.match(outcome.error.hint ?? '', /signed anew/);
    });

    test('is good until its expiry, and not at it', async () => {
      const draft = { signingTime: before1(during), expiry: after1(during) };
      const at = (ms: number) => run({ draft, around: { stores, now: () => new Date(after1(during).getTime() + ms) } });
      assert.equal((await at(-1)).status, 'verified');
      assert.equal(rejected(await at(0)).stage, 'expiry');
    });

    test('is trusted by an intermediate certificate in the store', async () => {
      const [, intermediate] = chain;
      const outcome = await run({ around: { stores: { ...stores, 'ca:test': [intermediate?.certificate ?? rootOf(chain)] } } });
      const finding = outcome.findings.find(({ check }) => check === 'authenticity');
      assert.ok(finding?.check === 'authenticity' && finding.result === 'passed');
      assert.ok('anchor' in finding.evidence);
      assert.equal(finding.evidence.anchor.serial, intermediate?.certificate.serial);
    });

    test('takes its extended attributes when none is critical', async () => {
      const extended = [{ key: 'acme.note', critical: false, value: 'x' }];
      assert.equal((await run({ draft: { extended } })).status, 'verified');
    });

    test('fails loudly, and is not rejected, for a bug', async () => {
      const askRevocation = () => Promise.reject(new TypeError('bug'));
      await assert.rejects(run({ around: { stores, revocation: askRevocation } }), TypeError);
    });
  });
}

async function verifyIn(format: EnvelopeFormat, situation: Situation): Promise<SignatureOutcome> {
  const { chain = [], draft, timestamp, spoil = (bytes) => bytes, around = {} } = situation;
  const wish = { format, chain, draft: { payload: encodePayload(signedSubject), ...draft } };
  const made = await makeEnvelope(wish);
  // ECDSA signs anew each time, so the stamped envelope is sealed from the same signature.
  const { codec, message, signature } = made;
  const certificates = chain.map(({ certificate }) => certificate.der);
  const prepared = codec.prepare({ scheme: 'notary.x509', signingTime: during, algorithm: leafOf(chain).key.algorithm, ...wish.draft });
  assert.deepEqual(prepared.message, message);
  const token = await timestamp?.(signature);
  const bytes = token ? prepared.seal({ bytes: signature, certificates }, { timestamp: token }) : made.bytes;
  const wanted = situation.subject ?? subject;
  const mediaType = situation.mediaType ?? (format === 'jws' ? 'application/jose+json' : 'application/cose');
  return verifySignature(
    { mediaType, envelope: spoil(bytes) },
    {
      statement: statementOf(situation.statement),
      checkSubject: (signed) => checkSameSubject(signed, wanted),
      userMetadata: situation.userMetadata ?? {},
    },
    portsOf({ stores: {}, ...around }),
  );
}

function rejected(outcome: SignatureOutcome): Rejected {
  assert.equal(outcome.status, 'rejected');
  return outcome as Rejected;
}

function evidenceOfTime(outcome: SignatureOutcome) {
  const finding = outcome.findings.find(({ check }) => check === 'authenticTimestamp');
  return finding?.check === 'authenticTimestamp' && finding.result === 'passed' ? finding.evidence : undefined;
}

function rootOf(chain: readonly Holder[]) {
  const root = chain.at(-1);
  assert.ok(root);
  return root.certificate;
}

/** Of the two chains that are asked about, the timestamp authority's is the one that is for timestamping alone. */
function revokedTimestamping(question: RevocationQuestion) {
  const isAuthority = question.chain[0]?.extendedKeyUsage?.critical === true;
  return isAuthority ? leafIs('revoked')(question) : portsOf({ stores: {} }).askRevocation(question);
}

function identityOf(text: string) {
  return { kind: 'subject', text: `x509.subject: ${text}`, identity: parseIdentity(text) } as const;
}

function twice(): Uint8Array {
  const text = Buffer.from(encodePayload(subject)).toString();
  return Buffer.from(text.replace('{"mediaType"', '{"size":1,"mediaType"'));
}

function before1(date: Date): Date {
  return new Date(date.getTime() - 1000);
}

function after1(date: Date): Date {
  return new Date(date.getTime() + 1000);
}
