// A CRL as long as the longest there are: 300,000 entries.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toPem } from '../../src/x509/bundle.ts';
import { encodeEntry, mintCrl } from '../../test/support/crl-mint.ts';
import { startCrlServer } from '../../test/support/crl-server.ts';
import { runProgram } from '../../test/support/notation.ts';
import { type Holder, mintCa, validFrom } from '../../test/support/pki.ts';
import { mintRevocable } from '../../test/support/revocable.ts';
import { compile } from '../build.ts';
import { type Case, cleanEnvironment, type Environment, type Suite } from './case.ts';
import { executable, sameWords } from './pair.ts';
import { pushLayout } from './tool.ts';
import { shippedVariant } from './variant.ts';

const count = 300_000;

/** Reading, signature and look-up by themselves, and all of `verify` with the CRL in the cache and without. */
export const crlSuite: Suite = {
  title: 'a CRL of 300,000 entries',
  peers: ['notation', 'oras'],
  open: async (folder) => {
    const server = await startCrlServer();
    const ca = await mintCa('CRL CA', undefined);
    const leaf = await mintRevocable('CRL leaf', ca, { crl: [`${server.url}ca.crl`] });
    const crl = await mintCrl({ ca, rawEntries: randomEntries() });
    server.publish('ca.crl', crl);
    const place = { home: openHome(folder, leaf, ca), environment: { NOTATION_EXPERIMENTAL: '1' } };
    const layout = await pushLayout(folder, 'crl');
    await sign(place.home, layout);
    const words = ['verify', '--oci-layout', '--scope', 'layout.test/crl', layout];
    const uncached: Environment = { ...place.environment, NOTATION_CACHE: '/dev/null/none' };
    const cases = [
      await checkCase(folder, {
        'many.crl': crl,
        'none.crl': await mintCrl({ ca }),
        'ca.der': ca.certificate.der,
        'leaf.der': leaf.certificate.der,
      }),
      sameWords('verify one, CRL of 300,000 entries in the cache', words, place),
      sameWords('verify one, CRL of 300,000 entries fetched', words, { ...place, environment: uncached }),
    ];
    return { cases, close: server.close };
  },
};

/** Serial numbers of 16 random bytes, half of them with a reason. */
function randomEntries(): Uint8Array {
  const serial = () => `4${randomBytes(16).toString('hex').slice(1)}`;
  const entries = Array.from({ length: count }, (_, at) =>
    encodeEntry({ serial: serial(), revokedAt: new Date(validFrom.getTime() + at * 1000), ...(at % 2 === 0 && { reason: 1 + (at % 5) }) }),
  );
  return Buffer.concat(entries);
}

/** The module by itself, compiled as the executable is. */
async function checkCase(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<Case> {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const program = join(folder, 'check-crl');
  compile(program, { entry: fileURLToPath(import.meta.resolve('./crl-program.ts')) });
  const command = (name: string, crl: string) => ({ name, argv: [program, folder, crl], stdin: '', env: cleanEnvironment(folder) });
  return {
    name: 'check a CRL of 300,000 entries',
    base: 'empty CRL',
    commands: [command('empty CRL', 'none.crl'), command(shippedVariant, 'many.crl')],
  };
}

/** A home that signs with the leaf's key and trusts its authority at level strict. */
function openHome(folder: string, leaf: Holder, ca: Holder): string {
  const home = join(folder, 'crl-home');
  const config = join(home, '.config', 'notation');
  const store = join(config, 'truststore', 'x509', 'ca', 'bench');
  mkdirSync(store, { recursive: true });
  const write = (path: string, content: string) => {
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const keyPath = write(join(home, 'leaf.key'), String(leaf.key.privateKey.export({ format: 'pem', type: 'pkcs8' })));
  const certPath = write(join(home, 'leaf.crt'), toPem([leaf.certificate.der, ca.certificate.der]));
  write(join(store, 'root.pem'), toPem([ca.certificate.der]));
  write(join(config, 'signingkeys.json'), JSON.stringify({ keys: [{ name: 'bench', keyPath, certPath }] }));
  const statement = {
    name: 'bench',
    registryScopes: ['*'],
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:bench'],
    trustedIdentities: ['*'],
  };
  write(join(config, 'trustpolicy.json'), JSON.stringify({ version: '1.0', trustPolicies: [statement] }));
  return home;
}

async function sign(home: string, layout: string): Promise<void> {
  const environment = { PATH: process.env['PATH'], HOME: home, NOTATION_EXPERIMENTAL: '1' };
  const { code, stderr } = await runProgram(executable, ['sign', '--key', 'bench', '--oci-layout', layout], environment);
  if (code !== 0) throw new Error(`sign: ${stderr}`);
}
