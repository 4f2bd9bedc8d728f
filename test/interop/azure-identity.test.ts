// Who asks Azure Key Vault: each credential, each permission that is missing; and vaults that throttle, or that nobody can reach or trust.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { appServiceHeader, type CallerDraft, type KeyVault, type Permission, startKeyVault, tenant } from '../support/key-vault.ts';
import { needs } from '../support/peers.ts';
import { type Holder, mintLeaf } from '../support/pki.ts';
import {
  type Application,
  applicationEnvironment,
  at,
  certified,
  inAzure,
  openVaultSession,
  owner,
  pemSecret,
  type VaultSession,
} from './azure-session.ts';
import { assertRefuses, assertSigns, type CloudSession, inSomeTime, type Refusal, type SignWish } from './cloud-session.ts';

type Environment = Readonly<Record<string, string>>;

const peers = needs('notation', 'oras', 'ocireg', 'akv');
const userAssigned = 'bbbbbbbb-0000-4000-8000-000000000002';
const workload = 'cccccccc-0000-4000-8000-000000000003';
const assertion = 'federated.token.of-the-test';

describe('who asks Azure Key Vault', () => {
  let opened: VaultSession;
  let session: CloudSession;
  let vault: KeyVault;
  let leaf: Holder;
  let log: string;

  before(async () => {
    if (peers.skip !== undefined) return;
    opened = await openVaultSession();
    ({ session, vault } = opened);
    log = join(session.folder, 'plugin.log');
    leaf = await mintLeaf('release', session.root);
    await vault.addVersion({ ...certified('release', leaf), secret: pemSecret([leaf, session.root]) });
    await vault.addCaller({ clientId: '', managed: true });
    await vault.addCaller({ clientId: userAssigned, managed: true });
    await vault.addCaller({ clientId: workload, assertion });
  });
  after(() => opened?.close());

  describe('a managed identity', () => {
    test('of a virtual machine, found by DefaultAzureCredential', peers, async () => {
      await signs(wishOf(metadata()));
    });

    test('of App Service, found by DefaultAzureCredential', peers, async () => {
      await signs(wishOf(appService()));
    });

    test('credential_type=managedid', peers, async () => {
      await signs(wishOf(metadata(), { credential_type: 'managedid' }));
      await signs(wishOf(appService(), { credential_type: 'managedid' }));
    });

    test('assigned by the user: client_id', peers, async () => {
      await signs(wishOf(metadata(), { credential_type: 'managedid', client_id: userAssigned }));
    });

    test('that this machine does not have', peers, async () => {
      const unknown = 'dddddddd-0000-4000-8000-000000000004';
      await denied(wishOf(metadata(), { credential_type: 'managedid', client_id: unknown }), [
        /managedid|managed identity/i,
        /Identity not found/,
      ]);
    });
  });

  describe('an application', () => {
    test('with a client secret, found by DefaultAzureCredential and by credential_type=environment', peers, async () => {
      await signs(wishOf(applicationEnvironment(vault)));
      await signs(wishOf(applicationEnvironment(vault), { credential_type: 'environment' }));
    });

    test('authority_host in place of AZURE_AUTHORITY_HOST', peers, async () => {
      const { AZURE_AUTHORITY_HOST, ...environment } = applicationEnvironment(vault);
      await signs(wishOf(environment, { credential_type: 'environment', authority_host: AZURE_AUTHORITY_HOST ?? '' }));
    });

    test('with a wrong secret', peers, async () => {
      const forged = { ...owner, secret: 'not-the-secret-of-anybody' };
      const wish = wishOf(applicationEnvironment(vault, forged), { credential_type: 'environment' });
      await denied(wish, [/AADSTS7000215/, /AZURE_CLIENT_SECRET|secret/]);
    });

    test('that the tenant does not have', peers, async () => {
      const nobody = { clientId: 'eeeeeeee-0000-4000-8000-000000000005', secret: 'not-the-secret-of-anybody' };
      await denied(wishOf(applicationEnvironment(vault, nobody), { credential_type: 'environment' }), [/AADSTS700016/]);
    });

    test('of a tenant that is not there', peers, async () => {
      const environment = { ...applicationEnvironment(vault), AZURE_TENANT_ID: 'ffffffff-0000-4000-8000-000000000006' };
      const wish = wishOf(environment, { credential_type: 'environment' });
      await inAzure(opened, wish, (there) => denied(there, [/AADSTS90002/]));
      await denied(wish, [new RegExp(`tenant ${tenant}`), /AZURE_TENANT_ID/]);
    });

    test('of another authority, whose tokens the vault does not take', peers, async () => {
      const other = await startKeyVault({ folder: session.folder });
      await other.addCaller(owner);
      const environment = { ...applicationEnvironment(vault), AZURE_AUTHORITY_HOST: `https://${other.host}` };
      await denied(wishOf(environment, { credential_type: 'environment' }), [/token is not accepted/, /tenant_id/]);
      await other.stop();
    });

    test('without any credential', peers, async () => {
      await denied(wishOf({}, { credential_type: 'environment' }), [/AZURE_TENANT_ID/, /AZURE_CLIENT_ID/]);
    });
  });

  describe('a workload with a federated token', () => {
    test('as Kubernetes gives it: everything in the environment', peers, async () => {
      await signs(wishOf(federated('whole', { AZURE_CLIENT_ID: workload, AZURE_TENANT_ID: tenant })));
      await signs(wishOf(federated('whole', { AZURE_CLIENT_ID: workload, AZURE_TENANT_ID: tenant }), { credential_type: 'workloadid' }));
    });

    test('as GitHub answers a workflow: JSON around the token', peers, async () => {
      const answer = JSON.stringify({ count: 1, value: assertion });
      await signs(wishOf(federated('github', { AZURE_CLIENT_ID: workload, AZURE_TENANT_ID: tenant }, answer)));
    });

    test('client_id and tenant_id as options', peers, async () => {
      await signs(wishOf(federated('options', {}), { credential_type: 'workloadid', client_id: workload, tenant_id: tenant }));
    });

    test('that the application does not trust', peers, async () => {
      const environment = federated('foreign', { AZURE_CLIENT_ID: workload, AZURE_TENANT_ID: tenant }, 'federated.token.of-somebody-else');
      await denied(wishOf(environment, { credential_type: 'workloadid' }), [/AADSTS700213/]);
    });
  });

  describe('without a permission', () => {
    const rows: readonly (readonly [lacks: Permission, config: Environment, role: RegExp])[] = [
      ['keys/sign', {}, /Key Vault Crypto User/],
      ['certificates/get', {}, /Key Vault Certificate User|Key Vault Reader/],
      ['secrets/get', { cert_source: 'secret' }, /Key Vault Secrets User/],
    ];
    for (const [lacks, config, role] of rows) {
      test(`${lacks}, by roles`, peers, async () => {
        const app = await applicationWith({ model: 'rbac' }, lacks);
        await denied(limited(app, config), [new RegExp(lacks), role, /ForbiddenByRbac/], {
          providerCode: /^Forbidden$/,
          providerInnerCode: /^ForbiddenByRbac$/,
          requestId: /^[0-9a-f-]{36}$/,
        });
      });

      test(`${lacks}, by access policies`, peers, async () => {
        const app = await applicationWith({ model: 'policy' }, lacks);
        await denied(limited(app, config), [new RegExp(lacks), /access policy/, /ForbiddenByPolicy/]);
      });
    }

    test('any, because of the firewall', peers, async () => {
      const app = await applicationWith({ model: 'firewall' });
      await denied(limited(app, {}), [/network rules/, /firewall/]);
    });

    test('but keys/sign and certificates/get: nothing more is needed', peers, async () => {
      const app = await applicationWith({ model: 'rbac' }, 'keys/get', 'keys/list', 'secrets/get');
      await signs(limited(app, {}));
    });

    function limited(app: Application, config: Environment): SignWish {
      const issuers: Environment = config['cert_source'] === undefined ? { ca_certs: session.rootFile } : {};
      return { ...at(opened, 'keys/release', { ...issuers, ...config }), environment: applicationEnvironment(vault, app) };
    }
  });

  describe('a vault that throttles', () => {
    for (const [how, retryAfter] of [
      ['with Retry-After', { retryAfter: '1' }],
      ['without Retry-After', {}],
    ] as const) {
      test(`once, ${how}: it is asked again`, peers, async () => {
        await vault.throttle({ times: 1, suffix: '/sign', ...retryAfter });
        await vault.forgetRequests();
        await signs(at(opened, 'keys/release', { ca_certs: session.rootFile }));
        const signatures = (await vault.requests()).filter(({ path, status }) => path.endsWith('/sign') && status !== 401);
        assert.deepEqual(
          signatures.map(({ status }) => status),
          [429, 200],
        );
      });

      test(`for ever, ${how}: the user is told before the deadline`, peers, async () => {
        await vault.throttle({ times: -1, suffix: '/sign', ...retryAfter });
        await inSomeTime((timeout) =>
          assertRefuses(session, at(opened, 'keys/release', { ca_certs: session.rootFile, timeout }), {
            errorCode: 'THROTTLED',
            says: [/too many requests/, /Throttled/],
            metadata: { providerCode: /^Throttled$/ },
          }),
        );
        await vault.throttle({ times: 0 });
      });
    }
  });

  test('TLS by an authority that nobody named', peers, async () => {
    const { config, ...wish } = at(opened, 'keys/release', { ca_certs: session.rootFile });
    const { ca_bundle: _, ...unaware } = config ?? {};
    await assertRefuses(session, { ...wish, config: unaware }, { errorCode: 'ERROR', says: [/localhost/, /TLS certificate/, /ca_bundle/] });
  });

  test('a vault where nobody listens', peers, async () => {
    const wish = { ...at(opened, '', { timeout: '60s' }), id: 'https://localhost:1/keys/release' };
    await assertRefuses(session, wish, { errorCode: 'ERROR', says: [/localhost:1/, /nothing listens there/] });
  });

  test('no token and no secret was in any output, nor in the log', peers, async () => {
    const { key } = leaf;
    const privateKey = key.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64').slice(40, 80);
    const secrets = [...(await vault.tokens()), owner.secret, 'not-the-secret-of-anybody', assertion, appServiceHeader, privateKey];
    assert.ok(secrets.length > 20, 'many tokens were given out');
    const told = session.said() + readFileSync(log, 'utf8');
    assert.match(told, /generate-signature/);
    for (const secret of secrets) assert.ok(!told.includes(secret), `a secret was told: ${secret.slice(0, 8)}…`);
  });

  function wishOf(environment: Environment, config: Environment = {}): SignWish {
    return {
      id: `https://${vault.host}/keys/release`,
      config: { ca_bundle: vault.authority, ca_certs: session.rootFile, log_file: log, log_level: 'debug', ...config },
      environment,
    };
  }

  function signs(wish: SignWish): Promise<void> {
    return assertSigns(session, wish, leaf.certificate.der);
  }

  function denied(wish: SignWish, says: readonly RegExp[], metadata: Refusal['metadata'] = {}): Promise<void> {
    return assertRefuses(session, wish, { errorCode: 'ACCESS_DENIED', says, metadata });
  }

  function metadata(): Environment {
    return { AZURE_POD_IDENTITY_AUTHORITY_HOST: vault.identity };
  }

  function appService(): Environment {
    return { IDENTITY_ENDPOINT: `${vault.identity}/msi/token`, IDENTITY_HEADER: appServiceHeader };
  }

  function federated(name: string, environment: Environment, token: string = assertion): Environment {
    const path = join(session.folder, `${name}.jwt`);
    writeFileSync(path, token);
    return { AZURE_FEDERATED_TOKEN_FILE: path, AZURE_AUTHORITY_HOST: `https://${vault.host}`, ...environment };
  }

  /** An application that may do everything but these. */
  async function applicationWith(draft: Pick<CallerDraft, 'model'>, ...lacks: readonly Permission[]): Promise<Application> {
    const app = { clientId: `app-${draft.model}-${lacks.join('-').replaceAll('/', '-')}`, secret: 'secret-of-a-limited-application' };
    const all: readonly Permission[] = ['keys/get', 'keys/list', 'keys/sign', 'certificates/get', 'secrets/get'];
    await vault.addCaller({ ...app, ...draft, permissions: all.filter((one) => !lacks.includes(one)) });
    return app;
  }
});
