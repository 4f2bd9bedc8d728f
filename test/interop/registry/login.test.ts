// login and logout against a real registry with basic authentication, and a stand-in for docker's credential helpers.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openCommandRegistries } from '../../../src/cli/artifact/registry.ts';
import { parseReference } from '../../../src/registry/reference.ts';
import { installHelper } from '../../support/credential-helper.ts';
import { openFolder, removeFolder, runProgram } from '../../support/notation.ts';
import { needs, openPeer } from '../../support/peers.ts';
import { type Registry, startOcireg } from '../../support/registry.ts';
import { openContext, runTool } from '../../support/tool.ts';

const guide = 'https://notaryproject.dev/docs/how-to/registry-authentication/';

describe('login and logout', needs('ocireg'), () => {
  const root = openFolder();
  let registry: Registry;
  let other: Registry;

  before(async () => {
    registry = await startOcireg(['-user', 'user', '-pass', 'right-word']);
    other = await startOcireg(['-user', 'user', '-pass', 'right-word']);
  });
  after(async () => {
    await registry?.stop();
    await other?.stop();
    removeFolder(root);
  });

  /** A home with docker's config.json and a helper `good` in PATH. */
  function openHome(docker: unknown = {}) {
    const home = mkdtempSync(join(root, 'home-'));
    const bin = join(home, 'bin');
    mkdirSync(bin);
    mkdirSync(join(home, '.docker'));
    const config = join(home, '.docker', 'config.json');
    writeFileSync(config, JSON.stringify(docker));
    const helper = installHelper(bin, 'good');
    return {
      config,
      kept: () => JSON.parse(readFileSync(`${helper}.json`, 'utf8')),
      log: `${helper}.log`,
      environment: { HOME: home, PATH: bin },
    };
  }
  const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

  test('a credential that holds is saved by the helper, used by what follows, and forgotten', async () => {
    const { environment, kept, log } = openHome({ credsStore: 'good' });
    const variables = { NOTATION_USERNAME: 'user', NOTATION_PASSWORD: 'right-word' };
    const said = await runTool(['login', registry.host], { environment: { ...environment, ...variables } });
    assert.deepEqual([said.code, said.stdout.toString(), said.stderr], [0, 'Login Succeeded\n', '']);
    assert.deepEqual(kept(), { [registry.host]: { Username: 'user', Secret: 'right-word' } });
    assert.doesNotMatch(readFileSync(log, 'utf8'), /NOTATION/);

    const open = await openRegistries(environment);
    await assert.rejects(open(parseReference(`${registry.host}/app:none`)).resolve('none'), { code: 'NOT_FOUND' });

    const out = await runTool(['logout', registry.host], { environment });
    assert.deepEqual([out.code, out.stdout.toString(), out.stderr], [0, 'Logout Succeeded\n', '']);
    assert.deepEqual(kept(), {});
    await assert.rejects((await openRegistries(environment))(parseReference(`${registry.host}/app:none`)).resolve('none'), {
      code: 'ACCESS_DENIED',
      message: `${registry.host}: basic credential not found`,
    });
  });

  function openRegistries(environment: NodeJS.ProcessEnv, username?: string, password?: string) {
    const run = { deadline: { signal: new AbortController().signal, remainingMs: () => 10_000 }, log: () => undefined };
    return openCommandRegistries({ username, password, insecureRegistry: false }, true, openContext({ environment }), run);
  }

  test('notation uses what is saved here, and what notation saves is used here', needs('notation'), async () => {
    const { environment, kept } = openHome({ credsStore: 'good' });
    const notation = (words: readonly string[]) => runProgram(openPeer('notation'), words, environment);
    assert.equal((await runTool(['login', '-u', 'user', '-p', 'right-word', registry.host], { environment })).code, 0);
    assert.match((await notation(['list', `${registry.host}/app:none`])).stderr, /not found/);
    assert.equal((await notation(['logout', registry.host])).code, 0);
    assert.deepEqual(kept(), {});
    assert.match((await notation(['list', `${registry.host}/app:none`])).stderr, /basic credential not found/);
    assert.equal((await notation(['login', '-u', 'user', '-p', 'right-word', registry.host])).stdout, 'Login Succeeded\n');
    const open = await openRegistries(environment);
    await assert.rejects(open(parseReference(`${registry.host}/app:none`)).resolve('none'), { code: 'NOT_FOUND' });
  });

  test('a password from standard input', async () => {
    const { environment, kept } = openHome({ credsStore: 'good' });
    const said = await runTool(['login', '-u', 'user', '--password-stdin', registry.host], { environment, input: 'right-word\r\nmore' });
    assert.deepEqual([said.code, said.stdout.toString(), said.stderr], [0, 'Login Succeeded\n', '']);
    assert.deepEqual(kept(), { [registry.host]: { Username: 'user', Secret: 'right-word' } });
  });

  test('a user who is asked', async () => {
    const { environment } = openHome({ credsStore: 'good' });
    const said = await runTool(['login', '-u', 'user', registry.host], { environment, input: 'right-word\r', terminal: true });
    assert.deepEqual([said.code, said.stdout.toString(), said.stderr], [0, 'Login Succeeded\n', 'Password: \n']);
  });

  test('a wrong password is not saved, and not repeated', async () => {
    const { environment, kept } = openHome({ credsStore: 'good' });
    const said = await runTool(['login', '-u', 'user', '-p', 'hunter2', registry.host], { environment });
    const start = `Error: failed to log in to ${registry.host}: ${registry.host}: expected the credential to be accepted, found status 401`;
    assert.deepEqual([said.code, said.stdout.toString()], [1, '']);
    assert.ok(said.stderr.startsWith(start), said.stderr);
    assert.match(said.stderr, /check the user name and the password\n$/);
    assert.doesNotMatch(said.stderr, /hunter2/);
    assert.throws(kept);
  });

  test('without a helper a password is not saved in the clear', async () => {
    const { environment, config } = openHome({});
    const said = await runTool(['login', '-u', 'user', '-p', 'right-word', registry.host], { environment });
    const message = `Error: failed to log in to ${registry.host}: the credential could not be saved because a credentials store is required to securely store the password. See ${guide}\n`;
    assert.deepEqual([said.code, said.stdout.toString(), said.stderr], [1, '', message]);
    assert.equal(readFileSync(config, 'utf8'), '{}');
  });

  test('the same password that stands there already does; another does not', async () => {
    const { environment } = openHome({ auths: { [registry.host]: auth('user:right-word') } });
    const said = await runTool(['login', '-u', 'user', '-p', 'right-word', registry.host], { environment });
    const warning = `Warning: The credentials store is not set up. It is recommended to configure the credentials store to securely store your credentials. See ${guide}\n`;
    assert.deepEqual(
      [said.code, said.stdout.toString(), said.stderr],
      [0, 'Authenticated with existing credentials\nLogin Succeeded\n', warning],
    );
    const old = openHome({ auths: { [registry.host]: auth('user:old-word') } });
    assert.equal((await runTool(['login', '-u', 'user', '-p', 'right-word', registry.host], { environment: old.environment })).code, 1);
  });

  test('a credential that is given is shown to one registry only', async () => {
    const open = await openRegistries(openHome().environment, 'user', 'right-word');
    await assert.rejects(open(parseReference(`${registry.host}/app:none`)).resolve('none'), { code: 'NOT_FOUND' });
    await assert.rejects(open(parseReference(`${other.host}/app:none`)).resolve('none'), {
      code: 'REQUEST',
      message: `${other.host}: the user name and password given are for one registry, and were shown to ${registry.host}`,
    });
  });

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      'a repository',
      ['login', 'registry.example/app', '-u', 'user', '-p', 'word'],
      /^Error: expected a registry as host or host:port, found "registry\.example\/app"; /,
    ],
    [
      'no user name and no terminal',
      ['login', 'registry.example'],
      /^Error: expected a user name and a password, found none and no terminal to ask at; /,
    ],
    ['no password and no terminal', ['login', 'registry.example', '-u', 'user'], /^Error: password required; /],
    ['an empty standard input', ['login', 'registry.example', '-u', 'user', '--password-stdin'], /^Error: password required; /],
    ['a repository to log out of', ['logout', 'https://registry.example'], /^Error: expected a registry/],
  ];
  for (const [name, words, message] of refused) {
    test(`refused: ${name}`, async () => {
      const said = await runTool(words, { environment: openHome().environment });
      assert.deepEqual([said.code, said.stdout.toString()], [1, '']);
      assert.match(said.stderr, message);
    });
  }
});
