// Every example in every command's help, run as it stands there, in a home that has what they speak of.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { definedCommands } from '../../src/cli/commands.ts';
import type { CommandDefinition } from '../../src/cli/line/definition.ts';
import { installHelper } from '../support/credential-helper.ts';
import { account, type GuardedRegistry, startGuardedRegistry } from '../support/guarded-registry.ts';
import { makeImage } from '../support/layout.ts';
import { executableUnderTest, openFolder, pushArtifact, removeFolder } from '../support/notation.ts';
import { makeBareKey, openssl } from '../support/openssl.ts';
import { needs } from '../support/peers.ts';
import { pluginScript, zipOf } from '../support/plugin-archives.ts';
import { start } from '../support/process.ts';
import { type Registry, startOcireg } from '../support/registry.ts';
import { openContext } from '../support/tool.ts';

const subject = '"CN=release, O=Example, ST=WA, C=US"';
const trusted = '--trust-store ca:release --trusted-identity "x509.subject: C=US, ST=WA, O=Example, CN=release"';
const artifact = 'registry.example.com/app@sha256:…';

/** What makes the home that the examples speak of. */
const preparations: readonly string[] = [
  `notation-ts-kms key self-signed --id ./release.key --subject ${subject} --out release.crt`,
  'notation-ts-kms certificate add --type ca --store release release.crt',
  'notation-ts-kms key add --plugin ts-kms --id ./release.key --default release',
  `notation-ts-kms policy init --name release ${trusted}`,
  `notation-ts-kms blob policy init --global --name release ${trusted}`,
  'notation-ts-kms certificate generate-test --key-spec EC-256 dev.example.com',
  'cp "$XDG_CONFIG_HOME"/notation/trustpolicy*.json .',
  'notation-ts-kms sign --key release --oci-layout ./layout:v1',
  `notation-ts-kms sign --key release ${artifact}`,
  `echo ${artifact} > references.txt`,
  'notation-ts-kms blob sign --key release app.tar.gz',
];

/** What a command undoes must have been done. */
const doneBefore: Readonly<Record<string, string>> = {
  logout: 'notation-ts-kms login --username alice --password-stdin registry.example.com < password.txt',
  uninstall: 'notation-ts-kms install',
  'plugin uninstall': 'notation-ts-kms plugin install --file wabbit-plugin.zip',
};

describe('examples', needs('ocireg', 'oras', 'docker-registry'), () => {
  let folder: string;
  let registry: Registry;
  let guarded: GuardedRegistry;
  let reference: string;

  before(async () => {
    if (needs('ocireg', 'oras', 'docker-registry').skip !== undefined) return;
    folder = openFolder();
    registry = await startOcireg();
    mkdirSync(join(folder, 'guarded'));
    guarded = await startGuardedRegistry('basic', join(folder, 'guarded'));
    reference = await pushArtifact(`${registry.host}/app`, 'hello', folder);
    const work = join(folder, 'home', 'work');
    mkdirSync(work, { recursive: true });
    makeBareKey(work, 'release.key', 'EC-256');
    const extensions = ['-addext', 'basicConstraints=critical,CA:true', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key'];
    openssl(work, 'req', '-x509', ...key, '-out', 'ca.crt', '-subj', '/CN=acme', '-days', '2', ...extensions);
    makeImage(join(work, 'layout'));
    writeFileSync(join(work, 'app.tar.gz'), 'an archive');
    const plugin = { name: 'notation-wabbit-plugin', content: pluginScript('wabbit-plugin', '1.0.0'), mode: 0o755 };
    writeFileSync(join(work, 'wabbit-plugin.zip'), zipOf([plugin]));
    writeFileSync(join(work, 'password.txt'), `${account.password}\n`);
    for (const name of ['bin', 'docker']) mkdirSync(join(folder, 'home', name));
    installHelper(join(folder, 'home', 'bin'), 'examples');
    writeFileSync(join(folder, 'home', 'docker', 'config.json'), JSON.stringify({ credsStore: 'examples' }));
    symlinkSync(executableUnderTest(), join(folder, 'home', 'bin', 'notation-ts-kms'));
    for (const line of preparations) await run(line, join(folder, 'home'));
  });
  after(async () => {
    await registry?.stop();
    await guarded?.stop();
    if (folder !== undefined) removeFolder(folder);
  });

  /** @throws when the command fails */
  async function run(line: string, home: string): Promise<string> {
    const isAboutLogin = /^notation-ts-kms log(in|out)/.test(line);
    const here = line
      .replaceAll(artifact, reference)
      .replaceAll('./layout@sha256:…', './layout:v1')
      .replaceAll('registry.example.com', isAboutLogin ? guarded.host : registry.host)
      .replaceAll('alice', account.username);
    const env = {
      PATH: [join(home, 'bin'), process.env['PATH']].join(delimiter),
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_CACHE_HOME: join(home, 'cache'),
      DOCKER_CONFIG: join(home, 'docker'),
      SSL_CERT_FILE: guarded.authority,
    };
    const { code, stdout, stderr } = await start(['sh', '-c', here], { cwd: join(home, 'work'), env });
    assert.equal(code, 0, `${line}: ${stderr}`);
    return stdout;
  }

  for (const { path, examples } of running(definedCommands(openContext()))) {
    test(path.join(' '), async () => {
      assert.ok(examples.length > 0, 'has examples');
      const done = doneBefore[path.join(' ')];
      for (const [index, { line, says }] of examples.entries()) {
        const home = join(folder, `${path.join('-')}-${index}`);
        cpSync(join(folder, 'home'), home, { recursive: true, verbatimSymlinks: true });
        if (done !== undefined) await run(done, home);
        assert.ok(line.startsWith(`notation-ts-kms ${path[0]}`) || path[0] === 'list', `${line} is about the command`);
        assert.match(says, /\S/);
        await run(line, home);
      }
    });
  }
});

function running(command: CommandDefinition): readonly CommandDefinition[] {
  return command.commands.flatMap((one) => [...(one.runs ? [one] : []), ...running(one)]);
}
