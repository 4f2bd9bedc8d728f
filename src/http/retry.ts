import type { Deadline, Http, HttpRequest, HttpResponse, Log } from '../core/ports.ts';
import { isTransient } from './failure.ts';

/** What a response means for asking again: nothing to gain, a passing fault of the server, or too many requests. */
export type Verdict = 'final' | 'again' | 'throttled';

export interface RetryContext {
  readonly deadline: Deadline;
  readonly log: Log;
}

/** Passing faults are asked about this often; a server that throttles is asked until the time is up. */
const attempts = 3;
/** What a try needs at least: a wait that leaves less than this is not begun. */
const leastMs = 100;

/**
 * `http`, asking again with growing, random pauses where `judge` says so, and after passing network failures. `Retry-After` is honoured.
 * When the rest of the time is too short for the next pause it answers the last response, so that the caller can say what it says.
 */
export function withRetries(http: Http, judge: (response: HttpResponse) => Verdict, context: RetryContext): Http {
  return { send: (request) => sendAgain(request, http, judge, context), warm: (url) => http.warm(url) };
}

async function sendAgain(
  request: HttpRequest,
  http: Http,
  judge: (response: HttpResponse) => Verdict,
  context: RetryContext,
): Promise<HttpResponse> {
  let throttled: HttpResponse | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(request, http);
    // A last try that the deadline ended says less than the service did before it.
    if (throttled !== undefined && 'error' in outcome && context.deadline.signal.aborted) return throttled;
    const verdict = 'error' in outcome ? (isTransient(outcome.error) ? 'again' : 'final') : judge(outcome.response);
    const pause = pauseBefore(attempt, verdict, outcome);
    const given = verdict === 'final' || (verdict === 'again' && attempt >= attempts) || pause + leastMs > context.deadline.remainingMs();
    if (given) return answerOf(outcome);
    if (verdict === 'throttled' && 'response' in outcome) throttled = outcome.response;
    context.log('info', 'asking again', { host: new URL(request.url).host, attempt, verdict, pauseMs: Math.round(pause) });
    await sleep(pause, context.deadline.signal);
  }
}

type Outcome = { readonly response: HttpResponse } | { readonly error: unknown };

async function tryOnce(request: HttpRequest, http: Http): Promise<Outcome> {
  try {
    return { response: await http.send(request) };
  } catch (error) {
    return { error };
  }
}

function answerOf(outcome: Outcome): HttpResponse {
  if ('response' in outcome) return outcome.response;
  throw outcome.error;
}

/** Milliseconds: doubling from 100 for faults and 500 for throttling, at most 8 s, of which a random half is taken off. */
function pauseBefore(attempt: number, verdict: Verdict, outcome: Outcome): number {
  const wished = 'response' in outcome ? retryAfterMs(outcome.response) : undefined;
  const longest = Math.min(8000, (verdict === 'throttled' ? 500 : 100) * 2 ** (attempt - 1));
  const own = longest * (0.5 + Math.random() / 2);
  return Math.max(wished ?? 0, own);
}

/** RFC 9110 §10.2.3: seconds, or a date; Azure says milliseconds in a header of its own. */
function retryAfterMs({ headers }: HttpResponse): number | undefined {
  const milliseconds = headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms'];
  if (milliseconds !== undefined && /^\d+$/.test(milliseconds)) return Number(milliseconds);
  const after = headers['retry-after'];
  if (after === undefined) return undefined;
  if (/^\d+$/.test(after)) return Number(after) * 1000;
  const until = Date.parse(after) - Date.parse(headers['date'] ?? '');
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
