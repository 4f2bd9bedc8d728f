// What a server may do in place of its honest answer, as data, and doing it.
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Answer, Asked, Refusal, Service } from './server.ts';

export type Act =
  /** Says no in the service's own words. */
  | { readonly does: 'refuse'; readonly refusal: Refusal }
  /** Says exactly this. */
  | { readonly does: 'answer'; readonly answer: Answer }
  /** Says something else, made of its honest answer. */
  | { readonly does: 'change'; readonly change: (honest: Answer) => Answer }
  | { readonly does: Breakage };

/**
 * - `silence`: never answers
 * - `stall`: sends the head of an answer, and nothing more
 * - `dribble head`, `dribble body`: a byte now and then, for ever
 * - `flood`: a body without end, as fast as it is taken
 * - `cut`: half of the honest answer, then the end of the connection
 * - `close`, `reset`: ends the connection, in order or not
 */
export type Breakage = 'silence' | 'stall' | 'dribble head' | 'dribble body' | 'flood' | 'cut' | 'close' | 'reset';

export interface Fault {
  /** The operation it strikes, by the service's own name. */
  readonly on: string;
  readonly act: Act;
  /** How often, from the first request on; always unless said. */
  readonly times?: number;
}

/** Says for each request which act is due; each fault strikes as often as it says. */
export function scheduleOf(faults: readonly Fault[]): (operation: string) => Act | undefined {
  const seen = new Map<string, number>();
  return (operation) => {
    const count = seen.get(operation) ?? 0;
    seen.set(operation, count + 1);
    return faults.find(({ on, times = Number.POSITIVE_INFINITY }) => on === operation && count < times)?.act;
  };
}

/** Answers one request, honestly without an act. */
export function perform(act: Act | undefined, asked: Asked, service: Service, response: ServerResponse): void {
  if (act !== undefined && isBreakage(act)) breakages[act.does](response, () => service.answer(asked).body);
  else say(answerOf(act, asked, service), response);
}

type Speech = Exclude<Act, { readonly does: Breakage }>;

function isBreakage(act: Act): act is Exclude<Act, Speech> {
  return act.does in breakages;
}

function answerOf(act: Speech | undefined, asked: Asked, service: Service): Answer {
  if (act?.does === 'refuse') return service.refuse(act.refusal, asked);
  if (act?.does === 'answer') return act.answer;
  const honest = service.answer(asked);
  return act === undefined ? honest : act.change(honest);
}

function say({ status, headers = {}, body }: Answer, response: ServerResponse): void {
  const bytes = headers['content-encoding'] === 'gzip' ? gzipSync(body) : Buffer.from(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers }).end(bytes);
}

const breakages: Readonly<Record<Breakage, (response: ServerResponse, honest: () => string) => void>> = {
  silence: () => undefined,
  stall: (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).flushHeaders();
  },
  'dribble head': (response) => {
    response.socket?.write('HTTP/1.1 200 OK\r\nx-slow: ');
    trickle(response, () => response.socket?.write('z'));
  },
  'dribble body': (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100_000 });
    trickle(response, () => response.write(' '));
  },
  flood: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const pour = () => {
      while (!response.destroyed && response.write(flow));
    };
    response.on('drain', pour);
    pour();
  },
  cut: (response, honest) => {
    const body = honest();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.write(body.slice(0, body.length / 2), () => response.socket?.destroy());
  },
  close: (response) => void response.socket?.end(),
  reset: (response) => void response.socket?.resetAndDestroy(),
};

const flow = ' '.repeat(1 << 16);

function trickle(response: ServerResponse, drop: () => void): void {
  // Who is gone already will not go again, and the timer would never end.
  if (response.destroyed || response.socket?.destroyed !== false) return;
  const timer = setInterval(drop, 40);
  response.on('close', () => clearInterval(timer));
}
