// Looks over the shoulder of what goes to servers: what they say of the time, and which way it goes.
import type { Clock, Http, HttpRequest } from '../../core/ports.ts';

/** What is known of one server that answered, or was asked in vain. */
export interface Server {
  readonly origin: string;
  /** How far its clock is ahead of this machine's, in milliseconds, give or take a second; undefined where it did not say. */
  readonly aheadMs: number | undefined;
  readonly answered: boolean;
}

export interface Wire {
  /** `http`, looked at. */
  watch(http: Http): Http;
  /** By origin, in the order in which they were asked. */
  servers(): readonly Server[];
}

export function openWire(now: Clock): Wire {
  const servers = new Map<string, Server>();
  const note = (url: string, { aheadMs, answered }: Omit<Server, 'origin'>) => {
    const { origin } = new URL(url);
    const known = servers.get(origin);
    servers.set(origin, { origin, aheadMs: aheadMs ?? known?.aheadMs, answered: answered || known?.answered === true });
  };
  const watch = (http: Http): Http => ({
    warm: (url) => http.warm(url),
    send: async (request: HttpRequest) => {
      note(request.url, { aheadMs: undefined, answered: false });
      const asked = now().getTime();
      const response = await http.send(request);
      const aheadMs = aheadOf(response.headers['date'], (asked + now().getTime()) / 2);
      note(request.url, { aheadMs, answered: true });
      return response;
    },
  });
  return { watch, servers: () => [...servers.values()] };
}

/** A date says whole seconds: it is taken in their middle. */
function aheadOf(date: string | undefined, here: number): number | undefined {
  const there = Date.parse(date ?? '');
  return Number.isNaN(there) ? undefined : there + 500 - here;
}
