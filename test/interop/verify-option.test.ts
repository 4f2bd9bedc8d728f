// What is wrong on the command line, in the policy, or in the stores: both refuse it.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Notation, openFolder, removeFolder } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { type Holder, mintChain } from '../support/pki.ts';
import { makeSignedLayout, sign } from './minted-layout.ts';
import { bothVerify, openHome, runBoth } from './verification.ts';

const peers = needs('notation');
const scoped = ['--oci-layout', '--scope', 'local/x'];
const statement = {
  name: 'test',
  registryScopes: ['*'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:root'],
  trustedIdentities: ['*'],
};

describe('the tool and notation refuse the same', () => {
  let folder: string;
  let chain: readonly Holder[];
  let home: Notation;
  let reference: string;

  before(async () => {
    if (peers.skip !== undefined) return;
    folder = openFolder();
    chain = await mintChain();
    reference = await makeSignedLayout(join(folder, 'layout'), (artifact) => sign(artifact, { chain }));
    home = freshHome();
  });
  after(() => {
    if (folder !== undefined) removeFolder(folder);
  });

  /** Words for which both end with the same line, but for what we add about what to do. */
  const same: Readonly<Record<string, readonly string[]>> = {
    'no signature may be tried': ['--max-signatures', '0', ...scoped, 'layout:v1'],
    'fewer than none': ['--max-signatures', '-1', ...scoped, 'layout:v1'],
    'metadata without a value': ['-m', 'x', ...scoped, 'layout:v1'],
    'metadata with an empty value': ['-m', 'x=', ...scoped, 'layout:v1'],
    'an option of a plugin without a value': ['--plugin-config', 'x', ...scoped, 'layout:v1'],
    'a layout without a scope': ['--oci-layout', 'layout:v1'],
    'a scope without a layout': ['--scope', 'local/x', 'localhost:1/x:v1'],
  };
  for (const [name, words] of Object.entries(same))
    test(name, peers, async () => {
      assert.equal((await bothVerify(home, words)).code, 1);
    });

  /** Words for which ours are better, or other. */
  const other: Readonly<Record<string, readonly [words: readonly string[], theirs: RegExp, ours: RegExp]>> = {
    'no reference': [
      [],
      /missing reference to the artifact/,
      /^Error: missing reference to the artifact; use notation-ts-kms verify --help/,
    ],
    'no number': [
      ['--max-signatures', 'x', 'y'],
      /invalid argument "x" for "--max-signatures" flag/,
      /^Error: --max-signatures: expected a number, found "\w+"/,
    ],
    'an option that there is not': [['--nope', 'x'], /unknown flag: --nope/, /^Error: unknown option --nope;/],
    'a reference that is none': [['x'], /invalid reference/, /^Error: "x": invalid reference: .*Expecting <registry>\/<repository>:<tag>/],
    'a registry that is not there': [['localhost:1/x:v1'], /connection refused/, /^Error: localhost:1: nothing listens there/],
    'a layout without tag and digest': [
      [...scoped, 'layout'],
      /missing tag or digest/,
      /^Error: "layout": invalid reference: expected a tag or a digest, found none/,
    ],
    'a layout that is not there': [
      [...scoped, 'nowhere:v1'],
      /no such file or directory/,
      /^Error: OCI layout nowhere cannot be opened: it does not exist/,
    ],
    'a scope that is none': [
      ['--oci-layout', '--scope', 'x', 'REFERENCE'],
      /./,
      /^Error: signature verification failed: expected a repository as registry\/repository, found "x"/,
    ],
  };
  for (const [name, [words, theirs, ours]] of Object.entries(other))
    test(name, peers, async () => {
      const [expected, found] = await runBoth(
        home,
        words.map((word) => (word === 'REFERENCE' ? reference : word)),
      );
      assert.deepEqual([expected.code, found.code, found.stdout], [1, 1, '']);
      assert.match(expected.stderr, theirs);
      assert.match(found.stderr, ours);
    });

  /** Ways to spoil the home; both must refuse it. */
  const spoilt: Readonly<Record<string, readonly [spoil: (config: string) => void, ours: RegExp]>> = {
    'no policy': [(config) => rmSync(join(config, 'trustpolicy.json')), /^Error: trust policy is not present/],
    'a policy that is no JSON': [(config) => writeFileSync(join(config, 'trustpolicy.json'), '{'), /^Error: trustpolicy\.json: /],
    'a policy of another version': [
      (config) => writeFileSync(join(config, 'trustpolicy.json'), JSON.stringify({ version: '2.0', trustPolicies: [statement] })),
      /^Error: trustpolicy\.json: expected version "1\.0", found "2\.0"/,
    ],
    'a policy of a level that there is not': [
      (config) =>
        writeFileSync(
          join(config, 'trustpolicy.json'),
          JSON.stringify({ version: '1.0', trustPolicies: [{ ...statement, signatureVerification: { level: 'lax' } }] }),
        ),
      /^Error: trustpolicy\.json: statement "test"/,
    ],
    'a policy behind a link': [
      (config) => {
        rmSync(join(config, 'trustpolicy.json'));
        writeFileSync(join(config, 'real.json'), JSON.stringify({ version: '1.0', trustPolicies: [statement] }));
        symlinkSync(join(config, 'real.json'), join(config, 'trustpolicy.json'));
      },
      /^Error: .*trustpolicy\.json: expected a trust policy that is a regular file, found a symbolic link/,
    ],
    'an empty trust store': [
      (config) => {
        rmSync(join(config, 'truststore/x509/ca/root'), { recursive: true });
        mkdirSync(join(config, 'truststore/x509/ca/root'));
      },
      /\nError: the trust store "root" of type "ca" has no certificates\n$/,
    ],
    'a trust store with a folder in it': [
      (config) => mkdirSync(join(config, 'truststore/x509/ca/root/more')),
      /\nError: .*expected a regular file, found a folder or a link/,
    ],
    'a trust store with something else in it': [
      (config) => writeFileSync(join(config, 'truststore/x509/ca/root/note.txt'), 'a note'),
      /\nError: .*note\.txt/,
    ],
  };
  for (const [name, [spoil, ours]] of Object.entries(spoilt))
    test(name, peers, async () => {
      const spoiltHome = freshHome();
      spoil(spoiltHome.config);
      const [expected, found] = await runBoth(spoiltHome, [...scoped, reference]);
      assert.deepEqual([expected.code, found.code, found.stdout], [1, 1, ''], expected.stderr);
      assert.match(found.stderr, ours);
      assert.doesNotMatch(expected.stderr, /for all the signatures associated/);
      assert.doesNotMatch(found.stderr, /for all the signatures associated/);
    });

  test('whoever forgets --oci-layout is reminded', peers, async () => {
    const [, found] = await runBoth(home, [reference]);
    assert.match(found.stderr, /^Error: "\/.*": invalid reference: .*; \/.*layout is an OCI layout: give --oci-layout\n$/);
  });

  test('a flag of older versions is warned of, and means nothing', peers, async () => {
    const { code, stderr } = await bothVerify(home, ['--allow-referrers-api', ...scoped, reference]);
    assert.deepEqual([code, stderr], [0, "Warning: flag '--allow-referrers-api' is deprecated and will be removed in future versions.\n"]);
  });

  test('flags of ours that are wrong', peers, async () => {
    for (const [words, message] of [
      [['--concurrency', '0', 'x'], /^Error: concurrency: expected a whole number from 1 to 256, found 0/],
      [['--output', 'yaml', 'x'], /^Error: .*yaml/],
      [['--from-file', '/nonexistent'], /^Error: list of references \/nonexistent cannot be read: it does not exist/],
    ] as const) {
      const [, found] = await runBoth(home, words);
      assert.deepEqual([found.code, found.stdout], [1, '']);
      assert.match(found.stderr, message);
    }
  });

  function freshHome(): Notation {
    return openHome(folder, [statement], { 'ca:root': chain.slice(-1).map(({ certificate }) => certificate) });
  }
});
