// A plugin built on the Notary Project's own framework signs under the real notation and under the tool: the same requests, the same verdicts.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openSigningPlugin } from '../../src/host/signing.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { boundsOf } from '../support/fake-plugin.ts';
import { executableUnderTest, type Result } from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { mintChain } from '../support/pki.ts';
import { startOpensslTsa } from '../support/tsa.ts';
import { type HostProgram, type Hosts, type Options, openHosts, requestsOf, signWords, verifyWords } from './framework-plugin.ts';
import { pluginConfig } from './session.ts';

const peers = needs('notation', 'framework-plugin');
const formats = ['jws', 'cose'] as const;

describe('a plugin of the framework signs', () => {
  let hosts: Hosts;
  before(async () => {
    if (peers.skip === undefined) hosts = await openHosts();
  });
  after(() => hosts?.close());

  const both = (): readonly HostProgram[] => [hosts.notation, hosts.tool];

  for (const capabilities of ['RAW', 'ENVELOPE', 'ENVELOPE,RAW'])
    for (const format of formats)
      for (const pair of ['ec', 'rsa'] as const)
        test(`${capabilities} ${format} ${pair}: each host signs, and each verifies`, peers, async () => {
          const more = ['--signature-format', format, '--expiry', '1h', '--user-metadata', 'build=7'];
          for (const signer of both()) {
            const reference = hosts.artifact();
            assertSigned(await signer.run(signWords(hosts, hosts[pair], { capabilities }, more, reference)), reference);
            for (const verifier of both()) {
              const { code, stdout, stderr } = await verifier.run(verifyWords({}, reference, '--user-metadata', 'build=7'));
              assert.equal(code, 0, `${signer.name} signed, ${verifier.name} says: ${stderr}`);
              assert.match(stdout, /^Successfully verified signature for /);
            }
          }
        });

  for (const [capabilities, commands] of [
    ['RAW', ['get-plugin-metadata', 'describe-key', 'generate-signature']],
    ['ENVELOPE', ['get-plugin-metadata', 'generate-envelope']],
  ] as const)
    test(`${capabilities}: the plugin is told the same by both hosts`, peers, async () => {
      const reference = hosts.artifact();
      const told = async ({ run }: HostProgram) => {
        const words = signWords(hosts, hosts.ec, { capabilities }, ['--expiry', '90s'], reference);
        const { result, request } = await requestsOf(hosts.folder, (environment) => run(words, environment));
        assert.equal(result.code, 0, result.stderr);
        return commands.map(request);
      };
      // notation does not write a layout's index whole or not at all.
      const theirs = await told(hosts.notation);
      const ours = await told(hosts.tool);
      // What is signed holds the signing time.
      const fixed = capabilities === 'RAW' ? { payload: '' } : {};
      assert.deepEqual(
        ours.map((request) => ({ ...request, ...('payload' in request && fixed) })),
        theirs.map((request) => ({ ...request, ...('payload' in request && fixed) })),
      );
    });

  /** Undefined where both hosts refuse; otherwise the reason why the tool alone does. */
  const faults: readonly (readonly [fault: string, kind: string, says: RegExp, strict?: string])[] = [
    ['name', 'RAW', /expected name "framework-plugin", which was asked for, found "somebody-else"/],
    ['contract', 'RAW', /expected the contract version 1\.0/],
    ['no-url', 'RAW', /expected url to be a text/],
    ['described-id', 'RAW', /describe-key: expected keyId .* found "another"/],
    ['spec', 'RAW', /describe-key: expected keySpec .* found "EC-256K"/],
    ['key-id', 'RAW', /generate-signature: expected keyId .* found "another"/],
    [
      'algorithm',
      'RAW',
      /expected signingAlgorithm "ECDSA-SHA-256", .* found "whatever"/,
      'notation does not look at the algorithm (PLG-044)',
    ],
    ['message', 'RAW', /the signature does not verify as ECDSA-SHA-256/],
    ['der', 'RAW', /the signature does not verify as ECDSA-SHA-256/],
    ['no-root', 'RAW', /certificate/],
    ['empty', 'RAW', /signature to be a text, found (null|an empty one)/],
    ['denied', 'RAW', /generate-signature: you may not use this key/],
    ['crash', 'RAW', /found exit code 3/],
    ['member', 'ENVELOPE', /found "additional"/],
    ['digest', 'ENVELOPE', /digest/],
    ['size', 'ENVELOPE', /expected the size/],
    ['type', 'ENVELOPE', /expected signatureEnvelopeType "application\/jose\+json"/],
    ['byte', 'ENVELOPE', /./],
    ['denied', 'ENVELOPE', /generate-envelope: you may not use this key/],
    ['crash', 'ENVELOPE', /found exit code 3/],
    ['no-expiry', 'ENVELOPE', /expected the expiry .*, found none/, 'notation does not look whether the expiry is in it (PLG-049)'],
    ['future', 'ENVELOPE', /expected a signing time between/, 'notation does not look at the time'],
  ];
  for (const [fault, capabilities, says, strict] of faults)
    test(`${capabilities} with the fault ${fault}: ${strict ?? 'neither host takes it'}`, peers, async () => {
      const [reference, other] = [hosts.artifact(), hosts.artifact()];
      const words = (of: string) => signWords(hosts, hosts.ec, { capabilities, fault }, ['--expiry', '1h'], of);
      const [theirs, ours] = await Promise.all([hosts.notation.run(words(other)), hosts.tool.run(words(reference))]);
      assert.deepEqual([theirs.code, ours.code], [strict === undefined ? 1 : 0, 1], theirs.stderr);
      assert.match(ours.stderr, says);
      assert.match(ours.stderr, /^Error: [^\n]*\n$/);
      const listed = await hosts.tool.run(['ls', '--oci-layout', reference]);
      assert.doesNotMatch(listed.stdout, /application\/vnd\.cncf\.notary\.signature|└── sha256/);
    });

  test('a plugin that hangs is ended when its time is up', peers, async () => {
    const more = ['--plugin-timeout', '1s'];
    const { code, stderr } = await hosts.tool.run(signWords(hosts, hosts.ec, { fault: 'hang' }, more, hosts.artifact()));
    assert.equal(code, 1);
    assert.match(stderr, /^Error: plugin "framework-plugin" generate-signature: no answer within 1 s; /);
  });

  test("the manifest has the plugin's annotations, the envelope says who made it", peers, async () => {
    const reference = hosts.artifact();
    assertSigned(await hosts.tool.run(signWords(hosts, hosts.ec, { capabilities: 'ENVELOPE', note: 'a note' }, [], reference)), reference);
    assert.match(everyManifest(reference), /"note":"a note"/);
    const agentOf = async (options: Options) => {
      const of = hosts.artifact();
      assertSigned(await hosts.tool.run(signWords(hosts, hosts.ec, options, [], of)), of);
      const { stdout } = await hosts.tool.run(['inspect', '--oci-layout', '--output', 'json', of]);
      return /"signingAgent": "(.*)"/.exec(stdout)?.[1];
    };
    assert.match((await agentOf({ version: '1.2.3' })) ?? '', /^notation-ts-kms\/\S+ framework-plugin\/1\.2\.3$/);
    assert.equal(await agentOf({ capabilities: 'ENVELOPE' }), 'framework-plugin/1.0.0');
  });

  test("keys of notation's list belong to their plugin, with its options; options of the command win", peers, async () => {
    const add = ['key', 'add', '--plugin', hosts.plugin.name, '--id', hosts.ec.key, ...pluginConfig({ capabilities: 'ENVELOPE' })];
    assert.equal((await hosts.tool.run([...add, 'framework'])).code, 0);
    for (const host of both())
      for (const [options, expected] of [
        [{}, 'framework-plugin/1.0.0'],
        [{ capabilities: 'RAW' }, `${host === hosts.tool ? 'notation-ts-kms' : 'notation-go'}/`],
      ] as const) {
        const reference = hosts.artifact();
        const words = ['sign', '--oci-layout', '--key', 'framework', ...pluginConfig(options), reference];
        assertSigned(await host.run(words), reference);
        const { stdout } = await hosts.tool.run(['inspect', '--oci-layout', '--output', 'json', reference]);
        assert.ok(stdout.includes(`"signingAgent": "${expected}`), stdout);
      }
  });

  test('many artifacts are signed by one plugin, which is asked for its key once', peers, async () => {
    const references = Array.from({ length: 6 }, () => hosts.artifact());
    const [first = '', ...rest] = references;
    const words = signWords(hosts, hosts.ec, { capabilities: 'RAW' }, ['--concurrency', '3', ...rest], first);
    const { code, stdout, stderr } = await hosts.tool.run(words);
    assert.equal(code, 0, stderr);
    assert.equal(stdout.match(/^Successfully signed /gm)?.length, 6);
    for (const reference of references) assert.equal((await hosts.notation.run(verifyWords({}, reference))).code, 0);
  });

  test('blobs are signed by a plugin that signs messages, and by no other', peers, async () => {
    const blob = join(hosts.folder, 'blob');
    writeFileSync(blob, 'a blob');
    const words = ['blob', 'sign', '--signature-directory', hosts.folder, '--plugin', hosts.plugin.name, '--id', hosts.rsa.key];
    assert.equal((await hosts.tool.run([...words, blob])).code, 0);
    const { code, stderr } = await hosts.tool.run(['blob', 'verify', '--signature', `${blob}.jws.sig`, blob]);
    assert.equal(code, 0, stderr);
    const refused = await hosts.tool.run([...words, '--force', ...pluginConfig({ capabilities: 'ENVELOPE' }), blob]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /expected SIGNATURE_GENERATOR\.RAW, which signing blobs needs/);
  });

  test('what the plugin signs, the tool has timestamped', peers, async () => {
    const tsa = await startOpensslTsa(await mintChain({ purpose: 'timestamping', intermediates: 1 }));
    try {
      const root = join(hosts.folder, 'tsa-root.crt');
      writeFileSync(root, toPem([tsa.root.der]));
      const reference = hosts.artifact();
      const more = ['--timestamp-url', tsa.url, '--timestamp-root-cert', root];
      assertSigned(await hosts.tool.run(signWords(hosts, hosts.ec, { capabilities: 'RAW' }, more, reference)), reference);
      const { stdout } = await hosts.tool.run(['inspect', '--oci-layout', '--output', 'json', reference]);
      assert.match(stdout, /"timestampSignature": \{\s*"timestamp"/);
    } finally {
      await tsa.stop();
    }
  });

  test('a timestamp is not silently left out of an envelope that the plugin makes', peers, async () => {
    const more = ['--timestamp-url', 'http://127.0.0.1:1/', '--timestamp-root-cert', hosts.authority.certificate];
    const { code, stderr } = await hosts.tool.run(signWords(hosts, hosts.ec, { capabilities: 'ENVELOPE' }, more, hosts.artifact()));
    assert.equal(code, 1);
    assert.match(stderr, /expected no --timestamp-url for a plugin that makes whole envelopes/);
  });

  test('plugins that do not sign, are not there, or would be elsewhere', peers, async () => {
    const words = ['sign', '--oci-layout', '--id', hosts.ec.key];
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--plugin', 'absent'], /plugin "absent": expected \S+notation-absent, found nothing there/],
      [['--plugin', '../plugins/framework-plugin'], /expected the name of a plugin/],
      [['--plugin', hosts.plugin.name, ...pluginConfig({ capabilities: 'REVOCATION_CHECK' })], /expected one that signs/],
      [['--plugin', hosts.plugin.name, '--plugin-timeout', '0s'], /plugin-timeout: expected 1s to/],
    ];
    for (const [more, says] of cases) {
      const { code, stderr } = await hosts.tool.run([...words, ...more, hosts.artifact()]);
      assert.deepEqual([code, says.test(stderr)], [1, true], stderr);
    }
  });

  test('the commands of the README', peers, async () => {
    const folder = join(hosts.plugin.libexec, 'plugins', 'com.example.signer');
    mkdirSync(folder);
    copyFileSync(openPeer('framework-plugin'), join(folder, 'notation-com.example.signer'));
    const commands = commandsOf('### Other plugins');
    assert.equal(commands.length, 4);
    const reference = hosts.artifact();
    for (const command of commands) {
      const layout = command.includes(' verify ') ? '--oci-layout --scope layout.test/artifact' : '--oci-layout';
      const adapted = command.replace('registry.example.com/app@sha256:…', `${layout} ${reference}`).replace('./release.key', hosts.ec.key);
      const [program, ...words] = adapted.split(' ');
      assert.equal(program, 'notation-ts-kms');
      const { code, stderr } = await hosts.tool.run(words);
      assert.equal(code, 0, `${command}: ${stderr}`);
    }
  });

  test('our own executable is a plugin like others to who runs it', peers, async () => {
    const plugin = { name: 'ts-kms', executable: executableUnderTest() };
    const message = Buffer.from('message');
    for (const [pair, algorithm] of [
      [hosts.ec, 'ECDSA-SHA-256'],
      [hosts.rsa, 'RSASSA-PSS-SHA-256'],
    ] as const) {
      const opened = await openSigningPlugin(plugin, { id: pair.key, pluginConfig: new Map() }, () => new Date(), boundsOf());
      assert.ok(opened.kind === 'signer' && opened.signer.algorithm.signing === algorithm);
      assert.equal((await opened.signer.sign(message)).certificates.length, 2);
    }
  });
});

function commandsOf(heading: string): readonly string[] {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, section = ''] = readme.split(`${heading}\n`);
  return (/```sh\n([^`]*)```/.exec(section)?.[1] ?? '').trim().split('\n');
}

function everyManifest(reference: string): string {
  const layout = reference.slice(0, reference.lastIndexOf('@'));
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    readonly manifests: readonly { readonly digest: string }[];
  };
  return index.manifests.map(({ digest }) => readFileSync(join(layout, 'blobs', ...digest.split(':')), 'utf8')).join('\n');
}

/** notation warns of layouts. */
function assertSigned({ code, stdout, stderr }: Result, reference: string): void {
  assert.deepEqual([code, stdout], [0, `Successfully signed ${reference}\n`], stderr);
}
