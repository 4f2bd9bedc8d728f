import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheDirectoryOf, directoriesOf } from '../../../src/store/directories.ts';

type Case = readonly [platform: string, environment: Readonly<Record<string, string>>, config: string, libexec: string];

/** What Go's os.UserConfigDir and notation's own variables give (notation v1.3.2, dir/path.go). */
const cases: readonly Case[] = [
  ['linux', { HOME: '/h' }, '/h/.config/notation', '/h/.config/notation'],
  ['linux', { HOME: '/h', XDG_CONFIG_HOME: '/x' }, '/x/notation', '/x/notation'],
  ['linux', { HOME: '/h', XDG_CONFIG_HOME: 'relative' }, '.notation', '.notation'],
  ['linux', {}, '.notation', '.notation'],
  ['linux', { HOME: '/h', NOTATION_CONFIG: '/c' }, '/c', '/c'],
  ['linux', { HOME: '/h', NOTATION_LIBEXEC: '/l' }, '/h/.config/notation', '/l'],
  ['linux', { HOME: '/h', NOTATION_CONFIG: '/c', NOTATION_LIBEXEC: '/l' }, '/c', '/l'],
  ['darwin', { HOME: '/h', XDG_CONFIG_HOME: '/x' }, '/h/Library/Application Support/notation', '/h/Library/Application Support/notation'],
  ['win32', { AppData: '/a' }, '/a/notation', '/a/notation'],
];

for (const [platform, environment, config, libexec] of cases) {
  test(`${platform} ${JSON.stringify(environment)}`, () => assert.deepEqual(directoriesOf({ platform, environment }), { config, libexec }));
}

/** What Go's os.UserCacheDir and notation's own variable give (notation-go v1.3.2, dir/path.go). */
const caches: readonly (readonly [platform: string, environment: Readonly<Record<string, string>>, cache: string])[] = [
  ['linux', { HOME: '/h' }, '/h/.cache/notation'],
  ['linux', { HOME: '/h', XDG_CACHE_HOME: '/x' }, '/x/notation'],
  ['linux', { HOME: '/h', XDG_CACHE_HOME: 'relative' }, '.notation/cache'],
  ['linux', {}, '.notation/cache'],
  ['linux', { HOME: '/h', NOTATION_CACHE: '/c' }, '/c'],
  ['linux', { HOME: '/h', NOTATION_CONFIG: '/c' }, '/h/.cache/notation'],
  ['darwin', { HOME: '/h', XDG_CACHE_HOME: '/x' }, '/h/Library/Caches/notation'],
  ['win32', { LocalAppData: '/a' }, '/a/notation'],
];

for (const [platform, environment, cache] of caches) {
  test(`cache on ${platform} ${JSON.stringify(environment)}`, () => assert.equal(cacheDirectoryOf({ platform, environment }), cache));
}
