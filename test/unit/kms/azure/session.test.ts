// Who is handed a token, what that costs, and what the SDK must not do by itself.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { parseSettings } from '../../../../src/kms/config.ts';
import { openKey } from '../../../../src/kms/index.ts';
import type { KeyContext } from '../../../../src/kms/provider.ts';
import { accessToken, applicationEnvironment } from '../../../support/clouds/azure-identity.ts';
import type { Answer, Asked } from '../../../support/clouds/server.ts';
import {
  enterApplication,
  type Interference,
  mintRelease,
  openCountedVault,
  operationsOf,
  type Release,
  version,
} from '../../../support/counted-vault.ts';
import { temporaryFolder } from '../../../support/key-files.ts';

const cleanups: (() => void)[] = [];
after(() => {
  for (const clean of cleanups) clean();
});

let release: Release;
before(async () => {
  enterApplication();
  release = await mintRelease(temporaryFolder({ after: (work) => cleanups.push(work) }));
});

function vaultWith(interfere?: Interference) {
  return openCountedVault([{ name: 'signing', versions: [release.version] }], interfere);
}

async function sign(host: string, context: KeyContext, times = 1): Promise<void> {
  const key = await openKey(`https://${host}/keys/signing/${version}`, context);
  for (let time = 0; time < times; time += 1) await key.sign(Buffer.from('a message'));
}

/** The context with the chain in a file, so that signing is all that is asked. */
function contextOf(vault: ReturnType<typeof vaultWith>, config: Readonly<Record<string, string>> = {}): KeyContext {
  return vault.context({ cert_chain: release.files.chain, ...config });
}

/** A vault's 401 that names a tenant and a resource. */
function challenge(named: string, resource: string): Answer {
  const said = `Bearer authorization="https://login.microsoftonline.com/${named}", resource="${resource}"`;
  const error = { code: 'Unauthorized', message: 'AKV10032: Invalid issuer.' };
  return { status: 401, headers: { 'www-authenticate': said }, body: JSON.stringify({ error }) };
}

/** Answers the first requests to the vault so, whether they bring a token or not. */
function first(times: number, answer: Answer): Interference {
  let seen = 0;
  return ({ operation }) => {
    if (operation === 'token' || operation === 'authority') return undefined;
    seen += 1;
    return seen <= times ? answer : undefined;
  };
}

const own = 'release.vault.azure.net';
const resource = 'https://vault.azure.net';
const tenant = applicationEnvironment['AZURE_TENANT_ID'] ?? '';
const otherTenant = '99999999-2222-3333-4444-555555555555';

describe('challenges', () => {
  test('a vault in a domain of Azure is not asked what its tokens are for', async () => {
    const vault = vaultWith();
    await sign(own, contextOf(vault), 2);
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'sign', 'sign']);
  });

  test('an emulator on localhost is asked once', async () => {
    const vault = vaultWith();
    await sign('localhost:8443', contextOf(vault), 2);
    assert.deepEqual(operationsOf(vault.trips()), ['sign refused', 'token', 'sign', 'sign']);
  });

  test('a host of another domain gets no token', async () => {
    for (const host of ['vault.internal', 'release.vault.azure.net.evil.example', '10.0.0.1:8443']) {
      const vault = vaultWith();
      await assert.rejects(sign(host, contextOf(vault)), denied(/another domain.*own host name/));
      assert.deepEqual(operationsOf(vault.trips()), ['sign refused'], host);
    }
  });

  test('a vault that refuses the token and names its tenant is believed once', async () => {
    const vault = vaultWith(first(1, challenge(otherTenant, resource)));
    // Without a tenant of its own a credential may ask in any: here it is one that must not.
    await assert.rejects(sign(own, contextOf(vault)), denied(/not configured to acquire tokens for tenant 99999999/));
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'sign refused']);
  });

  test('a credential of no tenant gets its token in the one that the vault names', async (t) => {
    const folder = temporaryFolder(t);
    const say = (token: string) => `echo '{"accessToken":"${token}","expires_on":4102444800}'`;
    const lines = ['#!/bin/sh', `case "$*" in *--tenant\\ ${tenant}*) ${say(accessToken)} ;; *) ${say('of-another-tenant')} ;; esac`, ''];
    writeFileSync(join(folder, 'az'), lines.join('\n'), { mode: 0o755 });
    const path = process.env['PATH'];
    process.env['PATH'] = `${folder}${delimiter}${path}`;
    t.after(() => void Object.assign(process.env, { PATH: path }));
    const vault = vaultWith();
    await sign(own, contextOf(vault, { credential_type: 'azurecli' }));
    assert.deepEqual(operationsOf(vault.trips()), ['sign refused', 'sign']);
  });

  test('an expired token is fetched anew', async () => {
    const vault = vaultWith(first(1, challenge(tenant, resource)));
    await sign(own, contextOf(vault));
    assert.deepEqual(
      operationsOf(vault.trips()).filter((name) => name !== 'token'),
      ['sign refused', 'sign'],
    );
  });

  test('a vault that refuses every token is asked twice', async () => {
    const vault = vaultWith(first(9, challenge(tenant, resource)));
    await assert.rejects(sign(own, contextOf(vault)), denied(/token is not accepted \(Unauthorized: AKV10032.*tenant_id/));
    assert.deepEqual(
      operationsOf(vault.trips()).filter((name) => name !== 'token'),
      ['sign refused', 'sign refused'],
    );
  });

  test('a vault that wants a token for something else gets none of it', async () => {
    const vault = vaultWith(first(9, challenge('common', 'https://management.azure.com')));
    await assert.rejects(sign(own, contextOf(vault)), denied(/another domain/));
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'sign refused']);
  });
});

describe('sovereign clouds', () => {
  const tokenHosts: readonly (readonly [host: string, authority: string, scope: string])[] = [
    ['v.vault.azure.cn', 'login.chinacloudapi.cn', 'https://vault.azure.cn/.default'],
    ['v.vault.usgovcloudapi.net', 'login.microsoftonline.us', 'https://vault.usgovcloudapi.net/.default'],
    ['h.managedhsm.usgovcloudapi.net', 'login.microsoftonline.us', 'https://managedhsm.usgovcloudapi.net/.default'],
  ];
  for (const [host, authority, scope] of tokenHosts) {
    test(`${host}: the token is from ${authority}, for that cloud`, async () => {
      const asked: Asked[] = [];
      const vault = vaultWith((one) => {
        asked.push(one);
        return undefined;
      });
      await sign(host, contextOf(vault));
      const token = asked.find(({ operation }) => operation === 'token');
      assert.equal(token?.headers['host'], authority);
      assert.match(new URLSearchParams(token?.body).get('scope') ?? '', new RegExp(`^${scope}(?: |$)`));
    });
  }

  test('authority_host wins over the cloud of the vault', async () => {
    const vault = vaultWith();
    await sign('v.vault.azure.cn', contextOf(vault, { authority_host: 'https://login.example' }));
    assert.ok(
      vault.trips().some((trip) => trip.startsWith('token login.example/')),
      vault.trips().join('\n'),
    );
  });
});

describe('the SDK', () => {
  test('does not ask again by itself: what asks again is counted by the deadline', async () => {
    const vault = vaultWith(({ operation }) =>
      operation === 'sign' ? { status: 400, headers: { 'retry-after': '0' }, body: '' } : undefined,
    );
    await assert.rejects(sign(own, contextOf(vault)), (error) => error instanceof NotationError && error.code === 'KEY_UNUSABLE');
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'sign']);
  });

  test('follows no redirect, not even to the same host', async () => {
    const elsewhere = { status: 307, headers: { location: `https://${own}/keys/other/${version}/sign` }, body: '' };
    const vault = vaultWith(({ operation }) => (operation === 'sign' ? elsewhere : undefined));
    await assert.rejects(sign(own, contextOf(vault)), (error) => error instanceof NotationError && error.code === 'UNAVAILABLE');
    assert.deepEqual(operationsOf(vault.trips()), ['token', 'sign']);
  });

  test('leaves a proxy variable alone that it cannot read', async () => {
    process.env['HTTPS_PROXY'] = '10.0.0.1:3128';
    try {
      await sign(own, contextOf(vaultWith()));
    } finally {
      delete process.env['HTTPS_PROXY'];
    }
  });

  test('writes nothing, whatever its variables say', async (t) => {
    const written: unknown[] = [];
    t.mock.method(process.stderr, 'write', (text: unknown) => written.push(text) > 0);
    const { setLogLevel } = await import('@azure/logger');
    setLogLevel('verbose');
    await sign(own, contextOf(vaultWith()));
    assert.deepEqual(written, []);
  });

  test('hands on the network’s own failure', async () => {
    const failure = new NotationError('UNAVAILABLE', 'release.vault.azure.net: no such host name');
    const send = async () => {
      throw failure;
    };
    const context = {
      ...contextOf(vaultWith()),
      settings: parseSettings(
        new Map([
          ['cert_chain', release.files.chain],
          ['credential_type', 'environment'],
        ]),
      ),
    };
    await assert.rejects(sign(own, { ...context, http: { send, warm: () => undefined } }), (error) => error === failure);
  });
});

function denied(told: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof NotationError, String(error));
    assert.equal(error.code, 'ACCESS_DENIED', error.message);
    assert.match(`${error.message}; ${error.hint}`, told);
    return true;
  };
}
