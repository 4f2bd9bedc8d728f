// An authority that the owner of the machine installed is trusted without any environment variable, as every other program there trusts it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { mintIdentity } from '../support/clouds/tls.ts';
import { openFolder, removeFolder } from '../support/notation.ts';
import { bareEnvironment, failureOf, start } from '../support/process.ts';
import { forms } from '../support/program.ts';

/** Where Debian keeps what the system trusts. */
const store = '/etc/ssl/certs/ca-certificates.crt';
/** The store looks otherwise to one process and its children only. */
const ownStore = [
  'unshare',
  '--mount',
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  'sh',
  '-c',
  `mount --bind "$0" ${store} && exec "$@"`,
];
const needsNamespaces = canMount() ? {} : { skip: 'peer absent: unshare --mount, which this machine does not allow' };

describe('the certificate store of the system', needsNamespaces, () => {
  const folder = openFolder();
  const changed = join(folder, 'ca-certificates.crt');
  let server: Server;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    const { key, cert, authority } = await mintIdentity();
    writeFileSync(changed, `${readFileSync(store, 'utf8')}${authority}`);
    server = createServer({ key, cert }, (_, response) => {
      response.writeHead(400).end(JSON.stringify({ __type: 'NotFoundException', message: 'there is no such alias' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    environment = {
      AWS_ENDPOINT_URL_KMS: `https://localhost:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDTEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
  });
  after(() => {
    server?.close();
    removeFolder(folder);
  });

  for (const { name, command } of forms) {
    test(`${name}: an authority in it is trusted, and one that is not there is not`, async () => {
      const describeKey = [...command, 'describe-key'];
      const input = JSON.stringify({ contractVersion: '1.0', keyId: 'alias/release' });
      const trusted = failureOf(await start([...ownStore, changed, ...describeKey], { input, env: environment }));
      assert.match(trusted.errorMessage, /there is no such alias/);
      const untrusted = failureOf(await start(describeKey, { input, env: environment }));
      assert.match(untrusted.errorMessage, /authority that is not trusted.*ca_bundle/);
    });
  }
});

function canMount(): boolean {
  const [program = '', ...words] = [...ownStore, store, 'true'];
  return spawnSync(program, words, { env: bareEnvironment }).status === 0;
}
