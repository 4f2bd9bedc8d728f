// notation-go's library verifies the envelopes that our codecs write, whatever the payload's layout.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Algorithm, algorithms } from '../../src/core/algorithm.ts';
import type { Draft } from '../../src/envelope/codec.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { leafOf, makeEnvelope } from '../support/envelopes.ts';
import { type Notation, openFolder, openNotation, type Result, removeFolder, runProgram } from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { type Holder, mintChain } from '../support/pki.ts';

const peers = needs('blob-host');
const content = Buffer.from('a blob that our codecs sign\n');

/** JSON that Go would print otherwise: the reader must take its bytes as they are. */
const layouts: readonly ((descriptor: object) => string)[] = [
  (descriptor) => JSON.stringify({ targetArtifact: descriptor }),
  (descriptor) => JSON.stringify({ targetArtifact: { ...descriptor, annotations: { z: '<&>', a: 'é' } } }, undefined, 2),
];

const drafts: readonly Partial<Draft>[] = [
  { signingTime: new Date() },
  { signingTime: new Date(), expiry: new Date(Date.now() + 86_400_000) },
  { signingTime: new Date(), extended: [{ key: 'com.example.note', critical: false, value: '<&>' }] },
];

describe('notation-go verifies what our codecs write', () => {
  let folder: string;

  before(() => {
    folder = openFolder();
  });
  after(() => removeFolder(folder));

  for (const algorithm of algorithms) {
    for (const format of ['jws', 'cose'] as const) {
      test(`${algorithm.keySpec} ${format}`, peers, async () => {
        const chain = await mintChain({ spec: algorithm.keySpec });
        const home = trusting(chain, `${algorithm.keySpec}-${format}`);
        const blob = join(home.folder, 'blob');
        writeFileSync(blob, content);
        for (const [index, draft] of drafts.entries()) {
          for (const layout of layouts) {
            const payload = Buffer.from(layout(descriptorFor(algorithm)));
            const unsigned = { signingAgent: 'notation-ts-kms/0.1.0 "<test>"' };
            const { bytes, signature } = await makeEnvelope({ format, chain, draft: { ...draft, payload }, unsigned });
            const file = join(home.folder, `${index}.sig`);
            writeFileSync(file, bytes);
            const good = await verify(home, format, blob, file);
            assert.equal(good.code, 0, good.stderr);
            assert.match(good.stdout, /signed by CN=leaf,/);

            // The same envelope with a bit of its signature changed: the library looks at it.
            writeFileSync(file, spoiled(bytes, format, signature));
            assert.equal((await verify(home, format, blob, file)).code, 1);
          }
        }
      });
    }
  }

  function trusting(chain: readonly Holder[], name: string): Notation {
    const root = join(folder, `${name}.crt`);
    writeFileSync(root, toPem([chain.at(-1)?.certificate.der ?? leafOf(chain).certificate.der]));
    return openNotation(folder, { name: 'none', version: '0', libexec: folder }, { roots: [root] });
  }
});

function verify({ folder, config }: Notation, format: string, blob: string, signature: string): Promise<Result> {
  return runProgram(openPeer('blob-host'), ['verify', config, format, blob, signature], { PATH: process.env['PATH'], HOME: folder });
}

function descriptorFor({ hash }: Algorithm): object {
  const name = hash.replace('-', '').toLowerCase();
  const digest = `${name}:${createHash(name).update(content).digest('hex')}`;
  return { mediaType: 'application/octet-stream', digest, size: content.length };
}

function spoiled(bytes: Uint8Array, format: 'jws' | 'cose', signature: Uint8Array): Uint8Array {
  const changed = Buffer.from(signature);
  changed[10] = (changed[10] ?? 0) ^ 1;
  const encoding = format === 'jws' ? 'base64url' : 'latin1';
  const [from, to] = [Buffer.from(signature).toString(encoding), changed.toString(encoding)];
  return Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(from, () => to),
    'latin1',
  );
}
