import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failed, type Section } from '../../../../src/cli/doctor/check.ts';
import { examine } from '../../../../src/cli/doctor/examine.ts';
import type { Patient } from '../../../../src/cli/doctor/patient.ts';
import { countResults, reportJson, sectionText } from '../../../../src/cli/doctor/report.ts';
import { styleOf } from '../../../../src/cli/voice/style.ts';
import { NotationError } from '../../../../src/core/error.ts';
import { doubtful, found, wrong } from '../../../../src/core/finding.ts';
import { openDeadline } from '../../../../src/http/deadline.ts';

// None of these checks looks at it.
const nobody = {} as Patient;

async function run(sections: readonly Section[], checkMs = 60_000) {
  const all = [];
  for await (const findings of examine(sections, nobody, { checkMs, whole: openDeadline(120_000) })) all.push(findings);
  return all;
}

describe('checks', () => {
  test('run at once and are told in their order', async () => {
    let release: () => void = () => undefined;
    const later = new Promise<void>((resolve) => {
      release = resolve;
    });
    const [section] = await run([
      {
        title: 'A',
        checks: [
          { id: 'slow', title: 'slow', run: () => later.then(() => found('slow')) },
          // The first would never end if this one waited for it.
          { id: 'quick', title: 'quick', run: async () => found(`quick ${String(release())}`) },
        ],
      },
    ]);
    assert.deepEqual(
      section?.results.map(({ id }) => id),
      ['slow', 'quick'],
    );
  });

  test('that throw are failures, and hold up only those that need them; what was first is named', async () => {
    const [section] = await run([
      {
        title: 'A',
        checks: [
          { id: 'first', title: '1', run: () => Promise.reject(new NotationError('FILE', 'broken', { hint: 'mend it' })) },
          { id: 'second', title: '2', needs: ['first'], run: async () => found('never') },
          { id: 'third', title: '3', needs: ['second'], run: async () => found('never') },
          { id: 'other', title: '4', run: async () => found('fine') },
        ],
      },
    ]);
    assert.deepEqual(
      section?.results.map(({ id, status, facts }) => [id, status, facts?.['blockedBy']]),
      [
        ['first', 'failure', undefined],
        ['second', 'unknown', 'first'],
        ['third', 'unknown', 'first'],
        ['other', 'ok', undefined],
      ],
    );
    assert.equal(section?.results[0]?.hint, 'mend it');
  });

  test('that never end are failures when their time is up', { timeout: 30_000 }, async () => {
    const [section] = await run([{ title: 'A', checks: [{ id: 'never', title: 'n', run: () => new Promise(() => undefined) }] }], 20);
    assert.deepEqual(
      section?.results.map(({ status, facts }) => [status, facts?.['code']]),
      [['failure', 'TIMEOUT']],
    );
  });

  test('that say nothing are left out, with their sections; the last look at what the others did', async () => {
    const seen: string[] = [];
    const all = await run([
      { title: 'empty', checks: [{ id: 'nothing', title: 'n', run: async () => undefined }] },
      { title: 'A', checks: [{ id: 'end', title: 'e', last: true, run: async () => found(seen.join()) }] },
      {
        title: 'B',
        checks: [
          {
            id: 'needs-nothing',
            title: 'b',
            needs: ['nothing'],
            run: async () => [doubtful(`one ${seen.push('b')}`, 'x'), wrong('two', 'y')],
          },
        ],
      },
    ]);
    assert.deepEqual(
      all.map(({ title }) => title),
      ['A', 'B'],
    );
    assert.equal(all[0]?.results[0]?.message, 'b');
    assert.equal(all[1]?.results.length, 2);
  });

  test('a bug is told as one, and every failure has a hint', async () => {
    const [section] = await run([
      {
        title: 'A',
        checks: [
          { id: 'bug', title: 'b', run: () => Promise.reject(new TypeError('x is not a function')) },
          { id: 'own', title: 'o', hint: 'do this', run: () => Promise.reject(new NotationError('FILE', 'broken')) },
          { id: 'none', title: 'n', run: async () => ({ status: 'failure', message: 'm' }) },
        ],
      },
    ]);
    assert.match(section?.results[0]?.hint ?? '', /bug in notation-ts-kms/);
    assert.deepEqual(
      section?.results.slice(1).map(({ hint }) => hint),
      ['do this', 'notation-ts-kms doctor --debug tells more'],
    );
  });
});

describe('the report', () => {
  const result = { id: 'a.b', title: 'subject', ...doubtful('CN=\u001b[31mred\nok  all is well\u202e', 'look \u0007 twice') };

  test('keeps a hostile value on its line', () => {
    const text = sectionText({ title: 'A', results: [result] }, styleOf(false, {}));
    assert.equal(text, 'A\n  warning  subject         CN=\\u001b[31mred ok  all is well\\u202e; look \\u0007 twice\n');
    assert.doesNotMatch(reportJson([result]), /[^\P{Cc}\n]|\u202e/u);
  });

  test('has symbols and colours on a terminal that shows them', () => {
    const text = sectionText(
      {
        title: 'A',
        results: [
          { ...result, status: 'failure' },
          { ...result, status: 'ok' },
        ],
      },
      styleOf(true, { LANG: 'C.UTF-8' }),
    );
    const shown = text.replaceAll('\u001b', '<esc>');
    assert.match(shown, /^<esc>\[1mA<esc>\[22m\n {2}<esc>\[31m✗<esc>\[39m {2}subject/);
    assert.match(shown, /<esc>\[32m✓/);
  });

  test('counts, and says the worst', () => {
    assert.deepEqual(countResults([result]), { ok: 0, warning: 1, failure: 0, unknown: 0 });
    assert.equal(JSON.parse(reportJson([result])).status, 'warning');
    assert.equal(JSON.parse(reportJson([result, { ...result, ...failed(new Error('x')) }])).status, 'failure');
    assert.deepEqual(Object.keys(JSON.parse(reportJson([result])).checks[0]), ['id', 'status', 'message', 'hint', 'facts']);
  });
});
