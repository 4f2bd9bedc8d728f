// Spoiled configuration files: nothing but an error of ours comes out.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import type { Files } from '../../../src/core/ports.ts';
import { readConfig } from '../../../src/store/config.ts';
import { readSigningKeys } from '../../../src/store/signing-keys.ts';
import { ofBytes, ofDocument } from '../../support/mutation.ts';
import { randomFrom } from '../../support/random.ts';

const iterations = Number(process.env['NOTATION_TS_KMS_FUZZ_ITERATIONS'] ?? 20_000) / 5;
const seed = Number(process.env['NOTATION_TS_KMS_FUZZ_SEED'] ?? 11);

const keys = {
  default: 'a',
  keys: [
    { name: 'a', keyPath: '/a.key', certPath: '/a.crt' },
    { name: 'b', id: 'alias/b', pluginName: 'ts-kms', pluginConfig: { cert_chain: 'b.crt' } },
  ],
};
const config = { insecureRegistries: ['a:5000'], credsStore: 'pass', credHelpers: { b: 'x' }, signatureFormat: 'cose' };

const kinds = [
  ['signingkeys.json', keys, async (files: Files) => checkKeys(await readSigningKeys('signingkeys.json', files))],
  ['config.json', config, async (files: Files) => checkConfig(await readConfig({ config: '/', libexec: '/' }, files))],
] as const;

for (const [name, value, read] of kinds) {
  describe(name, () => {
    const good = Buffer.from(JSON.stringify(value, undefined, 4));
    test('is read when nothing is spoiled', () => read(holding(good)));

    test(`spoiled ${iterations} times with seed ${seed}`, async () => {
      const random = randomFrom(seed);
      for (let round = 0; round < iterations; round += 1) {
        let bytes: Uint8Array = random.pick(ofDocument)(good, random, good);
        if (bytes.length > 0 && random.below(2) === 0) bytes = random.pick(ofBytes)(bytes, random, good);
        try {
          await read(holding(bytes));
        } catch (error) {
          if (error instanceof NotationError && error.code !== 'INTERNAL') continue;
          throw new Error(`round ${round}: ${Buffer.from(bytes).toString('hex').slice(0, 4000)}`, { cause: error });
        }
      }
    });
  });
}

/** A file system with one file. */
function holding(bytes: Uint8Array): Files {
  return { look: async () => ({ kind: 'file', mode: 0o600 }), read: async () => bytes };
}

function checkKeys({ default: chosen, keys: list }: Awaited<ReturnType<typeof readSigningKeys>>): void {
  for (const { name } of list) assert.ok(typeof name === 'string' && name !== '');
  assert.ok(chosen === undefined || list.some(({ name }) => name === chosen));
}

function checkConfig({ insecureRegistries, signatureFormat }: Awaited<ReturnType<typeof readConfig>>): void {
  for (const registry of insecureRegistries) assert.equal(typeof registry, 'string');
  assert.ok(signatureFormat === undefined || signatureFormat === signatureFormat.toLowerCase());
}
