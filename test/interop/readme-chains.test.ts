// The README's page "I have a key but no certificate": its commands, run as they stand there.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { executableUnderTest, openNotation } from '../support/notation.ts';
import { makeBareKey, openssl } from '../support/openssl.ts';
import { needs, openPeer } from '../support/peers.ts';
import { start } from '../support/process.ts';
import { openSession, type Session } from './session.ts';

const peers = needs('notation', 'oras', 'ocireg');
const readme = join(import.meta.dirname, '../../README.md');
const artifact = 'registry.example.com/app@sha256:…';

let session: Session;
before(async () => {
  if (peers.skip === undefined) session = await openSession();
});
after(() => session?.close());

test('every command of the page does what it says', peers, async () => {
  const page = /^## I have a key but no certificate\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readFileSync(readme, 'utf8'))?.[1] ?? '';
  const run = [];
  for (const section of page.split(/^### /m)) run.push(...(await runSection(section)));
  assert.ok(run.length >= 11, 'README.md has the page, with its commands');
});

/** Runs the commands of a section in a new home, under the trust policy that the section speaks of; answers them. */
async function runSection(section: string): Promise<readonly string[]> {
  const home = openNotation(session.folder, session.plugin, { roots: [] });
  prepare(home.folder);
  writePolicy(join(home.config, 'trustpolicy.json'), section);
  const reference = await session.artifact();
  const env = {
    PATH: `${join(home.folder, 'bin')}:${process.env['PATH']}`,
    HOME: home.folder,
    XDG_CONFIG_HOME: join(home.folder, 'config'),
    NOTATION_LIBEXEC: session.plugin.libexec,
  };
  const commands = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trimEnd().split('\n'));
  for (const command of commands) {
    const { code, stderr } = await start(['sh', '-c', command.replaceAll(artifact, reference)], { cwd: home.folder, env });
    assert.equal(code, 0, `${command}: ${stderr}`);
  }
  return commands;
}

function writePolicy(path: string, section: string): void {
  const [stores, identities] = ['trustStores', 'trustedIdentities'].map((name) => new RegExp(`"${name}": (\\[.*?\\])`).exec(section)?.[1]);
  if (stores === undefined || identities === undefined) return;
  const policy = readFileSync(path, 'utf8')
    .replace('["ca:interop"]', stores)
    .replace('["*"],"registryScopes', `${identities},"registryScopes`);
  assert.ok(policy.includes(stores) && policy.includes(identities));
  writeFileSync(path, policy);
}

/** What the reader has: the programs, a key, and an authority that answers. */
function prepare(folder: string): void {
  mkdirSync(join(folder, 'bin'));
  symlinkSync(executableUnderTest(), join(folder, 'bin', 'notation-ts-kms'));
  symlinkSync(openPeer('notation'), join(folder, 'bin', 'notation'));
  makeBareKey(folder, 'release.key', 'EC-256');
  const extensions = ['-addext', 'basicConstraints=critical,CA:true', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key'];
  openssl(folder, 'req', '-x509', ...key, '-out', 'ca.crt', '-subj', '/CN=acme', '-days', '2', ...extensions);
}
