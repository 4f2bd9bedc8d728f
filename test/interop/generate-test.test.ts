// Test keys are files of notation's: notation signs with ours by itself, and the plugin signs with notation's.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { executableUnderTest, type Notation, type Result, runProgram } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { assertSigned, assertVerifies, openSession, type Session } from './session.ts';

const peers = needs('notation', 'oras', 'ocireg');
const specs = ['RSA-2048', 'RSA-3072', 'RSA-4096', 'EC-256', 'EC-384', 'EC-521'];

describe('generate-test keys', () => {
  let session: Session;
  before(async () => {
    if (peers.skip === undefined) session = await openSession();
  });
  after(() => session?.close());

  for (const spec of specs) {
    test(`${spec}: notation lists it, signs with it and trusts it; so does the plugin`, peers, async () => {
      const notation = session.home();
      const generated = await ours(notation, ['certificate', 'generate-test', '--key-spec', spec, '--default', 'wabbit']);
      assert.equal(generated.code, 0, generated.stderr);
      assert.match((await notation.run(['key', 'ls'])).stdout, /^\* wabbit .*wabbit\.key .*wabbit\.crt/m);
      assert.match((await notation.run(['cert', 'ls'])).stdout, /^ca +wabbit +wabbit\.crt/m);
      trust(notation, 'wabbit');
      const [byNotation, byPlugin] = [await session.artifact(), await session.artifact()];
      assertSigned(await notation.run(['sign', byNotation]), byNotation);
      assertSigned(await notation.run(['sign', '--plugin', 'ts-kms', '--id', 'wabbit', '--signature-format', 'cose', byPlugin]), byPlugin);
      await assertVerifies(notation, byNotation);
      await assertVerifies(notation, byPlugin);
    });
  }

  test('the plugin signs with the key that notation made', peers, async () => {
    const notation = session.home();
    assert.equal((await notation.run(['cert', 'generate-test', 'rabbit'])).code, 0);
    trust(notation, 'rabbit');
    const reference = await session.artifact();
    assertSigned(await notation.run(['sign', '--plugin', 'ts-kms', '--id', 'rabbit', reference]), reference);
    await assertVerifies(notation, reference);
    const again = await ours(notation, ['key', 'generate-test', 'rabbit']);
    assert.deepEqual([again.code, again.stdout], [1, ''], 'a name of notation is taken');
    const second = await ours(notation, ['key', 'generate-test', 'second']);
    assert.equal(second.code, 0, second.stderr);
    assert.match((await notation.run(['key', 'ls'])).stdout, /rabbit[\s\S]*second/);
  });
});

function ours(notation: Notation, words: readonly string[]): Promise<Result> {
  return runProgram(executableUnderTest(), words, { XDG_CONFIG_HOME: join(notation.folder, 'config') });
}

function trust(notation: Notation, store: string): void {
  const path = join(notation.config, 'trustpolicy.json');
  writeFileSync(
    path,
    readFileSync(path, 'utf8')
      .replace('ca:interop', `ca:${store}`)
      .replace(/"trustedIdentities":\[[^\]]*\]/, '"trustedIdentities":["*"]'),
  );
}
