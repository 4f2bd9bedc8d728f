import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { checkOptionsOfVerification, parseSettings } from '../../../src/kms/config.ts';

type Config = Readonly<Record<string, string>>;
const parse = (config: Config) => parseSettings(new Map(Object.entries(config)));

const durations: readonly (readonly [string, number])[] = [
  ['30s', 30_000],
  ['500ms', 500],
  ['2m', 120_000],
  ['45', 45_000],
  ['0.5', 500],
  ['1.5s', 1500],
  ['60m', 3_600_000],
];

for (const [text, milliseconds] of durations) {
  test(`timeout ${text} is ${milliseconds} ms`, () => assert.equal(parse({ timeout: text }).deadlineMs, milliseconds));
}

const refused: readonly (readonly [Config, RegExp])[] = [
  [{ cert_chian: 'x' }, /unknown option "cert_chian"/],
  [{ __proto__x: 'x' }, /unknown option/],
  [{ constructor: 'x' }, /unknown option "constructor"/],
  [{ cert_chain: '' }, /cert_chain: expected a value/],
  [{ cert_chain: 'a', ca_certs: 'b' }, /found both/],
  [{ passphrase_env: 'A', passphrase_file: 'b' }, /found both/],
  [{ log_level: 'loud' }, /log_level: expected one of/],
  ...['0', '-1', '1h', '61m', '1e3', '', '  1s', 'NaN', '0.0001ms'].map((timeout) => [{ timeout }, /timeout/] as const),
];

for (const [config, message] of refused) {
  test(`refuses ${JSON.stringify(config)}`, () => {
    assert.throws(
      () => parse(config),
      (error) => error instanceof NotationError && error.code === 'CONFIG' && message.test(error.message),
    );
  });
}

test('suggests the nearest option', () => {
  assert.throws(
    () => parse({ cert_chian: 'x' }),
    (error) => error instanceof NotationError && error.hint === 'did you mean cert_chain?',
  );
  assert.throws(
    () => parse({ region: 'x' }),
    (error) => error instanceof NotationError && /^the options are cert_chain, /.test(error.hint ?? ''),
  );
});

test('nothing said is 30 seconds and level info', () => {
  assert.deepEqual(parse({}), { text: {}, deadlineMs: 30_000, logLevel: 'info', mode: 'signature' });
});

const authority = { tsa_url: 'http://tsa.example.com', tsa_root_cert: 'root.crt' };

test('the mode is what is said, and an authority goes with envelopes', () => {
  assert.equal(parseSettings(new Map([['mode', 'envelope']])).mode, 'envelope');
  assert.equal(parseSettings(new Map([['mode', 'signature']])).mode, 'signature');
  assert.equal(parseSettings(new Map(Object.entries({ mode: 'envelope', ...authority }))).text.tsa_url, authority.tsa_url);
});

for (const [said, message] of [
  [{ mode: 'Envelope' }, /mode: expected signature or envelope/],
  [{ mode: 'envelope', tsa_url: authority.tsa_url }, /expected tsa_url and tsa_root_cert together, found tsa_url alone/],
  [{ mode: 'envelope', tsa_root_cert: 'root.crt' }, /found tsa_root_cert alone/],
  [authority, /tsa_url: expected mode=envelope with it/],
  [{ verification_plugin: 'x' }, /verification_plugin: expected mode=envelope with it/],
  [{ verification_plugin: 'x', verification_plugin_min_version: '1.0.0' }, /verification_plugin: expected mode=envelope/],
  [{ mode: 'envelope', verification_plugin_min_version: '1.0.0' }, /expected verification_plugin with it/],
  [{ mode: 'envelope', verification_plugin: 'x', verification_plugin_min_version: '1.0' }, /expected a semantic version/],
  ...['../x', 'a/b', 'a\\b', ' x', '.x', 'x\n', 'x'.repeat(129)].map(
    (name) => [{ mode: 'envelope', verification_plugin: name }, /expected the name of a plugin/] as const,
  ),
] as const) {
  test(`${JSON.stringify(said)} is refused`, () => {
    assert.throws(() => parseSettings(new Map(Object.entries(said))), message);
  });
}

test('a verification plugin is what is said, with and without a version', () => {
  const plugin = { name: 'com.example.plugin', minVersion: '1.0.0-rc.1' };
  const said = { mode: 'envelope', verification_plugin: plugin.name };
  assert.deepEqual(parse(said).verificationPlugin, { name: plugin.name });
  assert.deepEqual(parse({ ...said, verification_plugin_min_version: plugin.minVersion }).verificationPlugin, plugin);
});

test('verification takes the options that say something to it, and no others', () => {
  const whole = { mode: 'envelope', ca_bundle: 'x', timeout: '1s', log_file: 'x', log_level: 'debug' };
  checkOptionsOfVerification(parse(whole));
  for (const config of [{ cert_chain: 'x' }, { aws_region: 'x' }, { mode: 'envelope', ...authority }])
    assert.throws(() => checkOptionsOfVerification(parse(config)), /it is for signing/);
});
