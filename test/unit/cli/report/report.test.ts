// What a report says: the steps of signatures, the links of chains, colours that can be read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linksOf } from '../../../../src/cli/report/chain.ts';
import { printReport } from '../../../../src/cli/report/page.ts';
import { stepsOf } from '../../../../src/cli/report/steps.ts';
import { schemes } from '../../../../src/cli/report/style.ts';
import { wrapped } from '../../../../src/cli/report/svg.ts';
import { NotationError } from '../../../../src/core/error.ts';
import { levels } from '../../../../src/policy/level.ts';
import type { TimeEvidence } from '../../../../src/verify/outcome.ts';
import { during, type Holder, mintChain } from '../../../support/pki.ts';
import { situations } from '../../../support/report-situations.ts';
import { storeOf } from '../../../support/verification.ts';

describe('the steps of a signature', () => {
  const error = new NotationError('UNVERIFIED', 'x');

  test('those before the one that rejected it passed, those after it were not reached', () => {
    const signature = { status: 'rejected', stage: 'critical attributes', error, digest: 'sha256:00', findings: [] } as const;
    assert.deepEqual(
      stepsOf(signature, levels.strict).map(({ stage, result }) => `${stage}: ${result}`),
      [
        'fetch: passed',
        'integrity: not reached',
        'critical attributes: failed',
        ...['authenticity', 'expiry', 'authenticTimestamp', 'revocation', 'artifact', 'user metadata'].map(
          (stage) => `${stage}: not reached`,
        ),
      ],
    );
  });

  test('a check that failed and is only logged stops nothing', async () => {
    const facts = await situations['logged']?.();
    const steps = facts?.signatures.map((one) => stepsOf(one, facts.statement.actions).map(({ result }) => result));
    assert.deepEqual(steps, [['passed', 'passed', 'passed', 'passed', 'passed', 'logged', 'logged', 'passed', 'passed']]);
  });

  test('a plugin that is missed is told, and what it judged stands beside what was judged here', () => {
    const missed = { status: 'rejected', stage: 'verification plugin', error, findings: [] } as const;
    const results = (signature: Parameters<typeof stepsOf>[0]) =>
      stepsOf(signature, levels.strict).map(({ stage, result }) => `${stage}: ${result}`);
    assert.ok(results(missed).includes('verification plugin: failed'));
    assert.ok(results(missed).includes('critical attributes: not reached'));
    const evidence = { plugin: { name: 'x', version: '1.0.0' } } as const;
    const expiry = { check: 'expiry', action: 'enforce', result: 'passed', evidence: { now: during } } as const;
    const here = { check: 'authenticity', action: 'enforce', result: 'passed', evidence } as const;
    const there = { check: 'authenticity', action: 'enforce', result: 'failed', error, evidence } as const;
    const refused = { status: 'rejected', stage: 'authenticity', error, findings: [here, expiry, there] } as const;
    assert.deepEqual(results(refused).slice(1, 4), ['critical attributes: passed', 'authenticity: failed', 'expiry: passed']);
    assert.deepEqual(results(refused).slice(-2), ['artifact: not reached', 'user metadata: not reached']);
  });

  test('a signature of a file is not fetched', async () => {
    const facts = await situations['blob']?.();
    assert.equal(facts?.signatures[0] && stepsOf(facts.signatures[0], levels.strict)[0]?.stage, 'integrity');
  });
});

describe('the links of a chain', async () => {
  const chain = (await mintChain()).map(({ certificate }) => certificate);
  const root = (await mintChain()).at(-1) as Holder;
  const view = {
    certificates: chain,
    leaf: 'Signing certificate',
    storeType: 'ca',
    stores: [],
    time: undefined,
    statuses: [],
    now: during,
  } as const;
  const store = (type: 'ca' | 'tsa', certificates: readonly (typeof chain)[number][]) => ({ store: storeOf(type), certificates });

  test('which trust store holds which certificate; a store of another type vouches for nothing', () => {
    const held = (stores: Parameters<typeof linksOf>[0]['stores']) => linksOf({ ...view, stores }).map(({ trust }) => trust?.text);
    assert.deepEqual(held([store('ca', chain.slice(1, 2))]), [undefined, 'In ca:test', undefined]);
    assert.deepEqual(held([store('tsa', chain)]), [undefined, undefined, 'In no trust store']);
    assert.deepEqual(held([store('ca', [root.certificate])]), [undefined, undefined, 'In no trust store']);
    assert.deepEqual(held([{ store: storeOf('ca'), certificates: new NotationError('FILE', 'gone') }]), [
      undefined,
      undefined,
      'In no trust store',
    ]);
  });

  test('what expired was valid when it counts, or was not', () => {
    const now = new Date('2036-01-01T00:00:00Z');
    const tones = (time: TimeEvidence) => linksOf({ ...view, now, time }).map(({ validity }) => `${validity.tone} ${validity.text}`);
    assert.deepEqual(tones({ time: 'authentic signing time', at: during })[0], 'note Expired 2035-01-01');
    assert.deepEqual(tones({ time: 'now', at: during })[0], 'bad Expired 2035-01-01');
    assert.equal(linksOf({ ...view, now: new Date('2020-01-01T00:00:00Z') })[0]?.validity.text, 'Not valid before 2025-01-01');
  });

  test('roles', () =>
    assert.deepEqual(
      linksOf(view).map(({ role }) => role),
      ['Signing certificate', 'Intermediate', 'Root'],
    ));
});

test('names are broken at a space, into two lines at most', () => {
  assert.deepEqual(wrapped('Example Code Signing CA', 10, 100), ['Example Code', 'Signing CA']);
  assert.deepEqual(wrapped('x'.repeat(40), 10, 60), ['x'.repeat(10), `${'x'.repeat(8)}…`]);
  assert.deepEqual(wrapped('short', 10, 100), ['short']);
});

test('every text has a contrast of 4.5 to what it stands on, in both schemes', () => {
  for (const scheme of Object.values(schemes)) {
    const pairs = [
      ...(['text', 'faint', 'accent', 'good', 'bad', 'note'] as const).map((text) => [text, 'card'] as const),
      ...(['text', 'faint'] as const).map((text) => [text, 'page'] as const),
      ...(['good', 'bad', 'note'] as const).flatMap(
        (tone) =>
          [
            [tone, `${tone}-tint`],
            ['text', `${tone}-tint`],
          ] as const,
      ),
      ['text', 'track'],
      ['card', 'text'],
      ['bad', 'bad-tint'],
    ] as const;
    for (const [text, ground] of pairs)
      assert.ok(contrast(scheme[text], scheme[ground]) >= 4.5, `${text} on ${ground}: ${contrast(scheme[text], scheme[ground])}`);
  }
});

test('the page is the same for the same facts, and whole', async () => {
  const facts = await situations['verified']?.();
  assert.ok(facts);
  const page = printReport(facts);
  assert.equal(page, printReport(facts));
  assert.match(
    page,
    /^<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-[^;]*&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;">/,
  );
  assert.match(page, /<\/html>\n$/);
  assert.match(page, /This page is not evidence by itself/);
  assert.doesNotMatch(page, /(?:src|href)="(?!#)|url\(|@import|<script/);
});

/** WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
