// The verdicts of real notation about CRLs that OpenSSL made, and ours; and the cache that both keep.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { crlCachePath } from '../../src/revocation/crl-cache.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { crlHabits, opensslCrl, startCrlServer } from '../support/crl-server.ts';
import { makeImage } from '../support/layout.ts';
import { type Notation, openFolder, openNotation, type Result, removeFolder } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { type Holder, mintCa } from '../support/pki.ts';
import { mintRevocable } from '../support/revocable.ts';
import { type CrlSituation, type CrlVerdict, crlSituations } from './crl-situations.ts';
import { runTool } from './tool-session.ts';

const peers = needs('notation');
const experimental = { NOTATION_EXPERIMENTAL: '1' };

describe('certificates with CRLs', async () => {
  const folder = openFolder();
  const server = await startCrlServer();
  const ca = await mintCa('CRL CA', undefined);
  after(async () => {
    await server.close();
    removeFolder(folder);
  });
  afterEach(() => server.behave());

  interface Signed {
    readonly home: Notation;
    readonly leaf: Holder;
    readonly reference: string;
  }

  /** A home that signs and trusts, and an artifact signed there by a certificate of its own with these CRLs. */
  async function sign(urls: readonly string[]): Promise<Signed> {
    const own = mkdtempSync(join(folder, 'signed-'));
    const leaf = await mintRevocable(own, ca, { crl: urls });
    const write = (name: string, content: string) => {
      writeFileSync(join(own, name), content, { mode: 0o600 });
      return join(own, name);
    };
    const root = write('root.crt', toPem([ca.certificate.der]));
    const home = openNotation(own, { name: '', version: '', libexec: own }, { roots: [root] });
    const certPath = write('leaf.crt', toPem([leaf.certificate.der, ca.certificate.der]));
    const keyPath = write('leaf.key', String(leaf.key.privateKey.export({ format: 'pem', type: 'pkcs8' })));
    writeFileSync(join(home.config, 'signingkeys.json'), JSON.stringify({ default: 'leaf', keys: [{ name: 'leaf', keyPath, certPath }] }));
    const { layout, image } = makeImage(join(own, 'layout'));
    const reference = `${layout}@${image.digest}`;
    const { code, stderr } = await runTool(home, ['sign', '--oci-layout', reference], experimental);
    assert.equal(code, 0, stderr);
    return { home, leaf, reference };
  }

  const words = ['verify', '-v', '--oci-layout', '--scope', 'layout.test/crl'];
  const byNotation = async ({ home, reference }: Signed) => verdictOf(await home.run([...words, reference], experimental));
  const byUs = async ({ home, reference }: Signed, ...more: readonly string[]) =>
    verdictOf(await runTool(home, [...words, ...more, reference], { ...experimental, XDG_CACHE_HOME: join(home.folder, 'cache') }));
  const cacheOf = ({ home }: Signed) => join(home.folder, 'cache');

  for (const [index, situation] of crlSituations(server, ca).entries())
    test(`${situation.name}: ${situation.verdict}`, peers, async () => {
      const { verdict, notation = verdict, prepare, urls = (file: string) => [`${server.url}${file}`] }: CrlSituation = situation;
      const file = `${index}.crl`;
      const signed = await sign(await urls(file));
      await prepare(signed.leaf, file);
      assert.equal(await byUs(signed), verdict, 'ours');
      rmSync(cacheOf(signed), { recursive: true, force: true });
      assert.equal(await byNotation(signed), notation, 'notation');
    });

  describe('from the cache', () => {
    const verifiers = { ours: byUs, notation: byNotation };
    const asked = async (work: () => Promise<unknown>) => {
      const start = server.asked.length;
      await work();
      return server.asked.slice(start);
    };

    for (const [first, second] of [
      ['ours', 'notation'],
      ['notation', 'ours'],
    ] as const)
      for (const verdict of ['good', 'revoked'] as const)
        test(`filled by ${first}, read by ${second}: ${verdict}`, peers, async () => {
          const file = `cached-${first}-${verdict}.crl`;
          const signed = await sign([`${server.url}${file}`]);
          const revoked = verdict === 'revoked' ? [[signed.leaf.certificate, {}] as const] : [];
          server.publish(file, opensslCrl({ ca, number: 10, freshest: [`${server.url}delta-${file}`], revoked }));
          server.publish(`delta-${file}`, opensslCrl({ ca, number: 11, baseNumber: 10 }));
          assert.deepEqual(await asked(async () => assert.equal(await verifiers[first](signed), verdict)), [`/${file}`, `/delta-${file}`]);
          server.behave(crlHabits.broken);
          assert.deepEqual(await asked(async () => assert.equal(await verifiers[second](signed), verdict)), []);
        });

    test('also where --offline forbids the network, and only then', peers, async () => {
      const signed = await sign([`${server.url}offline.crl`]);
      server.publish('offline.crl', opensslCrl({ ca }));
      assert.deepEqual(await asked(async () => assert.equal(await byUs(signed, '--offline'), 'unknown')), []);
      await byNotation(signed);
      assert.deepEqual(await asked(async () => assert.equal(await byUs(signed, '--offline'), 'good')), []);
    });

    test('in a folder that nobody can write is one warning, here and there', peers, async () => {
      const signed = await sign([`${server.url}unwritable.crl`]);
      server.publish('unwritable.crl', opensslCrl({ ca }));
      writeFileSync(cacheOf(signed), 'a file in the way');
      const environment = { ...experimental, XDG_CACHE_HOME: cacheOf(signed) };
      const line = ['verify', '--oci-layout', '--scope', 'layout.test/crl', signed.reference];
      const ours = await runTool(signed.home, line, environment);
      assert.equal(ours.code, 0);
      assert.equal(ours.stderr.match(/^Warning: CRL cache: a file .*; --debug says why$/gm)?.length, 1, ours.stderr);
      assert.match((await signed.home.run(line, environment)).stderr, /^Warning: .*crl file cache/m);
    });

    test('is byte for byte the same, with the same modes', peers, async () => {
      const url = `${server.url}same.crl`;
      const signed = await sign([url]);
      server.publish('same.crl', opensslCrl({ ca }));
      const path = crlCachePath(join(cacheOf(signed), 'notation'), url);
      const look = () => [
        readFileSync(path, 'utf8'),
        statSync(path).mode,
        statSync(join(path, '..')).mode,
        statSync(join(path, '../..')).mode,
      ];
      await byNotation(signed);
      const theirs = look();
      rmSync(cacheOf(signed), { recursive: true });
      await byUs(signed);
      assert.deepEqual(look(), theirs);
    });

    const base64 = (crl: Uint8Array) => JSON.stringify({ baseCRL: Buffer.from(crl).toString('base64') });
    // A CRL of another issuer's in the cache, and a changed one, are the end for notation.
    for (const [name, tamper, theirs] of [
      ['cut short', (content: string) => content.slice(0, 200), 'good'],
      ['emptied', () => '', 'good'],
      ['with a changed CRL', (content: string) => base64(changed(content)), 'unknown'],
      ['with another issuer’s CRL', async () => base64(opensslCrl({ ca: await mintCa('another CA', undefined) })), 'unknown'],
      [
        'with an expired CRL',
        () => base64(opensslCrl({ ca, thisUpdate: new Date(Date.now() - 7_200_000), nextUpdate: new Date(Date.now() - 3_600_000) })),
        'good',
      ],
    ] as const)
      test(`a file ${name} is fetched again`, peers, async () => {
        const file = `tampered-${name.replaceAll(/\W/g, '-')}.crl`;
        const signed = await sign([`${server.url}${file}`]);
        const path = crlCachePath(join(cacheOf(signed), 'notation'), `${server.url}${file}`);
        server.publish(file, opensslCrl({ ca }));
        await byNotation(signed);
        const spoiled = await tamper(readFileSync(path, 'utf8'));
        writeFileSync(path, spoiled);
        assert.equal(await byNotation(signed), theirs);
        writeFileSync(path, spoiled);
        assert.deepEqual(await asked(async () => assert.equal(await byUs(signed), 'good')), [`/${file}`]);
        server.behave(crlHabits.broken);
        assert.equal(await byNotation(signed), 'good', 'what is kept then is good');
      });
  });
});

function verdictOf({ code, stderr }: Result): CrlVerdict {
  if (code === 0) return 'good';
  if (/certificate with subject ".*" is revoked| was revoked at /.test(stderr)) return 'revoked';
  assert.match(stderr, /revocation status is unknown|failed to verify revocation|may be revoked;/, stderr);
  return 'unknown';
}

function changed(content: string): Uint8Array {
  const { baseCRL } = JSON.parse(content) as { readonly baseCRL: string };
  const crl = Buffer.from(baseCRL, 'base64');
  crl[crl.length - 1] = (crl.at(-1) ?? 0) ^ 1;
  return crl;
}
