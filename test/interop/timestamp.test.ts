// Timestamps by sigstore's authority and by OpenSSL's; OpenSSL as a second reader of what is asked and answered.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { algorithms, type KeySpec } from '../../src/core/algorithm.ts';
import { withDeadline } from '../../src/http/deadline.ts';
import { nodeTransport } from '../../src/http/node.ts';
import { openHttp } from '../../src/http/open.ts';
import { disk } from '../../src/store/disk.ts';
import { openTimestamper } from '../../src/timestamp/authority.ts';
import { makeTimestampRequest } from '../../src/timestamp/request.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { extendedKeyUsageOid } from '../../src/x509/extension.ts';
import { basicConstraints, extendedKeyUsage, keyUsage, subjectKeyId } from '../../src/x509/issue/issue.ts';
import { checkTimestampToken, type Timestamp } from '../../src/x509/timestamp/check.ts';
import { parseTimestampToken } from '../../src/x509/timestamp/token.ts';
import { openFolder, removeFolder } from '../support/notation.ts';
import { openssl } from '../support/openssl.ts';
import { needs } from '../support/peers.ts';
import { keyOf, mintChain } from '../support/pki.ts';
import { startOpensslTsa, startTimestampServer, type Tsa } from '../support/tsa.ts';

const hashes = [...new Set(algorithms.map(({ hash }) => hash))];
const specs = ['RSA-3072', 'EC-256', 'EC-384'] as const satisfies readonly KeySpec[];
const message = Buffer.from('the signature value of an envelope');

// sigstore's server wants an intermediate that is for timestamping as well.
const extensions = [
  basicConstraints(true),
  keyUsage(['keyCertSign', 'cRLSign']),
  extendedKeyUsage([extendedKeyUsageOid.timeStamping]),
  subjectKeyId(keyOf('EC-384', 'intermediate 1').publicKeyInfo),
];

const makers = [
  ['timestamp-server', startTimestampServer, needs('timestamp-server')],
  ['openssl', startOpensslTsa, {}],
] as const;

for (const [name, start, peers] of makers)
  for (const spec of specs)
    describe(`${name} with a key of ${spec}`, peers, () => {
      let folder: string;
      let tsa: Tsa;
      before(async () => {
        if ('skip' in peers) return;
        folder = openFolder();
        tsa = await start(await mintChain({ purpose: 'timestamping', spec, caSpec: 'EC-384', changes: [{}, { extensions }] }));
        writeFileSync(join(folder, 'root.pem'), toPem([tsa.root.der]));
        writeFileSync(join(folder, 'message'), message);
      });
      after(async () => {
        await tsa?.stop();
        if (folder !== undefined) removeFolder(folder);
      });

      for (const hash of hashes)
        test(`${hash}: openssl verifies what was accepted`, async () => {
          const token = await stamp(tsa, hash);
          const timestamp = checkTimestampToken(parseTimestampToken(token), { message, hash, roots: [tsa.root] });
          assert.equal(timestamp.chain.length, 3);
          writeFileSync(join(folder, hash), token);
          const verified = ['ts', '-verify', '-token_in', '-in', hash, '-data', 'message', '-CAfile', 'root.pem'];
          assert.match(openssl(folder, ...verified), /Verification: OK/);
          compare(timestamp, openssl(folder, 'ts', '-reply', '-token_in', '-in', hash, '-token_out', '-text'));
        });
    });

describe('openssl as an authority tells its accuracy', () => {
  const settings = [
    [{ accuracy: 'secs:1, millisecs:500, microsecs:100' }, 3002],
    [{ accuracy: 'millisecs:500' }, 1000],
    [{ accuracy: 'microsecs:100' }, 2],
    [{ accuracy: 'secs:2', clock_precision_digits: '6', ordering: 'yes', tsa_name: 'yes' }, undefined],
    [{ default_policy: '0.4.0.2023.1.1' }, 2000],
  ] as const;
  for (const [one, width] of settings)
    test(Object.values(one).join(', '), async () => {
      const tsa = await startOpensslTsa(await mintChain({ purpose: 'timestamping' }), one);
      try {
        const token = parseTimestampToken(await stamp(tsa, 'SHA-256'));
        const { earliest, latest } = checkTimestampToken(token, { message, roots: [tsa.root] });
        const found = latest.getTime() - earliest.getTime();
        // A millisecond begun counts whole, on both sides.
        if (width === undefined) assert.ok(found === 4000 || found === 4001, String(found));
        else assert.equal(found, width);
      } finally {
        await tsa.stop();
      }
    });
});

describe('openssl reads our requests', () => {
  const folder = openFolder();
  after(() => removeFolder(folder));
  for (const hash of hashes)
    test(hash, () => {
      const { der, nonce } = makeTimestampRequest(message, hash);
      writeFileSync(join(folder, hash), der);
      const text = openssl(folder, 'ts', '-query', '-in', hash, '-text');
      assert.match(text, /Version: 1\n/);
      assert.match(text, new RegExp(`Hash Algorithm: ${hash.toLowerCase().replace('-', '')}\n`));
      assert.match(text, /Policy OID: unspecified\n/);
      assert.match(text, new RegExp(`Nonce: 0x${Buffer.from(nonce).toString('hex')}\n`, 'i'));
      assert.match(text, /Certificate required: yes\n/);
      // What openssl writes for the same message, but for its nonce, is the same.
      writeFileSync(join(folder, 'message'), message);
      const flag = `-${hash.toLowerCase().replace('-', '')}`;
      openssl(folder, 'ts', '-query', '-data', 'message', flag, '-no_nonce', '-cert', '-out', 'theirs');
      openssl(folder, 'ts', '-query', '-in', hash, '-text');
      const theirs = openssl(folder, 'ts', '-query', '-in', 'theirs', '-text');
      assert.equal(text.replace(/Nonce: .*/, 'Nonce: unspecified'), theirs);
    });
});

function stamp(tsa: Tsa, hash: (typeof hashes)[number]): Promise<Uint8Array> {
  return withDeadline(60_000, (deadline) => {
    const http = openHttp({ transport: async () => nodeTransport, environment: {}, files: disk, deadline, bundle: undefined });
    return openTimestamper({ url: tsa.url, root: tsa.root, http }).stamp(message, hash);
  });
}

function compare({ info }: Timestamp, text: string): void {
  assert.match(text, new RegExp(`Policy OID: ${info.policy.replaceAll('.', '\\.')}\n`));
  const time = /Time stamp: (.*)\n/.exec(text)?.[1] ?? '';
  assert.equal(new Date(time).getTime(), info.genTime.getTime());
  const serial = /Serial number: 0x([0-9A-F]+)\n/.exec(text)?.[1] ?? '';
  assert.equal(BigInt(`0x${serial}`), BigInt(`0x${info.serial}`));
}
