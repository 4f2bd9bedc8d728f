// The commands for trust policies that notation 1 does not have: init, explain, and those about blobs.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { toPem } from '../../../../src/x509/bundle.ts';
import { fingerprint } from '../../../../src/x509/public-key.ts';
import { temporaryFolder } from '../../../support/key-files.ts';
import { mintCa } from '../../../support/pki.ts';
import { runTool, type Said } from '../../../support/tool.ts';

const trust = ['--trust-store', 'ca:acme', '--trusted-identity', 'x509.subject: C=US, ST=WA, O=acme & \\<co\\>'];

interface Home {
  readonly config: string;
  run(...words: readonly string[]): Promise<Said>;
}

function openHome(t: { after(work: () => void): void }, input = ''): Home {
  const config = join(temporaryFolder(t), 'notation');
  return { config, run: (...words) => runTool(words, { environment: { NOTATION_CONFIG: config }, input }) };
}

/** Exit code 0 and nothing on standard error. @returns standard output */
async function succeeds(saying: Promise<Said>): Promise<string> {
  const { code, stdout, stderr } = await saying;
  assert.deepEqual([code, stderr], [0, '']);
  return stdout.toString();
}

async function fails(saying: Promise<Said>, words: RegExp): Promise<string> {
  const { code, stdout, stderr } = await saying;
  assert.equal(code, 1);
  assert.match(stderr, words);
  return stdout.toString();
}

test('policy init makes a policy that notation 1 and 2 read', async (t) => {
  const { config, run } = openHome(t);
  const path = join(config, 'trustpolicy.json');
  assert.equal(await succeeds(run('policy', 'init', '--name', 'a', ...trust)), `Successfully initialized trust policy file to ${path}.\n`);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const statement = {
    name: 'a',
    registryScopes: ['*'],
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:acme'],
    trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme & \\<co\\>'],
  };
  const written = readFileSync(path, 'utf8');
  assert.deepEqual(JSON.parse(written), { version: '1.0', trustPolicies: [statement] });
  assert.ok(written.includes('acme \\u0026 \\\\\\u003cco'), 'as Go writes it');
  assert.equal(await succeeds(run('policy', 'show')), written);
  const scopes = ['--registry-scope', 'a/b', '--registry-scope', 'local/c'];
  const asked = await succeeds(run('policy', 'init', '-n', 'b', ...scopes, ...trust));
  assert.equal(asked, 'The trust policy file already exists, do you want to overwrite it? [y/N] ');
  assert.equal(readFileSync(path, 'utf8'), written);
  const { code, stderr } = await run('policy', 'init', '-n', 'b', ...scopes, ...trust, '--force');
  assert.deepEqual([code, stderr], [0, 'Warning: existing trust policy configuration file will be overwritten\n']);
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')).trustPolicies[0].registryScopes, ['a/b', 'local/c']);
});

test('init refuses what would be no policy, and writes nothing', async (t) => {
  const { config, run } = openHome(t);
  const start = ['init', '-n', 'a', '--trusted-identity', '*'];
  await fails(
    run('policy', ...start, '--trust-store', 'acme'),
    /^Error: invalid trust policy: trustpolicy\.json: statement "a": expected trust stores as type:name/,
  );
  await fails(
    run('blob', 'policy', ...start, '--trust-store', 'acme'),
    /^Error: invalid blob policy: trustpolicy\.blob\.json: statement "a": expected trust stores/,
  );
  await fails(run('policy', ...start, '--trust-store', 'ca:a', '--registry-scope', 'a/*'), /expected a registry scope/);
  await fails(run('policy', 'init'), /^Error: required flag\(s\) "name", "trust-store", "trusted-identity" not set; /);
  assert.ok(!existsSync(config));
});

test('a policy for blobs has a file of its own', async (t) => {
  const { config, run } = openHome(t);
  const path = join(config, 'trustpolicy.blob.json');
  assert.equal(
    await succeeds(run('blob', 'policy', 'init', '-n', 'a', ...trust)),
    `Successfully initialized blob trust policy file to ${path}.\n`,
  );
  assert.ok(!('globalPolicy' in JSON.parse(readFileSync(path, 'utf8')).trustPolicies[0]));
  await fails(run('blob', 'policy', 'explain'), /^Error: no applicable blob trust policy: expected a statement with globalPolicy true/);
  assert.match(
    await fails(run('blob', 'policy', 'explain', '--policy-name', 'a'), /trust store ca:acme cannot be used/),
    /^Statement: +"a" \(by its name\)$/m,
  );
  const { stderr } = await run('blob', 'policy', 'init', '-n', 'b', '--global', ...trust, '--force');
  assert.equal(stderr, 'Warning: existing blob trust policy configuration will be overwritten\n');
  assert.match(await fails(run('blob', 'policy', 'explain'), /cannot be used/), /^Statement: +"b" \(the global one\)$/m);
  rmSync(path);
  assert.equal((await run('blob', 'policy', 'init', '-n', 'b', ...trust, '--force')).stderr, '', 'nothing is overwritten');
  await fails(
    run('policy', 'explain', 'a/b'),
    /^Error: trust policy is not present: .*trustpolicy\.json does not exist; notation-ts-kms policy init/,
  );
});

const statements = [
  {
    name: 'release\u202e',
    registryScopes: ['registry.example.com:5000/app', 'local/layout'],
    signatureVerification: { level: 'strict', override: { revocation: 'skip', expiry: 'log' }, verifyTimestamp: 'afterCertExpiry' },
    trustStores: ['ca:acme', 'tsa:time'],
    trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme'],
  },
  { name: 'old', registryScopes: ['registry.example.com/old'], signatureVerification: { level: 'skip' } },
  {
    name: 'rest',
    registryScopes: ['*'],
    signatureVerification: { level: 'audit' },
    trustStores: ['signingAuthority:s', 'tsa:time'],
    trustedIdentities: ['*'],
  },
];

async function openExplained(t: { after(work: () => void): void }) {
  const home = openHome(t);
  const policy = join(home.config, 'trustpolicy.json');
  const root = (await mintCa('root', undefined)).certificate;
  for (const name of ['ca/acme', 'tsa/time', 'signingAuthority/s']) {
    const file = join(home.config, 'truststore/x509', name, 'root.crt');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, toPem([root.der]));
  }
  writeFileSync(policy, JSON.stringify({ version: '1.0', trustPolicies: statements }));
  return { ...home, policy, root };
}

test('explain says which statement applies, and what it demands', async (t) => {
  const { run, policy, root } = await openExplained(t);
  const certificate = `    CN=root,O=notation-ts-kms,ST=WA,C=US
      SHA-256 ${fingerprint(root.der)}, valid from 2025-01-01T00:00:00Z to 2035-01-01T00:00:00Z
`;
  const digest = `sha256:${'0'.repeat(64)}`;
  for (const reference of [
    'registry.example.com:5000/app',
    'registry.example.com:5000/app:v1',
    `registry.example.com:5000/app:v1@${digest}`,
  ]) {
    const text = await succeeds(run('policy', 'explain', reference));
    assert.equal(
      text.replace(/ +$/gm, ''),
      `Verified:     registry.example.com:5000/app
Trust policy: ${policy}
Statement:    "release\\u202e" (registry scope registry.example.com:5000/app)
Level:        strict, but for expiry, revocation

CHECK                ACTION    DEMAND
integrity            enforce   the signature is made with the key of its certificate, and is about this artifact
authenticity         enforce   a certificate of ca:acme is in its chain, and its signer is a trusted identity
expiry               log       the signature has not expired, where it says when it does
authenticTimestamp   enforce   the chain is valid now, or a timestamp from tsa:time says that it was made while the chain was valid
revocation           skip      nothing: it is not looked at

Trust stores:
  ca:acme: 1 certificate
${certificate}  tsa:time: 1 certificate
${certificate}
Trusted identities:
  x509.subject: C=US, ST=WA, O=acme
`,
    );
  }
  const rest = await succeeds(run('policy', 'explain', 'example.com/anything'));
  assert.match(rest, /^Statement: +"rest" \(registry scope \*\)\nLevel: +audit$/m);
  assert.match(rest, /^authenticity +log +a certificate of signingAuthority:s is in its chain *$/m);
  assert.match(rest, /^authenticTimestamp +log +a timestamp from tsa:time says that it was made while the chain was valid *$/m);
  assert.match(rest, /^revocation +log +no certificate is revoked/m);
  assert.match(
    await succeeds(run('policy', 'explain', 'registry.example.com/old')),
    /\nLevel: +skip\n\nNothing is verified: it passes without a signature\.\n$/,
  );
});

test('explain says it to programs', async (t) => {
  const { run, policy, root } = await openExplained(t);
  const explained = JSON.parse(await succeeds(run('policy', 'explain', '--output', 'json', 'local/layout')));
  const certificates = [
    {
      subject: 'CN=root,O=notation-ts-kms,ST=WA,C=US',
      SHA256Fingerprint: fingerprint(root.der),
      notBefore: '2025-01-01T00:00:00Z',
      notAfter: '2035-01-01T00:00:00Z',
    },
  ];
  const { checks, ...others } = explained;
  assert.deepEqual(others, {
    verified: 'local/layout',
    trustPolicy: policy,
    statement: {
      name: 'release\u202e',
      appliesBecause: 'registry scope local/layout',
      level: 'strict',
      verifyTimestamp: 'afterCertExpiry',
    },
    trustStores: [
      { trustStore: 'ca:acme', certificates },
      { trustStore: 'tsa:time', certificates },
    ],
    trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme'],
  });
  assert.deepEqual(
    checks.map(({ check, action }: { check: string; action: string }) => [check, action]),
    [
      ['integrity', 'enforce'],
      ['authenticity', 'enforce'],
      ['expiry', 'log'],
      ['authenticTimestamp', 'enforce'],
      ['revocation', 'skip'],
    ],
  );
  assert.deepEqual(JSON.parse(await succeeds(run('policy', 'explain', '-o', 'json', 'registry.example.com/old'))).checks, []);
});

test('explain says what cannot be met', async (t) => {
  const { config, run, policy } = await openExplained(t);
  rmSync(join(config, 'truststore/x509/tsa'), { recursive: true });
  const text = await fails(
    run('policy', 'explain', 'local/layout'),
    /^Error: verification will fail: trust store tsa:time cannot be used: the trust store "time" of type "tsa" does not exist; /,
  );
  assert.match(text, /^ {2}tsa:time: cannot be used: the trust store "time" of type "tsa" does not exist; /m);
  const json = JSON.parse(await fails(run('policy', 'explain', '-o', 'json', 'local/layout'), /^Error: verification will fail/));
  assert.match(json.trustStores[1].error, /does not exist/);
  const [, , rest] = statements;
  writeFileSync(
    policy,
    JSON.stringify({ version: '1.0', trustPolicies: [{ ...rest, registryScopes: ['a/b'], trustStores: ['tsa:time'] }] }),
  );
  assert.match(
    await fails(run('policy', 'explain', 'a/b'), /cannot be used/),
    /^authenticity +log +nothing can meet it: no trust store is of type ca or signingAuthority *$/m,
  );
  assert.equal(await fails(run('policy', 'explain', 'a/c'), /^Error: "a\/c" has no applicable trust policy statement: /), '');
  for (const [reference, words] of [
    ['', /^Error: missing reference/],
    ['a', /^Error: "a": invalid reference: missing registry or repository/],
    ['a/B', /^Error: "a\/B": invalid reference/],
  ] as const) {
    await fails(run('policy', 'explain', reference), words);
  }
  writeFileSync(policy, JSON.stringify({ version: '1.0', trustPolicies: [] }));
  await fails(run('policy', 'explain', 'a/b'), /^Error: trustpolicy\.json: expected at least one statement/);
});
