// Signatures that name a plugin of the framework as their verification plugin: the real notation and the tool ask it the same and say the same.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Result } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { emptyLibexec, type Hosts, type Options, openHosts, requestsOf, setPolicy, signWords, verifyWords } from './framework-plugin.ts';

const peers = needs('notation', 'framework-plugin');
const formats = ['jws', 'cose'] as const;
const identityCheck = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY';
const subject = 'x509.subject: C=US, ST=WA, O=interop';

interface Situation {
  readonly name: string;
  /** The plugin config of `sign`, which makes whole envelopes. */
  readonly signed?: Options;
  /** The plugin config of `verify`. */
  readonly asked?: Options;
  readonly policy?: object;
  readonly verdict: 'verified' | 'rejected';
  /** What notation says to the same: the verdict, where absent. */
  readonly notation?: 'verified';
  readonly says?: RegExp;
  readonly absent?: true;
}

const override = (revocation: string) => ({ signatureVerification: { level: 'strict', override: { revocation } } });
const audit = { signatureVerification: { level: 'audit' } };
const attribute = { attribute: 'com.example.rule' };
const processed = { processes: 'com.example.rule' };

const situations: readonly Situation[] = [
  { name: 'good', verdict: 'verified' },
  { name: 'an identity that only the plugin understands', policy: { trustedIdentities: ['cn:ec-256'] }, verdict: 'verified' },
  {
    name: 'an identity that the plugin does not trust',
    policy: { trustedIdentities: ['cn:other'] },
    verdict: 'rejected',
    says: /nobody knows ec-256/,
  },
  {
    name: 'an identity that is not trusted, at audit',
    policy: { ...audit, trustedIdentities: ['cn:other'] },
    verdict: 'verified',
    says: /Warning: authenticity .*nobody knows ec-256/,
  },
  { name: 'revoked', asked: { revoked: 'ec-256' }, verdict: 'rejected', says: /is on the plugin's own list/ },
  {
    name: 'revoked, logged',
    asked: { revoked: 'ec-256' },
    policy: override('log'),
    verdict: 'verified',
    says: /Warning: revocation .*own list/,
  },
  { name: 'revoked, skipped', asked: { revoked: 'ec-256' }, policy: override('skip'), verdict: 'verified' },
  { name: 'another is revoked', asked: { revoked: 'somebody' }, verdict: 'verified' },
  { name: 'identity alone', asked: { capabilities: 'TRUSTED_IDENTITY', revoked: 'ec-256' }, verdict: 'verified' },
  {
    name: 'revocation alone, with an identity that nobody here understands',
    asked: { capabilities: 'REVOCATION_CHECK' },
    policy: { trustedIdentities: ['cn:ec-256'] },
    verdict: 'rejected',
    says: /authenticity/,
  },
  {
    name: 'revocation alone, with a subject',
    asked: { capabilities: 'REVOCATION_CHECK' },
    policy: { trustedIdentities: [subject] },
    verdict: 'verified',
  },
  { name: 'no capability to verify', asked: { capabilities: 'RAW' }, verdict: 'rejected', says: /expected the capability/ },
  { name: 'the version that is needed', signed: { demand: 'framework-plugin@1.0.0' }, verdict: 'verified' },
  {
    name: 'an older version',
    signed: { demand: 'framework-plugin@1.0.1' },
    verdict: 'rejected',
    says: /expected version 1\.0\.1 or later/,
  },
  { name: 'a newer version', signed: { demand: 'framework-plugin@1.0.1' }, asked: { version: '1.10.0' }, verdict: 'verified' },
  { name: 'a version that is none', asked: { version: 'latest' }, verdict: 'rejected', says: /expected semantic versions, found "latest"/ },
  {
    name: 'a plugin that is not there',
    absent: true,
    verdict: 'rejected',
    says: /plugin "framework-plugin", expected \S+, found nothing there/,
  },
  { name: 'a plugin that nobody has', signed: { demand: 'com.example.none' }, verdict: 'rejected', says: /plugin "com\.example\.none"/ },
  {
    name: 'a plugin by a path',
    signed: { demand: '../plugins/framework-plugin' },
    verdict: 'rejected',
    says: /expected the name of a plugin/,
  },
  { name: 'an attribute that is processed', signed: attribute, asked: processed, verdict: 'verified' },
  { name: 'an attribute that is not processed', signed: attribute, verdict: 'rejected', says: /"com\.example\.rule" to be processed/ },
  { name: 'an attribute that is not processed, at audit', signed: attribute, policy: audit, verdict: 'rejected', says: /to be processed/ },
  {
    name: 'an attribute that nobody is asked to process',
    signed: attribute,
    asked: { capabilities: 'REVOCATION_CHECK' },
    policy: override('skip'),
    verdict: 'rejected',
    // The specification has it fail (VPL-015).
    notation: 'verified',
    says: /critical attributes.*"com\.example\.rule"/,
  },
  {
    name: 'more processed than there is',
    asked: { fault: 'more-processed' },
    verdict: 'rejected',
    // The sets must be equal (VPL-014).
    notation: 'verified',
    says: /found "com\.example\.unasked"/,
  },
  {
    name: 'no verdict of one check',
    asked: { fault: 'no-result' },
    verdict: 'rejected',
    says: new RegExp(`result for ${identityCheck}, found none`),
  },
  { name: 'no verdict of one check, at audit', asked: { fault: 'no-result' }, policy: audit, verdict: 'rejected', says: /found none/ },
  { name: 'an error', asked: { fault: 'denied' }, verdict: 'rejected', says: /verify-signature: you may not use this key/ },
  { name: 'an error, at audit', asked: { fault: 'denied' }, policy: audit, verdict: 'rejected', says: /you may not use this key/ },
  { name: 'a crash', asked: { fault: 'crash' }, verdict: 'rejected', says: /found exit code 3/ },
  { name: 'another name', asked: { fault: 'name' }, verdict: 'rejected', says: /found "somebody-else"/ },
  { name: 'another contract', asked: { fault: 'contract' }, verdict: 'rejected', says: /contract version/ },
];

describe('a plugin of the framework verifies', () => {
  let hosts: Hosts;
  before(async () => {
    if (peers.skip === undefined) hosts = await openHosts();
  });
  after(() => hosts?.close());

  const signed = async (options: Options, format: string): Promise<string> => {
    const reference = hosts.artifact();
    const config = { capabilities: 'ENVELOPE', demand: hosts.plugin.name, ...options };
    const { code, stderr } = await hosts.tool.run(signWords(hosts, hosts.ec, config, ['--signature-format', format], reference));
    assert.equal(code, 0, stderr);
    return reference;
  };
  const usual = { signatureVerification: { level: 'strict' }, trustedIdentities: ['*'] };

  for (const format of formats)
    for (const { name, signed: made = {}, asked = {}, policy = {}, verdict, notation = verdict, says, absent } of situations)
      test(`${name}, ${format}`, peers, async () => {
        const reference = await signed(made, format);
        setPolicy(hosts, { ...usual, ...policy });
        const environment = absent ? { NOTATION_LIBEXEC: emptyLibexec(hosts.folder) } : {};
        const words = verifyWords(asked, reference);
        const [theirs, ours] = await Promise.all([hosts.notation.run(words, environment), hosts.tool.run(words, environment)]);
        assert.deepEqual([verdictOf(theirs), verdictOf(ours)], [notation, verdict], `${theirs.stderr}\n${ours.stderr}`);
        if (says !== undefined) assert.match(inOneLine(ours), says);
      });

  for (const format of formats)
    test(`the plugin is told the same by both hosts, ${format}`, peers, async () => {
      const reference = await signed({ ...attribute, demand: 'framework-plugin@0.9.0' }, format);
      setPolicy(hosts, { ...usual, trustedIdentities: [subject, 'cn:ec-256'] });
      const told = async (run: (words: readonly string[], environment: NodeJS.ProcessEnv) => Promise<Result>) => {
        const { result, request } = await requestsOf(hosts.folder, (environment) => run(verifyWords(processed, reference), environment));
        assert.equal(verdictOf(result), 'verified', result.stderr);
        return ['get-plugin-metadata', 'verify-signature'].map(request);
      };
      assert.deepEqual(await told(hosts.tool.run), await told(hosts.notation.run));
    });

  test('a plugin that hangs is ended when its time is up, and nothing is verified', peers, async () => {
    const reference = await signed({}, 'jws');
    setPolicy(hosts, { ...usual, ...audit });
    const { code, stderr } = await hosts.tool.run(verifyWords({ fault: 'hang' }, reference, '--plugin-timeout', '1s'));
    assert.equal(code, 1);
    assert.match(stderr, /verify-signature: no answer within 1 s/);
    assert.match(stderr, /was rejected: verification plugin/);
  });

  test('JSON and text say who judged', peers, async () => {
    const reference = await signed({}, 'jws');
    setPolicy(hosts, usual);
    const { stdout } = await hosts.tool.run(verifyWords({}, reference, '--output', 'json'));
    const { signatures }: { readonly signatures: readonly [{ readonly checks: readonly { readonly evidence?: object }[] }] } =
      JSON.parse(stdout);
    const [{ checks }] = signatures;
    assert.deepEqual(
      checks.filter(({ evidence }) => evidence !== undefined && 'plugin' in evidence),
      [
        {
          check: 'authenticity',
          action: 'enforce',
          result: 'passed',
          evidence: { plugin: { name: 'framework-plugin', version: '1.0.0' }, reason: '*' },
        },
        { check: 'revocation', action: 'enforce', result: 'passed', evidence: { plugin: { name: 'framework-plugin', version: '1.0.0' } } },
      ],
    );
    const { stderr, stdout: text } = await hosts.tool.run(verifyWords({}, reference, '--verbose'));
    assert.match(stderr + text, /authenticity: +as the plugin framework-plugin 1\.0\.0 says: \*/);
  });

  test('a signature that names ts-kms is judged by the tool itself, as notation has the plugin judge it', peers, async () => {
    const reference = await signed({ demand: 'ts-kms' }, 'jws');
    setPolicy(hosts, { ...usual, trustedIdentities: [subject] });
    const words = verifyWords({}, reference);
    assert.equal(verdictOf(await hosts.tool.run(words, { NOTATION_LIBEXEC: emptyLibexec(hosts.folder) })), 'verified');
    setPolicy(hosts, { ...usual, trustedIdentities: ['x509.subject: C=US, ST=WA, O=other'] });
    assert.equal(verdictOf(await hosts.tool.run(words)), 'rejected');
    const newer = await signed({ demand: 'ts-kms@99.0.0' }, 'jws');
    assert.match(inOneLine(await hosts.tool.run(verifyWords({}, newer))), /expected version 99\.0\.0 or later/);
  });
});

/** The lines that tell of a rejection, as its sentence. */
function inOneLine({ stderr }: Result): string {
  return stderr.replace(/\n {2}(about|expected|found): +/g, (_, part) => (part === 'about' ? ' ' : `, ${part} `));
}

function verdictOf({ code, stdout }: Result): string {
  if (code === 0) assert.match(stdout, /^Successfully verified signature for /);
  return code === 0 ? 'verified' : 'rejected';
}
