// A key without a certificate gets one from the tool: signed by itself, or by an authority that openssl keeps; and notation signs and
// verifies with it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { executableUnderTest, type Notation, openNotation, type Result, runProgram } from '../support/notation.ts';
import { makeBareKey, openssl, verifiesRequest } from '../support/openssl.ts';
import { needs } from '../support/peers.ts';
import { inspectOne } from './inspection.ts';
import { fingerprintOf } from './pki.ts';
import { assertSigned, assertVerifies, openSession, pluginConfig, type Session } from './session.ts';

const peers = needs('notation', 'oras', 'ocireg');
const specs = ['RSA-2048', 'RSA-3072', 'RSA-4096', 'EC-256', 'EC-384', 'EC-521'];
const formats = ['jws', 'cose'];
const subject = 'CN=release, O=interop, ST=WA, C=US';
const identity = 'x509.subject: C=US, ST=WA, O=interop, CN=release';

describe('chains for keys without certificates', () => {
  let session: Session;
  before(async () => {
    if (peers.skip === undefined) session = await openSession();
  });
  after(() => session?.close());

  for (const spec of specs) {
    test(`${spec}: a certificate that the key signed itself`, peers, async () => {
      const { notation, at, tool } = openHome(session, spec);
      await tool(['key', 'self-signed', '--id', at('release.key'), '--subject', subject, '--out', at('self.pem')]);
      openssl(notation.folder, 'verify', '-x509_strict', '-check_ss_sig', '-CAfile', 'self.pem', 'self.pem');
      await tool(['certificate', 'chain', 'check', at('self.pem'), '--id', at('release.key')]);
      await add(notation, at('self.pem'));
      await assertWorks(session, notation, at('self.pem'));
    });

    test(`${spec}: a request that an authority answers`, peers, async () => {
      const { notation, at, tool } = openHome(session, spec);
      await tool(['key', 'csr', '--id', at('release.key'), '--subject', subject, '--out', at('release.csr')]);
      assert.ok(verifiesRequest(notation.folder, 'release.csr'));
      await add(notation, answerRequest(notation.folder));
      // As an authority sends it: the leaf last, the intermediate twice, the root not at all.
      const sent = ['intermediate.crt', 'intermediate.crt', 'leaf.crt'].map((name) => readFileSync(at(name), 'utf8')).join('');
      writeFileSync(at('sent.pem'), sent);
      const found = await run(notation, ['certificate', 'chain', 'check', at('sent.pem'), '--id', at('release.key')]);
      assert.match(found.stderr, /^duplicate: .*\norder: .*\nmissing: .*trust store ca:acme\nError: /);
      await tool(['cert', 'chain', 'check', at('sent.pem'), '--id', at('release.key'), '--fix', '--out', at('chain.pem')]);
      await assertWorks(session, notation, at('chain.pem'));
    });
  }
});

interface Home {
  readonly notation: Notation;
  readonly at: (name: string) => string;
  /** Runs the tool, which must have no complaint. */
  readonly tool: (words: readonly string[]) => Promise<void>;
}

/** A home of notation that trusts nothing yet, with a key and no certificate. */
function openHome(session: Session, spec: string): Home {
  const notation = openNotation(session.folder, session.plugin, { roots: [], identities: [identity] });
  const policy = join(notation.config, 'trustpolicy.json');
  writeFileSync(policy, readFileSync(policy, 'utf8').replace('ca:interop', 'ca:acme'));
  makeBareKey(notation.folder, 'release.key', spec);
  const tool = async (words: readonly string[]) => {
    const { code, stderr } = await run(notation, words);
    assert.equal(code, 0, stderr);
  };
  return { notation, at: (name) => join(notation.folder, name), tool };
}

function run(notation: Notation, words: readonly string[]): Promise<Result> {
  return runProgram(executableUnderTest(), words, { XDG_CONFIG_HOME: join(notation.folder, 'config') });
}

/** A root, an intermediate below it, and the leaf that it makes of `release.csr` with the extensions asked for; answers the root's path. */
function answerRequest(folder: string): string {
  writeFileSync(join(folder, 'ca.cnf'), authority);
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-config', 'ca.cnf', '-extensions', 'ca'];
  openssl(folder, 'req', '-x509', ...ec, '-keyout', 'root.key', '-out', 'root.crt', '-subj', '/CN=acme root');
  const below = ['-CA', 'root.crt', '-CAkey', 'root.key', '-keyout', 'intermediate.key', '-out', 'intermediate.crt'];
  openssl(folder, 'req', '-x509', ...ec, ...below, '-subj', '/CN=acme intermediate');
  const issuer = ['-CA', 'intermediate.crt', '-CAkey', 'intermediate.key', '-CAcreateserial', '-copy_extensions', 'copyall'];
  openssl(folder, 'x509', '-req', '-in', 'release.csr', '-out', 'leaf.crt', '-days', '2', ...issuer);
  openssl(folder, 'verify', '-x509_strict', '-CAfile', 'root.crt', '-untrusted', 'intermediate.crt', 'leaf.crt');
  return join(folder, 'root.crt');
}

const authority = `
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
`;

async function add(notation: Notation, certificate: string): Promise<void> {
  const { code, stderr } = await notation.run(['cert', 'add', '--type', 'ca', '--store', 'acme', certificate]);
  assert.equal(code, 0, stderr);
}

/** notation signs with key and chain in both formats, and verifies both where the store holds the root, and not where it holds another. */
async function assertWorks(session: Session, notation: Notation, chain: string): Promise<void> {
  for (const format of formats) {
    const reference = await session.artifact();
    const words = ['sign', '--plugin', session.plugin.name, '--id', join(notation.folder, 'release.key'), '--signature-format', format];
    assertSigned(await notation.run([...words, ...pluginConfig({ cert_chain: chain }), reference]), reference);
    await assertVerifies(notation, reference);
    assert.equal((await session.home().run(['verify', reference])).code, 1, 'another root must not do');
    const [leaf] = (await inspectOne(notation, reference)).certificates;
    assert.equal(leaf?.SHA256Fingerprint, fingerprintOf(chain));
  }
}
