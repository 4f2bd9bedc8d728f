// The tool against `notation verify`: one artifact, and many.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Authority, ec256, identity, type KeyPair, makeAuthority, makeKey, rsa2048 } from '../../test/interop/pki.ts';
import { pushArtifact, runProgram } from '../../test/support/notation.ts';
import { startRegistry } from '../../test/support/registry.ts';
import type { Suite } from './case.ts';
import { executable, loopAgainstList, ownList, sameWords } from './pair.ts';
import { pushLayout, writeLists } from './tool.ts';

const scope = 'layout.test/bench';

/** `notation-ts-kms verify` at level strict, where no certificate names who tells of revocation. */
export const verifySuite: Suite = {
  title: 'verify by the tool',
  peers: ['notation', 'oras', 'ocireg'],
  open: async (folder) => {
    const authority = makeAuthority(folder, 'verify');
    const [elliptic, rsa] = [makeKey(authority, ec256), makeKey(authority, rsa2048)];
    const home = openHome(folder, authority, { ec: elliptic, rsa });
    const registry = await startRegistry('ocireg');
    const [one, other] = [
      await pushArtifact(`${registry.host}/one`, 'one', folder),
      await pushArtifact(`${registry.host}/two`, 'two', folder),
    ];
    const layout = await pushLayout(folder, 'verified');
    const lists = await writeLists(registry.host, [1000, 10_000], folder);
    await sign(home, '--key', 'ec', one);
    await sign(home, '--key', 'rsa', '--signature-format', 'cose', other);
    await sign(home, '--key', 'ec', '--oci-layout', layout);
    await sign(home, '--key', 'ec', '--force-referrers-tag=false', '--from-file', lists[10_000] ?? '');
    const inLayout = { home, environment: { NOTATION_EXPERIMENTAL: '1' } };
    const cases = [
      sameWords('verify one, registry, EC-256 JWS', ['verify', one], { home }),
      sameWords('verify one, registry, RSA-2048 COSE', ['verify', other], { home }),
      sameWords('verify one, OCI layout', ['verify', '--oci-layout', '--scope', scope, layout], inLayout),
      loopAgainstList('verify 1,000, registry', lists[1000] ?? '', ['verify'], { home }),
      ...[1000, 10_000].map((count) => ownList(`memory of verifying ${count}`, lists[count] ?? '', ['verify'], { home })),
    ];
    return { cases, close: registry.stop };
  },
};

/** A home whose trust policy trusts the authority's signers at level strict. */
function openHome(folder: string, authority: Authority, pairs: Readonly<Record<string, KeyPair>>): string {
  const home = join(folder, 'verify-home');
  const config = join(home, '.config', 'notation');
  const store = join(config, 'truststore', 'x509', 'ca', 'bench');
  mkdirSync(store, { recursive: true });
  const write = (name: string, value: object) => writeFileSync(join(config, name), JSON.stringify(value), { mode: 0o600 });
  write('signingkeys.json', { keys: Object.entries(pairs).map(([name, { key, chain }]) => ({ name, keyPath: key, certPath: chain })) });
  const statement = {
    name: 'bench',
    registryScopes: ['*'],
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:bench'],
    trustedIdentities: [identity],
  };
  write('trustpolicy.json', { version: '1.0', trustPolicies: [statement] });
  copyFileSync(authority.certificate, join(store, 'root.pem'));
  return home;
}

async function sign(home: string, ...words: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(executable, ['sign', ...words], { PATH: process.env['PATH'], HOME: home });
  if (code !== 0) throw new Error(`sign: ${stderr}`);
}
