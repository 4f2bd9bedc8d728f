// Spoiled certificates, bundles and timestamp tokens: nothing but an error of ours comes out, and no token is believed that was not signed.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { parseCertificates, toPem } from '../../../src/x509/bundle.ts';
import { type Certificate, nameOf, parseCertificate } from '../../../src/x509/certificate.ts';
import { isSelfSigned } from '../../../src/x509/chain/chain.ts';
import { findBrokenRules } from '../../../src/x509/chain/profile.ts';
import { checkTimestampToken } from '../../../src/x509/timestamp/check.ts';
import { parseTimestampToken } from '../../../src/x509/timestamp/token.ts';
import { fuzz, iterations, type Kind, seedOf } from '../../support/fuzz.ts';
import { ofBytes } from '../../support/mutation.ts';
import { ofDer } from '../../support/mutation-der.ts';
import { mintChain } from '../../support/pki.ts';
import { needsVectors, readVector } from '../../support/third-party.ts';
import { makeToken } from '../../support/timestamp-token.ts';

const message = Buffer.from('notation');
const chain = (await mintChain({ intermediates: 1, spec: 'RSA-2048' })).map(({ certificate }) => certificate);
const authority = await mintChain({ purpose: 'timestamping' });
const roots = authority.slice(-1).map(({ certificate }) => certificate);
const token = await makeToken({ chain: authority, message });
const foreign = needsVectors.skip === false;
const foreignRoot = foreign ? readVector('timestamp/common/GlobalSignRootCA.crt') : Buffer.of();

const kinds: readonly Kind[] = [
  {
    name: 'certificates',
    good: [...chain.map(({ der }) => der), ...(foreign ? parseCertificates(foreignRoot, 'root').map(({ der }) => der) : [])],
    mutations: [...ofBytes, ...ofDer],
    read: (bytes) => judge(parseCertificate(bytes)),
  },
  {
    name: 'files of certificates',
    good: [Buffer.from(toPem(chain.map(({ der }) => der))), token, ...(foreign ? [foreignRoot] : [])],
    mutations: [...ofBytes, ...ofDer],
    read: (bytes) => parseCertificates(bytes, 'file').forEach(judge),
  },
  {
    name: 'timestamp tokens',
    good: [token, ...(foreign ? [readVector('timestamp/shared/TimeStampToken.p7s')] : [])],
    mutations: [...ofBytes, ...ofDer],
    read: readToken,
  },
];

for (const kind of kinds) fuzz(kind, iterations / 4, seedOf(13));

function judge(certificate: Certificate): void {
  assert.ok(nameOf(certificate).length > 0);
  for (const { message: said } of findBrokenRules([certificate])) assert.match(said, /expected/);
  assert.equal(typeof isSelfSigned(certificate), 'boolean');
}

const signed = new Set([token].map((one) => digestOf(parseTimestampToken(one).content)));

function readToken(bytes: Uint8Array): void {
  const read = parseTimestampToken(bytes);
  // A public authority's is of another message, and its root is not among these.
  if (digestOf(read.content) === digestOf(foreignContent)) return;
  const { info } = checkTimestampToken(read, { message, roots });
  assert.ok(signed.has(digestOf(read.content)), `believed what was never signed: ${info.genTime}`);
}

const foreignContent = foreign ? parseTimestampToken(readVector('timestamp/shared/TimeStampToken.p7s')).content : Buffer.of();

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
