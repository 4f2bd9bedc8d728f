// The benchmark's line to a distant place.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { type Link, measureRoundTrip, openLink } from '../../../scripts/bench/link.ts';
import { listen } from '../../support/clouds/server.ts';

const delayMs = 15;

describe('a line to a distant place', () => {
  const echo = createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket));
  let link: Link;

  before(async () => {
    link = await openLink(await listen(echo), delayMs);
  });
  after(async () => {
    await link.close();
    echo.close();
  });

  test('carries everything, in order, both ways, to the end', async () => {
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const socket = connect({ port: link.port, host: '127.0.0.1', allowHalfOpen: true });
    for (let start = 0; start < sent.length; start += 7_000) socket.write(sent.subarray(start, start + 7_000));
    socket.end();
    assert.ok(sent.equals(await buffer(socket)));
  });

  test('a new connection costs a round trip, and what it asks another one', async () => {
    const start = performance.now();
    const socket = connect({ port: link.port, host: '127.0.0.1' });
    socket.write('.');
    await once(socket, 'data');
    assert.ok(performance.now() - start >= 4 * delayMs);
    socket.destroy();
  });

  test('an open connection costs one round trip each time', async () => {
    assert.ok((await measureRoundTrip(delayMs)) >= 2 * delayMs);
  });
});
