// What `certificate chain check` says of chains, and what it makes of them.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toPem } from '../../../../src/x509/bundle.ts';
import type { Certificate } from '../../../../src/x509/certificate.ts';
import { keyUsage } from '../../../../src/x509/issue/issue.ts';
import { makeBareKey, openssl } from '../../../support/openssl.ts';
import { during, type Holder, mintCa, mintChain, mintLeaf } from '../../../support/pki.ts';
import { runTool } from '../../../support/tool.ts';

describe('certificate chain check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-chain-'));
  const at = (name: string) => join(folder, name);
  let chain: readonly Certificate[];
  let stranger: Holder;
  const save = (name: string, certificates: readonly Certificate[]) => {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), toPem(certificates.map(({ der }) => der)));
    return at(name);
  };
  const check = (...words: readonly string[]) =>
    runTool(['cert', 'chain', 'check', ...words], { now: during, environment: { NOTATION_CONFIG: folder } });
  /** What a fix wrote is the chain, and needs no fix. */
  const assertFixed = async (pem: Uint8Array) => {
    assert.equal(pem.toString(), toPem(chain.map(({ der }) => der)));
    writeFileSync(at('fixed.pem'), pem);
    assert.equal((await check(at('fixed.pem'))).code, 0);
  };

  before(async () => {
    const holders = await mintChain({ spec: 'RSA-2048' });
    chain = holders.map(({ certificate }) => certificate);
    stranger = await mintCa('stranger', undefined);
    save('chain.pem', chain);
    writeFileSync(at('leaf.key'), holders[0]?.key.privateKey.export({ type: 'pkcs8', format: 'pem' }) ?? '');
    makeBareKey(folder, 'other.key', 'EC-256');
  });
  after(() => rmSync(folder, { recursive: true }));

  test('a good chain is printed, leaf first', async () => {
    for (const words of [[], ['--id', at('leaf.key')]]) {
      const { code, stdout, stderr } = await check(at('chain.pem'), ...words);
      assert.deepEqual([code, stderr], [0, '']);
      const text = stdout.toString();
      assert.match(text, /^notation accepts this chain: 3 certificates, leaf first; it signs with RSASSA-PSS-SHA-256\n\n/);
      assert.deepEqual(
        text.match(/Subject: CN=[^,]+/g)?.map((found) => found.slice('Subject: CN='.length)),
        ['leaf', 'intermediate 1', 'root'],
      );
      assert.match(text, /Issuer: +CN=intermediate 1,O=notation-ts-kms,ST=WA,C=US\n {2}Valid: +from 2025-01-01T00:00:00\.000Z to 2035-/);
      const print = openssl(folder, 'x509', '-in', 'chain.pem', '-noout', '-fingerprint', '-sha256')
        .replace(/^.*=|:|\n/g, '')
        .toLowerCase();
      assert.ok(text.includes(`Key:     RSA-2048\n  SHA-256: ${print}\n`), text);
    }
  });

  test('files are taken together, in their order', async () => {
    const [leaf, ...issuers] = chain;
    assert.ok(leaf);
    const files = [save('leaf.pem', [leaf]), save('issuers.pem', issuers)] as const;
    assert.equal((await check(...files)).code, 0);
    const reversed = await check(files[1], files[0]);
    assert.equal(reversed.code, 1);
    assert.match(
      reversed.stderr,
      /^order: [^\n]+\nError: .*issuers\.pem, .*leaf\.pem: notation does not accept this chain: 1 problem; --fix puts that right\n$/,
    );
  });

  test('every problem has its line; --fix puts right what can be, to standard output', async () => {
    const messy = save('messy.pem', [...chain.toReversed(), ...chain.slice(1, 2), stranger.certificate]);
    const told = await check(messy);
    assert.deepEqual([told.code, told.stdout.length], [1, 0]);
    assert.match(told.stderr, /^duplicate: [^\n]+\norder: [^\n]+\nextra: [^\n]+\nError: [^\n]+: 3 problems; --fix puts that right\n$/);
    const fixed = await check(messy, '--fix');
    assert.equal(fixed.code, 0);
    assert.match(fixed.stderr, /^(\w+: [^\n]+; put right\n){3}$/);
    await assertFixed(fixed.stdout);
  });

  test('--out writes the chain put right, and the file itself only with --force', async () => {
    const messy = save('mine.pem', chain.toReversed());
    const made = await check(messy, '--fix', '--out', at('made.pem'));
    assert.match(made.stdout.toString(), /^wrote chain: .*made\.pem\nnotation accepts this chain: 3 certificates/);
    await assertFixed(readFileSync(at('made.pem')));
    assert.match((await check(messy, '--fix', '--out', messy)).stderr, /^Error: .*mine\.pem: expected no such file.*--force\n$/);
    assert.equal((await check(messy, '--fix', '--out', messy, '--force')).code, 0);
    assert.equal((await check(messy)).code, 0);
    assert.match((await check(messy, '--out', at('x.pem'))).stderr, /out: expected --fix with it/);
  });

  test('a root that is missing comes from the trust store, or is told with the stores that cannot be read', async () => {
    const short = save('short.pem', chain.slice(0, 2));
    const open = await check(short, '--fix');
    assert.deepEqual([open.code, open.stdout.length], [1, 0]);
    assert.match(
      open.stderr,
      /^missing: "CN=root,.*neither here nor in the trust store\nError: .*nothing is written; get the missing certificate/,
    );
    mkdirSync(at('truststore/x509/ca/empty'), { recursive: true });
    assert.match((await check(short)).stderr, /\nWarning: the trust store "empty" of type "ca" has no certificates\nError:/);
    const [root] = chain.slice(-1);
    assert.ok(root);
    save('truststore/x509/ca/acme/root.crt', [root]);
    assert.match(
      (await check(short)).stderr,
      /^missing: .* is not here; it is in the trust store ca:acme\nError: .*--fix puts that right\n$/,
    );
    await assertFixed((await check(short, '--fix')).stdout);
    rmSync(at('truststore'), { recursive: true });
  });

  test('what no order puts right is told, and nothing is written', async () => {
    const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') };
    const bad = await mintChain({ changes: [{ ...expired, extensions: [keyUsage(['keyEncipherment'])] }] });
    const path = save('bad.pem', bad.map(({ certificate }) => certificate).toReversed());
    const { code, stderr } = await check(path, '--fix', '--out', at('never.pem'));
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^order: [^\n]+; put right\nrule: [^\n]+digitalSignature[^\n]+\nrule: [^\n]+\nvalidity: [^\n]+expired on 2021[^\n]+\nError: /,
    );
    assert.match(stderr, /4 problems, 3 of them not to be put right here; nothing is written; have the certificate issued anew/);
    assert.throws(() => readFileSync(at('never.pem')), /ENOENT/);
  });

  test('the leaf must be the key’s', async () => {
    const { code, stderr } = await check(at('chain.pem'), '--id', at('other.key'));
    assert.equal(code, 1);
    assert.match(stderr, /^key: expected a certificate for the key P-256 sha256:[0-9a-f]{64}, found none: .*RSA-2048 sha256:/);
    const two = save('two.pem', [(await mintLeaf('second leaf', stranger)).certificate, stranger.certificate, ...chain]);
    assert.match(
      (await check(two)).stderr,
      /^leaf: expected one signing certificate, found 2 signing certificates: .*--id.*\nError: .*name the key with --id/,
    );
    await assertFixed((await check(two, '--fix', '--id', at('leaf.key'))).stdout);
  });

  test('what is no certificate file is one line', async () => {
    for (const [words, message] of [
      [[at('leaf.key')], /expected certificates, found none/],
      [[at('absent.pem')], /absent\.pem cannot be read: it does not exist/],
      [[folder], /expected a regular file/],
      [[], /expected <file>, found none/],
      [[at('chain.pem'), '--plugin-config', 'timeout=1s'], /plugin-config: expected --id with it/],
      [[at('chain.pem'), '--id', 'k8s://k'], /no backend knows the scheme/],
    ] as const) {
      const { code, stdout, stderr } = await check(...words);
      assert.deepEqual([code, stdout.length], [1, 0]);
      assert.match(stderr, /^Error: [^\n]+\n$/);
      assert.match(stderr, message);
    }
  });
});
