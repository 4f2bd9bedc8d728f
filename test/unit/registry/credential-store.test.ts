import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { NotationError } from '../../../src/core/error.ts';
import type { Credential } from '../../../src/registry/credential.ts';
import { helperOf, plainCredential, saysCredentials, withoutCredential } from '../../../src/registry/credential-file.ts';
import { type CredentialStore, openCredentialStore } from '../../../src/registry/credential-store.ts';
import { disk } from '../../../src/store/disk.ts';
import { findProgram, runProgram } from '../../../src/store/programs.ts';
import { writeWhole } from '../../../src/store/write.ts';
import { installHelper } from '../../support/credential-helper.ts';
import { openFolder, removeFolder } from '../../support/notation.ts';

const registry = 'registry.example:5000';
const auth = (text: string) => Buffer.from(text).toString('base64');
const user = (username: string, password: string): Credential => ({ kind: 'password', username, password });

interface World {
  readonly notation?: unknown;
  readonly docker?: unknown;
  readonly helpers?: readonly string[];
  readonly platform?: string;
}

describe('credential stores', () => {
  const root = openFolder();
  after(() => removeFolder(root));

  async function open({ notation, docker, helpers = [], platform = 'linux' }: World) {
    const folder = mkdtempSync(join(root, 'world-'));
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const paths = { notation: join(folder, 'notation.json'), docker: join(folder, 'docker.json') };
    for (const [name, content] of [['notation', notation] as const, ['docker', docker] as const]) {
      if (content !== undefined) writeFileSync(paths[name], typeof content === 'string' ? content : JSON.stringify(content));
    }
    const programs = Object.fromEntries(helpers.map((suffix) => [suffix, installHelper(bin, suffix)]));
    const environment = { PATH: bin, NOTATION_USERNAME: 'leak', NOTATION_PASSWORD: 'leak' };
    const store = await openCredentialStore({
      notationConfig: paths.notation,
      dockerConfig: paths.docker,
      platform,
      files: disk,
      programs: {
        find: (name) => findProgram(name, { environment, platform: 'linux' }),
        run: (path, action, input) => runProgram(path, [action], input, environment, 10_000),
      },
      write: (path, content) => writeWhole(path, content, 0o600),
    });
    return { store, paths, programs, bin };
  }

  const read: readonly { readonly name: string; readonly world: World; readonly of?: string; readonly found: Credential | undefined }[] = [
    { name: 'nothing anywhere', world: {}, found: undefined },
    { name: 'a config without credentials', world: { notation: { insecureRegistries: ['x'] } }, found: undefined },
    {
      name: "docker's auths",
      world: { docker: { auths: { [registry]: { auth: auth('user:pass:word') } } } },
      found: user('user', 'pass:word'),
    },
    {
      name: 'name and password in the clear',
      world: { docker: { auths: { [registry]: { username: 'user', password: 'word' } } } },
      found: user('user', 'word'),
    },
    {
      name: 'auth before name and password',
      world: { docker: { auths: { [registry]: { username: 'x', password: 'y', auth: auth('user:word') } } } },
      found: user('user', 'word'),
    },
    {
      name: 'an identity token',
      world: { docker: { auths: { [registry]: { auth: auth('00000000:'), identitytoken: 'refresh' } } } },
      found: { kind: 'refresh', token: 'refresh' },
    },
    {
      name: 'a registry token',
      world: { docker: { auths: { [registry]: { registrytoken: 'access' } } } },
      found: { kind: 'access', token: 'access' },
    },
    {
      name: 'a key with a scheme and a path',
      world: { docker: { auths: { [`https://${registry}/v1/`]: { auth: auth('user:word') } } } },
      found: user('user', 'word'),
    },
    {
      name: "another port is another registry's",
      world: { docker: { auths: { 'registry.example': { auth: auth('user:word') } } } },
      found: undefined,
    },
    {
      name: "docker's hub under its old name",
      world: { docker: { auths: { 'https://index.docker.io/v1/': { auth: auth('user:word') } } } },
      of: 'docker.io',
      found: user('user', 'word'),
    },
    {
      name: "notation's config before docker's",
      world: {
        notation: { auths: { [registry]: { auth: auth('own:word') } } },
        docker: { auths: { [registry]: { auth: auth('docker:word') } } },
      },
      found: user('own', 'word'),
    },
    {
      name: "notation's config before docker's, also where it does not know the registry",
      world: { notation: { auths: { 'other.example': {} } }, docker: { auths: { [registry]: { auth: auth('docker:word') } } } },
      found: undefined,
    },
    {
      name: 'a helper of the registry before the one of all, and before the file',
      world: {
        docker: { credsStore: 'missing', credHelpers: { [registry]: 'good' }, auths: { [registry]: { auth: auth('x:y') } } },
        helpers: ['good'],
      },
      found: undefined,
    },
    {
      name: 'members of other kinds',
      world: { docker: { auths: { [registry]: null, x: 7 }, credHelpers: [], credsStore: null } },
      found: undefined,
    },
    {
      name: 'a registry named like a member of every object',
      world: { docker: { auths: { x: {} } } },
      of: 'constructor',
      found: undefined,
    },
  ];
  const refused: Readonly<Record<string, unknown>> = {
    'auths that are no object': 'whatever',
    'an entry that is no object': { [registry]: 7 },
    'a token that is no text': { [registry]: { identitytoken: 123 } },
    'an auth that is no base64': { [registry]: { auth: 'user:hunter2' } },
    'an auth without a password': { [registry]: { auth: auth('hunter2') } },
  };
  for (const [name, auths] of Object.entries(refused)) {
    test(`${name} is told`, () =>
      assert.rejects(
        async () => (await open({ docker: { auths } })).store.get(registry),
        (error) => error instanceof NotationError && error.code === 'CONFIG' && !error.message.includes('hunter2'),
      ));
  }
  for (const { name, world, of = registry, found } of read) {
    test(name, async () => assert.deepEqual(await (await open(world)).store.get(of), found));
  }

  test('a helper keeps, gives and forgets passwords and tokens', async () => {
    const { store, programs } = await open({ docker: { credsStore: 'good' }, helpers: ['good'] });
    assert.equal(await store.get(registry), undefined);
    for (const credential of [user('user', 'word'), { kind: 'refresh', token: 'refresh' } as const]) {
      assert.equal(await store.put(registry, credential), true);
      assert.deepEqual(await store.get(registry), credential);
    }
    assert.equal(await store.put('docker.io', user('hub', 'word')), true);
    await store.erase(registry);
    await store.erase(registry);
    assert.equal(await store.get(registry), undefined);
    assert.deepEqual(JSON.parse(readFileSync(`${programs['good']}.json`, 'utf8')), {
      'https://index.docker.io/v1/': { Username: 'hub', Secret: 'word' },
    });
    // No line ends with the name of a variable that the helper should not have seen.
    assert.match(readFileSync(`${programs['good']}.log`, 'utf8'), /^(\w+ \S+ \n)+$/);
  });

  const natives: readonly (readonly [string, readonly string[], string])[] = [
    ['linux', ['secretservice'], 'secretservice'],
    ['darwin', ['osxkeychain', 'secretservice'], 'osxkeychain'],
    ['win32', ['wincred', 'secretservice'], 'wincred'],
  ];
  for (const [platform, helpers, expected] of natives) {
    test(`the platform's own helper on ${platform}`, async () => {
      const { store, programs } = await open({ platform, helpers });
      assert.equal(await store.put(registry, user('user', 'word')), true);
      assert.ok(existsSync(`${programs[expected]}.json`));
    });
  }

  test('without a helper nothing is saved, and what stands in a file is forgotten with the rest of it kept', async () => {
    const docker = { auths: { [registry]: { auth: auth('user:word') }, 'other.example': { auth: auth('a:b') } }, other: { kept: true } };
    const { store, paths } = await open({ docker });
    assert.equal(await store.put(registry, user('user', 'word')), false);
    assert.deepEqual(JSON.parse(readFileSync(paths.docker, 'utf8')), docker);
    await store.erase(registry);
    assert.deepEqual(JSON.parse(readFileSync(paths.docker, 'utf8')), {
      ...docker,
      auths: { 'other.example': docker.auths['other.example'] },
    });
    assert.equal(statSync(paths.docker).mode & 0o777, 0o600);
  });

  const failures: readonly {
    readonly name: string;
    readonly suffix: string;
    readonly script?: string;
    readonly code: string;
    readonly message: RegExp;
    readonly act?: (store: CredentialStore) => Promise<unknown>;
  }[] = [
    {
      name: 'a helper that is not there',
      suffix: 'missing',
      code: 'CONFIG',
      message: /^docker-credential-missing: expected this program in PATH, found none$/,
    },
    { name: 'a name that leads elsewhere', suffix: '../evil', code: 'CONFIG', message: /expected a plain name, found "\.\.\/evil"/ },
    { name: 'a name with a space', suffix: 'a b', code: 'CONFIG', message: /expected a plain name/ },
    {
      name: 'a helper that fails',
      suffix: 'bad',
      script: "#!/bin/sh\nprintf 'locked \\033[31m'; exit 3",
      code: 'UNAVAILABLE',
      message: /^docker-credential-bad get: expected success, found locked {2}\[31m$/,
    },
    {
      name: 'a helper that says no JSON',
      suffix: 'bad',
      script: '#!/bin/sh\necho hunter2',
      code: 'UNAVAILABLE',
      message: /^docker-credential-bad get: expected Username and Secret in JSON, found something else$/,
    },
    {
      name: 'a helper that says too much',
      suffix: 'bad',
      script: '#!/bin/sh\nexec /bin/cat /dev/zero',
      code: 'UNAVAILABLE',
      message: /at most 1048576 bytes of output, found more/,
    },
    {
      name: 'a helper that repeats the secret',
      suffix: 'bad',
      script: '#!/bin/sh\n/bin/cat; exit 1',
      code: 'UNAVAILABLE',
      message: /^(?!.*hunter2)docker-credential-bad store: /,
      act: (store) => store.put(registry, user('user', 'hunter2')),
    },
  ];
  for (const { name, suffix, script, code, message, act = (store: CredentialStore) => store.get(registry) } of failures) {
    test(name, async () => {
      const { store, bin } = await open({ docker: { credsStore: suffix } });
      if (script !== undefined) installHelper(bin, suffix, script);
      await assert.rejects(act(store), { code, message });
    });
  }

  test('a config that is no JSON is told, and not repeated', async () => {
    await assert.rejects(open({ docker: '{"auths": hunter2' }), {
      code: 'CONFIG',
      message: /^(?!.*hunter2)config\.json \(.*docker\.json\): expected a JSON object/,
    });
  });

  test('a helper that hangs is ended, with what it started', async () => {
    const path = installHelper(root, 'slow', '#!/bin/sh\nsleep 60 & sleep 60');
    await assert.rejects(runProgram(path, ['get'], '', { PATH: process.env['PATH'] }, 200), {
      code: 'TIMEOUT',
      message: /expected an end within 0\.2 s/,
    });
  });

  test('programs of the working directory are not found', async () => {
    const path = installHelper(process.cwd(), 'here-only');
    try {
      for (const PATH of ['', '.', ':', 'bin:.'])
        assert.equal(await findProgram('docker-credential-here-only', { environment: { PATH }, platform: 'linux' }), undefined);
    } finally {
      rmSync(path);
    }
  });

  test('any JSON object is read as a config or refused, and forgotten credentials take nothing else with them', () => {
    const names = fc.constantFrom('auths', 'credsStore', 'credHelpers', registry, 'auth', 'identitytoken', '__proto__', 'username');
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 1 }), fc.dictionary(names, tie('any'), { maxKeys: 4 })),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(names, value), (json) => {
        const config = JSON.parse(JSON.stringify(json));
        assert.equal(typeof helperOf(config, registry), 'string');
        try {
          assert.equal(typeof saysCredentials(config), 'boolean');
          const without = withoutCredential(config, registry);
          if (without !== undefined) assert.equal(plainCredential(without, registry), undefined);
          plainCredential(config, registry);
        } catch (error) {
          assert.ok(error instanceof NotationError && error.code === 'CONFIG', String(error));
        }
      }),
      { numRuns: 3000 },
    );
  });
});
