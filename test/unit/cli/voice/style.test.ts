import assert from 'node:assert/strict';
import { test } from 'node:test';
import { styleOf } from '../../../../src/cli/voice/style.ts';
import type { Environment } from '../../../../src/core/ports.ts';

const red = '\u001b[31mx\u001b[39m';

const cases: readonly (readonly [name: string, isTerminal: boolean, environment: Environment, bad: string, symbol: string])[] = [
  ['a terminal', true, { TERM: 'xterm', LANG: 'C.UTF-8' }, red, '✗'],
  ['a terminal of bytes', true, { TERM: 'xterm', LANG: 'C' }, red, 'failed'],
  ['LC_ALL goes before LANG', true, { TERM: 'xterm', LC_ALL: 'C', LANG: 'en_US.utf8' }, red, 'failed'],
  ['no TERM, as on Windows', true, { WT_SESSION: 'x' }, red, '✗'],
  ['a terminal that can do nothing', true, { TERM: 'dumb', LANG: 'C.UTF-8' }, 'x', '✗'],
  ['NO_COLOR', true, { NO_COLOR: '1', LANG: 'C.UTF-8' }, 'x', '✗'],
  ['an empty NO_COLOR', true, { NO_COLOR: '', LANG: 'C.UTF-8' }, red, '✗'],
  ['a pipe', false, { TERM: 'xterm', LANG: 'C.UTF-8', FORCE_COLOR: '1' }, 'x', 'failed'],
];

for (const [name, isTerminal, environment, bad, symbol] of cases) {
  test(name, () => {
    const style = styleOf(isTerminal, environment);
    assert.deepEqual([style.bad('x'), style.symbols.bad], [bad, symbol]);
    for (const paint of [style.good, style.bad, style.warning, style.strong, style.faint]) {
      assert.equal(paint('x').includes('\u001b'), bad !== 'x');
    }
  });
}
