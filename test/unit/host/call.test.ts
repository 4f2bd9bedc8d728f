import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { NotationError } from '../../../src/core/error.ts';
import { callPlugin, type PluginBounds } from '../../../src/host/call.ts';
import { boundsOf, type FakeAnswer, writeFakePlugin } from '../../support/fake-plugin.ts';
import { temporaryFolder } from '../../support/key-files.ts';

const libexec = temporaryFolder({ after });
let count = 0;

async function call(answer: FakeAnswer, bounds: Partial<PluginBounds> = {}, request: object = {}) {
  count += 1;
  const plugin = await writeFakePlugin(libexec, `fake${count}`, { 'describe-key': answer });
  const response = await callPlugin({ ...plugin, name: 'fake' }, 'describe-key', request, boundsOf(bounds));
  return { response, plugin };
}

async function refusal(answer: FakeAnswer, bounds: Partial<PluginBounds> = {}): Promise<NotationError> {
  return call(answer, bounds).then(
    () => assert.fail('it was taken'),
    (error: NotationError) => error,
  );
}

test('the request goes in whole, the response comes out, and what is on standard error beside it is not looked at', async () => {
  const request = { contractVersion: '1.0', keyId: 'x'.repeat(1_000_000) };
  const { response, plugin } = await call({ stdout: '{"keyId":"k","unknown":[1]}\n', stderr: 'chatter' }, {}, request);
  assert.deepEqual(response, { keyId: 'k', unknown: [1] });
  assert.deepEqual(await plugin.request('describe-key'), request);
});

test('a plugin that does not read its request may answer all the same', async () => {
  const request = { keyId: 'x'.repeat(5_000_000) };
  assert.deepEqual((await call({ script: 'exec 0<&-; echo "{}"' }, {}, request)).response, {});
});

test('a plugin does not see the credentials of registries, and sees the rest', async () => {
  const environment = { ...process.env, NOTATION_USERNAME: 'me', NOTATION_PASSWORD: 'secret', OTHER: 'kept' };
  const script = `echo "{\\"seen\\":\\"$NOTATION_USERNAME$NOTATION_PASSWORD$OTHER\\"}"`;
  assert.deepEqual((await call({ script }, { environment })).response, { seen: 'kept' });
});

const nonsense: readonly (readonly [string, FakeAnswer, RegExp])[] = [
  ['nothing', { stdout: '' }, /response: expected one JSON object, found nothing/],
  ['words', { stdout: 'content' }, /not valid JSON/],
  ['two values', { stdout: '{} {}' }, /not valid JSON/],
  ['a member twice', { stdout: '{"keyId":"a","keyId":"b"}' }, /member once/],
  ['a list', { stdout: '[]' }, /expected a JSON object, found an array/],
  ['null', { stdout: 'null' }, /found null/],
  ['bytes that are no UTF-8', { script: "printf '\\377'" }, /UTF-8/],
  ['too many values', { script: `awk 'BEGIN{printf "["; for(i=0;i<1000010;i++) printf "1,"; print "1]"}'` }, /1000000 JSON values/],
  ['a crash without words', { code: 3 }, /found exit code 3 and no words/],
  ['a crash with words', { stderr: 'panic: \u001b[31mboom\nat line 1', code: 2 }, /exit code 2 and "panic: {2}\[31mboom"/],
  ['a failure that prints a response', { stdout: {}, code: 1 }, /exit code 1/],
  ['an error without content', { stderr: {}, code: 1 }, /exit code 1 and "\{\}"/],
  ['a signal', { script: 'kill -TERM $$' }, /ended by SIGTERM/],
];
for (const [what, answer, words] of nonsense) {
  test(`a plugin that answers ${what} answers nonsense`, async () => {
    const { code, message } = await refusal(answer);
    assert.equal(code, 'UNAVAILABLE');
    assert.match(message, words);
    assert.match(message, /^plugin "fake" describe-key: /);
  });
}

const told: readonly (readonly [object, string, RegExp])[] = [
  [{ errorCode: 'VALIDATION_ERROR', errorMessage: 'no such key' }, 'REQUEST', /: no such key$/],
  [{ errorCode: 'UNSUPPORTED_CONTRACT_VERSION', errorMessage: 'm' }, 'CONTRACT_VERSION', /: m$/],
  [{ errorCode: 'ACCESS_DENIED', errorMessage: 'm' }, 'ACCESS_DENIED', /: m$/],
  [{ errorCode: 'TIMEOUT', errorMessage: 'm' }, 'TIMEOUT', /: m$/],
  [{ errorCode: 'THROTTLED', errorMessage: 'm' }, 'THROTTLED', /: m$/],
  [{ errorCode: 'ERROR', errorMessage: 'm' }, 'UNAVAILABLE', /: m$/],
  [{ errorCode: 'toString', errorMessage: 'm' }, 'UNAVAILABLE', /: m$/],
  [{ errorCode: 'ERROR' }, 'UNAVAILABLE', /failed with ERROR and no message/],
  [{ errorMetadata: { a: 'b' } }, 'UNAVAILABLE', /failed with an error and no message/],
  [{ errorCode: 7, errorMessage: 'eyJhbGciOi.x.y leaked\nline' }, 'UNAVAILABLE', /: \[token\] leaked$/],
];
for (const [stderr, expected, words] of told) {
  test(`the error ${JSON.stringify(stderr)} is ${expected}`, async () => {
    const { code, message } = await refusal({ stderr, code: 1 });
    assert.equal(code, expected);
    assert.match(message, words);
  });
}

test('the facts of an error are kept for machines', async () => {
  const { metadata } = await refusal({ stderr: { errorCode: 'ACCESS_DENIED', errorMessage: 'm', errorMetadata: { a: 'b' } }, code: 1 });
  assert.deepEqual(metadata, { a: 'b', plugin: 'fake', pluginErrorCode: 'ACCESS_DENIED' });
});

for (const [stream, redirection] of [
  ['standard output', ''],
  ['standard error', '>&2'],
] as const) {
  test(`a plugin that fills ${stream} is ended`, async () => {
    const { code, message } = await refusal({ script: `head -c 68000000 /dev/zero ${redirection}; echo '{}'` });
    assert.equal(code, 'UNAVAILABLE');
    assert.match(message, new RegExp(`at most 67108864 bytes on ${stream}`));
  });
}

test('a plugin that hangs is ended, and not waited for when what it started has its pipes', async () => {
  const { code, message } = await refusal({ script: 'sleep 9; echo "{}"' }, { timeoutMs: 300 });
  assert.equal(code, 'TIMEOUT');
  assert.match(message, /no answer within 0\.3 s/);
});

test('a plugin that is gone while what it started still has its pipes is waited for until its time is up', async () => {
  assert.equal((await refusal({ script: 'sleep 9 & echo "{}"' }, { timeoutMs: 300 })).code, 'TIMEOUT');
});

test('a plugin that ignores signals is ended too', async () => {
  assert.equal((await refusal({ script: "trap '' TERM INT; exec sleep 600" }, { timeoutMs: 300 })).code, 'TIMEOUT');
});

test('a plugin is called off by its caller, before and while it runs', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  assert.match((await refusal({ script: 'exec sleep 600' }, { signal: controller.signal })).message, /called off/);
  assert.match((await refusal({ script: 'echo "{}"' }, { signal: controller.signal })).message, /called off/);
});
