import type { HttpRequest, HttpResponse } from '../core/ports.ts';
import { isUntrusted } from './failure.ts';
import type { Route, Transport } from './transport.ts';

/**
 * `transport`, trying again with the system's certificate store where the runtime's own authorities do not do. What the owner of a machine
 * trusts is trusted, as by every other program there; but clouds can do without, and reading the store takes longer than the rest of a
 * handshake. A handshake that failed has sent nothing of the request.
 */
export function withSystemStore(transport: Transport): Transport {
  let needed = false;
  return {
    exchange: async (request: HttpRequest, route: Route): Promise<HttpResponse> => {
      const system = needed;
      try {
        return await transport.exchange(request, { ...route, system });
      } catch (cause) {
        if (system || !isUntrusted(cause)) throw cause;
        needed = true;
        return transport.exchange(request, { ...route, system: true });
      }
    },
    warm: (url, route) => transport.warm(url, { ...route, system: needed }),
  };
}
