import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import type { Http, HttpResponse } from '../../../src/core/ports.ts';
import { type Verdict, withRetries } from '../../../src/http/retry.ts';

type Answer = number | NotationError | { readonly status: number; readonly headers: Readonly<Record<string, string>> };

const request = { method: 'POST', url: 'https://kms.example/', headers: {}, body: '{}' };

/** Answers in this order, the last one for ever. */
function scripted(answers: readonly Answer[]): Http & { readonly sent: () => number } {
  let sent = 0;
  const send = async (): Promise<HttpResponse> => {
    const answer = answers[Math.min(sent, answers.length - 1)] ?? 200;
    sent += 1;
    if (answer instanceof NotationError) throw answer;
    return typeof answer === 'number' ? { status: answer, headers: {}, body: new Uint8Array() } : { ...answer, body: new Uint8Array() };
  };
  return { send, warm: () => undefined, sent: () => sent };
}

function judge({ status }: HttpResponse): Verdict {
  return status === 429 ? 'throttled' : status >= 500 ? 'again' : 'final';
}

function within(milliseconds: number) {
  const end = performance.now() + milliseconds;
  return { deadline: { signal: AbortSignal.timeout(milliseconds), remainingMs: () => end - performance.now() }, log: () => undefined };
}

const reset = new NotationError('UNAVAILABLE', 'closed', { metadata: { network: 'ECONNRESET' } });
const untrusted = new NotationError('UNAVAILABLE', 'TLS', { metadata: { network: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });

describe('asking again', () => {
  const cases: readonly { readonly name: string; readonly answers: readonly Answer[]; readonly status: number; readonly sent: number }[] = [
    { name: 'an answer is final', answers: [400], status: 400, sent: 1 },
    { name: 'a passing fault is asked about again', answers: [503, 200], status: 200, sent: 2 },
    { name: 'a lasting fault is answered after three tries', answers: [500], status: 500, sent: 3 },
    { name: 'a throttled request comes through', answers: [429, 429, 200], status: 200, sent: 3 },
    { name: 'a reset connection is made again', answers: [reset, reset, 200], status: 200, sent: 3 },
    {
      name: 'Retry-After in milliseconds is kept',
      answers: [{ status: 429, headers: { 'retry-after-ms': '700' } }, 200],
      status: 200,
      sent: 2,
    },
  ];
  for (const { name, answers, status, sent } of cases) {
    test(name, async () => {
      const http = scripted(answers);
      assert.equal((await withRetries(http, judge, within(20_000)).send(request)).status, status);
      assert.equal(http.sent(), sent);
    });
  }

  test('what no second try can change is thrown at once', async () => {
    const http = scripted([untrusted, 200]);
    await assert.rejects(withRetries(http, judge, within(20_000)).send(request), untrusted);
    assert.equal(http.sent(), 1);
  });

  test('a connection that is reset for ever is an error', async () => {
    const http = scripted([reset]);
    await assert.rejects(withRetries(http, judge, within(20_000)).send(request), reset);
    assert.equal(http.sent(), 3);
  });

  test('throttling for ever is answered before the deadline, not after it', async () => {
    const http = scripted([429]);
    const context = within(2000);
    assert.equal((await withRetries(http, judge, context).send(request)).status, 429);
    assert.ok(http.sent() >= 2);
    assert.equal(context.deadline.signal.aborted, false);
  });

  for (const [name, headers] of Object.entries({
    'in seconds': { 'retry-after': '60' },
    'as a date': { date: 'Tue, 24 Nov 2026 06:00:00 GMT', 'retry-after': 'Tue, 24 Nov 2026 06:01:00 GMT' },
  })) {
    test(`Retry-After ${name}, beyond the deadline, is not waited for`, async () => {
      const http = scripted([{ status: 429, headers }]);
      assert.equal((await withRetries(http, judge, within(5000)).send(request)).status, 429);
      assert.equal(http.sent(), 1);
    });
  }
});
