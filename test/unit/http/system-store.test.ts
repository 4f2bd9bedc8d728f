import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withSystemStore } from '../../../src/http/system-store.ts';
import type { Route, Transport } from '../../../src/http/transport.ts';

const request = { method: 'GET', url: 'https://kms.example/', headers: {} };
const route: Route = { system: false, signal: new AbortController().signal, limit: 1000 };
const answer = { status: 200, headers: {}, body: new Uint8Array() };

/** Fails with this code unless the system's store is trusted; tells which routes were tried. */
function refusing(code: string): { readonly transport: Transport; readonly tried: boolean[] } {
  const tried: boolean[] = [];
  const exchange = async (_: unknown, { system }: Route) => {
    tried.push(system);
    if (!system) throw Object.assign(new Error(code), { code });
    return answer;
  };
  return { transport: withSystemStore({ exchange, warm: () => undefined }), tried };
}

describe('the certificate store of the system', () => {
  for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'SELF_SIGNED_CERT_IN_CHAIN']) {
    test(`${code}: it is asked, and remembered`, async () => {
      const { transport, tried } = refusing(code);
      assert.equal(await transport.exchange(request, route), answer);
      assert.equal(await transport.exchange(request, route), answer);
      assert.deepEqual(tried, [false, true, true]);
    });
  }

  test('of two requests at once each is sent', async () => {
    const { transport, tried } = refusing('DEPTH_ZERO_SELF_SIGNED_CERT');
    assert.deepEqual(await Promise.all([transport.exchange(request, route), transport.exchange(request, route)]), [answer, answer]);
    assert.deepEqual(tried, [false, false, true, true]);
  });

  for (const code of ['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ECONNRESET', 'ENOTFOUND']) {
    test(`${code}: nothing is sent twice`, async () => {
      const { transport, tried } = refusing(code);
      await assert.rejects(transport.exchange(request, route), { code });
      assert.deepEqual(tried, [false]);
    });
  }
});
