// A line to a distant place: what it carries arrives later, in order, and opening a connection takes a round trip as well.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../../test/support/clouds/server.ts';

export interface Link {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens a line to a port of loopback. `delayMs` passes before anything arrives at its other end. */
export async function openLink(port: number, delayMs: number): Promise<Link> {
  const sockets = new Set<Socket>();
  // Half-open, because each direction ends by itself, and late.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(socket);
      socket.on('error', () => other.destroy()).on('close', () => sockets.delete(socket));
    }
    // The system says at once that the connection is open; over a real line the first byte leaves a round trip later.
    carry(near, far, delayMs, performance.now() + 2 * delayMs);
    carry(far, near, delayMs, 0);
  });
  const own = await listen(server);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: own, close };
}

function carry(from: Socket, to: Socket, delayMs: number, openAt: number): void {
  let last = Promise.resolve();
  const later = (work: () => void) => {
    const due = Math.max(performance.now(), openAt) + delayMs;
    last = last.then(() => until(due)).then(work);
  };
  from.on('data', (chunk) => later(() => to.write(chunk)));
  from.on('end', () => later(() => to.end()));
}

/** Timers have whole milliseconds and may be a fraction early. */
async function until(due: number): Promise<void> {
  for (let rest = due - performance.now(); rest > 0; rest = due - performance.now()) await sleep(rest);
}

/** Milliseconds that a byte takes there and back over an open connection of such a link: the best of some. */
export async function measureRoundTrip(delayMs: number): Promise<number> {
  const echo = createServer((socket) => void socket.pipe(socket));
  const link = await openLink(await listen(echo), delayMs);
  const socket = connect({ port: link.port, host: '127.0.0.1', noDelay: true });
  const found: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const start = performance.now();
    socket.write('.');
    await once(socket, 'data');
    found.push(performance.now() - start);
  }
  socket.destroy();
  await link.close();
  echo.close();
  return Math.min(...found.slice(1));
}
