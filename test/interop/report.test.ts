// The command `report`: the verdict of `verify`, its exit code and its last line; and a page besides, whole or not at all.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { makeImage } from '../support/layout.ts';
import type { Notation } from '../support/notation.ts';
import { openSigningHome } from '../support/signing-home.ts';
import { runTool } from '../support/tool.ts';

describe('report', () => {
  let folder: string;
  let home: Notation;
  let reference: string;
  let page: string;
  const scope = ['--oci-layout', '--scope', 'registry.example.com/app'];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    home = await openSigningHome(folder);
    const { layout, image } = makeImage(join(folder, 'layout'));
    reference = `${layout}@${image.digest}`;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    page = join(mkdtempSync(join(folder, 'out-')), 'report.html');
  });

  const tool = (...words: readonly string[]) => runTool(words, { environment: { NOTATION_CONFIG: home.config } });
  const policy = (change: (document: { trustPolicies: Record<string, unknown>[] }) => void) => {
    const path = join(home.config, 'trustpolicy.json');
    const was = readFileSync(path, 'utf8');
    const document = JSON.parse(was);
    change(document);
    writeFileSync(path, JSON.stringify(document), { mode: 0o600 });
    return () => writeFileSync(path, was, { mode: 0o600 });
  };
  const bothSay = async (...more: readonly string[]) => {
    const [verified, reported] = [
      await tool('verify', ...scope, ...more, reference),
      await tool('report', ...scope, ...more, reference, '-o', page),
    ];
    assert.equal(reported.code, verified.code);
    assert.equal(reported.stderr.split('\n').at(-2) ?? '', verified.stderr.split('\n').at(-2) ?? '');
    assert.equal(reported.stdout.toString(), `Report written to ${page}\n`);
    const status = JSON.parse((await tool('verify', ...scope, ...more, '--output', 'json', reference)).stdout.toString()).status;
    const text = readFileSync(page, 'utf8');
    assert.match(text, new RegExp(`data-status="${status}"><svg class="seal"`));
    return { ...reported, text };
  };

  test('of an artifact without signatures: the page, and the failure', async () => {
    const { code, stderr, text } = await bothSay();
    assert.equal(code, 1);
    assert.match(stderr, /^Error: signature verification failed: no signature is associated with/m);
    assert.match(text, /Not verified: not signed/);
  });

  test('of one that is verified', async () => {
    assert.equal((await tool('sign', '--oci-layout', '--user-metadata', 'build=<42>', reference)).code, 0);
    const { code, stderr, text } = await bothSay();
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(text, /<h1 id="verdict">Verified<\/h1>/);
    assert.match(text, /&#60;42&#62;/);
    assert.doesNotMatch(text, /<42>/);
  });

  test('of metadata that is not there: exit code 1, and the page says why', async () => {
    const { code, text } = await bothSay('-m', 'build=43');
    assert.equal(code, 1);
    assert.match(text, /Rejected: user metadata/);
  });

  test('of what the policy skips', async () => {
    const back = policy(({ trustPolicies: [statement = {}] }) => {
      statement['signatureVerification'] = { level: 'skip' };
      for (const member of ['trustStores', 'trustedIdentities']) delete statement[member];
    });
    const { code, text } = await bothSay();
    back();
    assert.equal(code, 0);
    assert.match(text, /<h1 id="verdict">Not checked<\/h1>/);
  });

  test('of a trust store that is not there', async () => {
    const back = policy(({ trustPolicies: [statement = {}] }) => {
      statement['trustStores'] = ['ca:nowhere'];
    });
    const { code, text } = await bothSay();
    back();
    assert.equal(code, 1);
    assert.match(text, /<code>ca:nowhere<\/code>: cannot be read/);
  });

  test('without a policy, a statement, or the artifact there is no verdict and no page', async () => {
    const other = ['--oci-layout', '--scope', 'registry.example.com/other'];
    const back = policy(({ trustPolicies: [statement = {}] }) => {
      statement['registryScopes'] = ['registry.example.com/app'];
    });
    const none = await tool('report', ...other, reference, '-o', page);
    const verified = await tool('verify', ...other, reference);
    back();
    assert.deepEqual([none.code, none.stderr], [1, verified.stderr]);
    const gone = await tool('report', ...scope, `${reference.split('@')[0]}@sha256:${'0'.repeat(64)}`, '-o', page);
    assert.equal(gone.code, 1);
    const bare = await runTool(['report', ...scope, reference, '-o', page], { environment: { NOTATION_CONFIG: join(folder, 'nothing') } });
    assert.match(bare.stderr, /^Error: trust policy is not present: .*\n$/);
    assert.equal(existsSync(page), false);
  });

  test('a file that is there stays, unless it is to be replaced', async () => {
    writeFileSync(page, 'mine');
    const refused = await tool('report', ...scope, reference, '-o', page);
    assert.deepEqual([refused.code, readFileSync(page, 'utf8')], [1, 'mine']);
    assert.match(refused.stderr, /^Error: .*expected no such file, found one; choose another name, or replace it with --force\n$/);
    assert.equal((await tool('report', ...scope, reference, '-o', page, '--force')).code, 0);
    assert.match(readFileSync(page, 'utf8'), /^<!doctype html>/);
    assert.deepEqual(readdirSync(join(page, '..')), ['report.html']);
  });

  test('- is standard output, and nothing else goes there', async () => {
    const { code, stdout } = await tool('report', ...scope, reference, '-o', '-');
    assert.equal(code, 0);
    assert.match(stdout.toString(), /^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  test('what is missing or makes no sense', async () => {
    assert.match((await tool('report', ...scope, reference)).stderr, /^Error: required flag\(s\) "output" not set/);
    assert.match((await tool('report', '-o', page)).stderr, /^Error: missing reference to the artifact, or path to the blob/);
    assert.match(
      (await tool('report', '--oci-layout', reference, '-o', page)).stderr,
      /^Error: if any flags in the group \[oci-layout scope\]/,
    );
    assert.match((await tool('report', '--media-type', 'text/plain', reference, '-o', page)).stderr, /^Error: .*signature/s);
    assert.match(
      (await tool('report', '--signature', 'x.jws.sig', '--oci-layout', reference, '-o', page)).stderr,
      /^Error: --signature: expected a file/,
    );
    assert.match(
      (await tool('report', '--offline', 'registry.example.com/app:v1', '-o', page)).stderr,
      /^Error: offline: expected an OCI layout/,
    );
    assert.equal(existsSync(page), false);
  });

  test('of a file: verified, and changed', async () => {
    const file = join(folder, 'app.txt');
    writeFileSync(file, 'hello');
    writeFileSync(join(home.config, 'trustpolicy.blob.json'), JSON.stringify(blobPolicy()), { mode: 0o600 });
    assert.equal((await tool('blob', 'sign', '--signature-directory', folder, file)).code, 0);
    const words = ['--signature', `${file}.jws.sig`, file];
    const good = await tool('report', ...words, '-o', page);
    assert.deepEqual([good.code, good.stderr, good.stdout.toString()], [0, '', `Report written to ${page}\n`]);
    assert.match(readFileSync(page, 'utf8'), /<h1 id="verdict">Verified<\/h1>/);
    writeFileSync(file, 'hullo');
    const bad = await tool('report', ...words, '-o', page, '--force');
    const verified = await tool('blob', 'verify', ...words);
    assert.deepEqual([bad.code, bad.stderr], [1, `${verified.stderr.split('\n').at(-2)}\n`]);
    assert.match(readFileSync(page, 'utf8'), /Rejected: artifact/);
  });

  function blobPolicy(): object {
    const { trustPolicies } = JSON.parse(readFileSync(join(home.config, 'trustpolicy.json'), 'utf8'));
    const [{ registryScopes: _, ...statement }] = trustPolicies;
    return { version: '1.0', trustPolicies: [{ ...statement, globalPolicy: true }] };
  }
});
