// Timestamp authorities that a responder tells of: whether a timestamp of theirs is put into signatures, and believed, by the tool, by the plugin and by notation.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toPem } from '../../src/x509/bundle.ts';
import { extendedKeyUsageOid } from '../../src/x509/extension.ts';
import { extendedKeyUsage, keyUsage } from '../../src/x509/issue/issue.ts';
import type { Notation, Result } from '../support/notation.ts';
import { type OcspResponder, startOcspResponder } from '../support/ocsp-responder.ts';
import { needs } from '../support/peers.ts';
import { type Holder, mintCa, mintLeaf } from '../support/pki.ts';
import { revocationSources } from '../support/revocable.ts';
import { startOpensslTsa, type Tsa } from '../support/tsa.ts';
import { openSession, pluginConfig, type Session } from './session.ts';
import { runTool } from './tool-session.ts';

const peers = needs('notation', 'oras', 'ocireg');

describe('timestamp authorities with an OCSP responder', peers, () => {
  let session: Session;
  let responder: OcspResponder;
  let authority: Holder;
  let tsa: Tsa;
  let root: string;

  before(async () => {
    if (peers.skip !== undefined) return;
    session = await openSession();
    const ca = await mintCa('tsa root', undefined);
    responder = await startOcspResponder({ ca });
    const own = [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsageOid.timeStamping], true)];
    const extensions = [...own, ...revocationSources({ ocsp: [responder.url] })];
    authority = await mintLeaf('tsa', ca, { extensions }, 'RSA-3072', 'timestamping');
    tsa = await startOpensslTsa([authority, ca]);
    root = join(session.folder, 'tsa-root.pem');
    writeFileSync(root, toPem([ca.certificate.der]));
  });
  after(async () => {
    await Promise.all([tsa?.stop(), responder?.close()]);
    await session?.close();
  });

  const stamping = () => ['--timestamp-url', tsa.url, '--timestamp-root-cert', root];
  const asPlugin = (mode: 'signature' | 'envelope') => ['--plugin', 'ts-kms', '--id', session.ec.key, ...pluginConfig({ mode })];
  const signers: Readonly<Record<string, (home: Notation, reference: string) => Promise<Result>>> = {
    'the tool': (home, reference) => runTool(home, ['sign', '--id', session.ec.key, ...stamping(), reference]),
    "the plugin's envelope": (home, reference) =>
      home.run(['sign', ...asPlugin('envelope'), ...pluginConfig({ tsa_url: tsa.url, tsa_root_cert: root }), reference]),
    notation: (home, reference) => home.run(['sign', ...asPlugin('signature'), ...stamping(), reference]),
  };
  const said = {
    revoked:
      /(timestamp authority: certificate ..?CN=tsa,.*expected it not to be revoked, found it revoked on|timestamping certificate with subject .* is revoked)/,
    unknown:
      /(timestamp authority: certificate ..?CN=tsa,.*expected to learn whether it is revoked|timestamping certificate with subject .* revocation status is unknown)/,
  };

  for (const [name, sign] of Object.entries(signers)) {
    test(`${name} takes a timestamp of one that is good, and both believe it until it is revoked`, async () => {
      const home = trusting();
      const reference = await session.artifact();
      responder.mark(authority.certificate, 'good');
      const signed = await sign(home, reference);
      assert.equal(signed.code, 0, signed.stderr);
      assert.deepEqual(await verdicts(home, reference), [0, 0]);
      responder.mark(authority.certificate, { reason: 'keyCompromise' });
      assert.deepEqual(await verdicts(home, reference), [1, 1]);
      responder.mark(authority.certificate, 'unknown');
      assert.deepEqual(await verdicts(home, reference), [1, 1]);
    });

    for (const status of ['revoked', 'unknown'] as const)
      test(`${name} takes no timestamp of one that is ${status}`, async () => {
        const home = trusting();
        const reference = await session.artifact();
        responder.mark(authority.certificate, status === 'revoked' ? {} : 'unknown');
        const { code, stderr } = await sign(home, reference);
        assert.equal(code, 1);
        assert.match(stderr, said[status]);
        assert.match((await home.run(['ls', reference])).stdout, /has no associated signature/);
      });
  }

  async function verdicts(home: Notation, reference: string): Promise<readonly (number | null)[]> {
    const results = [await home.run(['verify', reference]), await runTool(home, ['verify', reference])];
    return results.map(({ code }) => code);
  }

  /** A home whose policy demands timestamps of the authority. */
  function trusting(): Notation {
    const home = session.home();
    const store = join(home.config, 'truststore', 'x509', 'tsa', 'interop');
    mkdirSync(store, { recursive: true });
    writeFileSync(join(store, 'root.crt'), readFileSync(root));
    const path = join(home.config, 'trustpolicy.json');
    const document = JSON.parse(readFileSync(path, 'utf8'));
    document.trustPolicies[0].trustStores.push('tsa:interop');
    writeFileSync(path, JSON.stringify(document), { mode: 0o600 });
    return home;
  }
});
