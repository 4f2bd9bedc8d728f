// The recipes for CI: each is what its platform reads, by that platform's own linter or schema; and its commands do what they say, with the program of
// a release archive, credentials as the platform gives them, MiniStack for AWS KMS, a Key Vault server, and a registry.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { missingRuntimes } from '../../scripts/package/runtime.ts';
import { targetHere } from '../../scripts/package/target.ts';
import { packageAll } from '../../scripts/package.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { queryAws } from '../support/aws-query.ts';
import { type KeyVault, pemOf, startKeyVault, tenant } from '../support/key-vault.ts';
import {
  account,
  allowing,
  createKey,
  createRole,
  kmsClient,
  type Ministack,
  nameKey,
  publicKeyInfoOf,
  rootUser,
  startMinistack,
} from '../support/ministack.ts';
import { openFolder, pushArtifact, type Result, removeFolder } from '../support/notation.ts';
import { needs, openPeer } from '../support/peers.ts';
import { certifyKey, type Holder, mintCa, mintLeaf } from '../support/pki.ts';
import { start } from '../support/process.ts';
import { azureJob, githubJob, gitlabJob, type Job, kubernetesJob, recipePath, tektonJob } from '../support/recipe.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { placeEnvironment } from './aws-environment.ts';

type Environment = Readonly<Record<string, string>>;

const schema = (name: string) => ['--builtin-schema', `vendor.${name}`, '--data-transform', name, '--regex-variant', 'nonunicode'];

const linters = [
  { linter: 'actionlint', words: [], recipes: ['github-aws.yml', 'github-azure.yml'], spoil: ['runs-on:', 'run-on:'] },
  { linter: 'check-jsonschema', words: schema('gitlab-ci'), recipes: ['gitlab-ci.yml'], spoil: ['  script:', '  scripts:'] },
  { linter: 'check-jsonschema', words: schema('azure-pipelines'), recipes: ['azure-pipelines.yml'], spoil: ['inputs:', 'input:'] },
  { linter: 'manifest-check', words: [], recipes: ['tekton-task.yaml'], spoil: ['workingDir:', 'workingDirectory:'] },
  { linter: 'manifest-check', words: [], recipes: ['kubernetes-aws.yaml', 'kubernetes-azure.yaml'], spoil: ['volumeMounts:', 'mounts:'] },
] as const;

describe('the recipes for CI, read by linters', () => {
  for (const { linter, words, recipes, spoil } of linters) {
    for (const recipe of recipes) {
      test(`${recipe}: ${linter}`, needs(linter), async () => {
        const lint = (path: string) => start([openPeer(linter), ...words, path]);
        const { code, stdout, stderr } = await lint(recipePath(recipe));
        assert.equal(code, 0, stdout + stderr);
        const folder = openFolder();
        const spoiled = join(folder, recipe);
        writeFileSync(spoiled, readFileSync(recipePath(recipe), 'utf8').replaceAll(spoil[0], spoil[1]));
        assert.notEqual((await lint(spoiled)).code, 0, `${linter} sees ${spoil[1]}`);
        removeFolder(folder);
      });
    }
  }

  test('each recipe is read by one, and README.md names it and has what they share', () => {
    const recipes = readdirSync(recipePath('')).filter((name) => /\.ya?ml$/.test(name));
    assert.deepEqual(recipes.sort(), linters.flatMap((row) => [...row.recipes]).sort());
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    for (const name of [...recipes, 'trustpolicy.json']) assert.ok(readme.includes(`(examples/ci/${name})`), name);
    const [, page = ''] = /^## In CI\n[\s\S]*?^```\n([\s\S]*?)^```$/m.exec(readme) ?? [];
    const common = page.trimEnd().split('\n');
    assert.equal(common.length, 7);
    for (const name of recipes) {
      const recipe = readFileSync(recipePath(name), 'utf8')
        .replaceAll('sha256sum -c', 'sha256sum --check')
        .replace(/ --plugin-config credential_type=\w+/, '');
      for (const line of common) assert.ok(recipe.includes(line), `${name}: ${line}`);
    }
  });
});

const needed = needs('oras', 'ocireg', 'ministack', 'akv');
const absent = missingRuntimes([targetHere()]);
const peers = absent.length === 0 ? needed : { skip: `peer absent: ${absent.join()}: run scripts/peers` };

const workload = 'cccccccc-0000-4000-8000-000000000003';
const assertion = 'federated.token.of-the-pipeline';
const webToken = unsignedToken({ iss: 'https://token.example.com', sub: 'repo:team/app', aud: 'sts.amazonaws.com' });

describe('the recipes for CI, run', () => {
  let folder: string;
  let archive: Environment;
  let registry: Registry;
  let root: Holder;
  let aws: Cloud;
  let azure: Cloud;
  let stack: Ministack;
  let vault: KeyVault;
  let role: string;
  let platform: Platform;

  before(async () => {
    if (peers.skip !== undefined) return;
    folder = openFolder();
    archive = await makeArchive(folder);
    root = await mintCa('root', undefined);
    [registry, platform] = [await startRegistry('ocireg'), await startPlatform()];
    [stack, vault] = [await startMinistack({ auth: true }), await startKeyVault({ folder })];
    const trust = {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/token.example.com` },
      Action: 'sts:AssumeRoleWithWebIdentity',
    };
    role = await createRole(stack, 'release-signer', trust, allowing('kms:Sign'));
    aws = await openAws(stack, root);
    azure = await openAzure(vault, root);
  });
  after(() => Promise.all([registry?.stop(), stack?.stop(), vault?.stop(), platform?.stop(), folder && removeFolder(folder)]));

  test('GitHub Actions with AWS: credentials of the role in the environment', peers, async () => {
    await signs(githubJob('github-aws.yml'), aws, await exchanged(stack, role));
  });

  test("GitHub Actions with Azure: the workflow's own token", peers, async () => {
    const token = { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner', ACTIONS_ID_TOKEN_REQUEST_URL: `${platform.url}/github?api-version=2.0` };
    await signs(githubJob('github-azure.yml'), azure, {
      ...token,
      ...identity(),
      AZURE_FEDERATED_TOKEN_FILE: join(folder, 'azure-token.json'),
    });
  });

  test('GitLab CI with AWS: an ID token in a file', peers, async () => {
    const file = join(folder, 'aws-token');
    await signs(gitlabJob('sign with AWS KMS'), aws, { AWS_ID_TOKEN: webToken, AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role });
  });

  test('GitLab CI with Azure: an ID token in a file', peers, async () => {
    const file = join(folder, 'azure-token');
    await signs(gitlabJob('sign with Azure Key Vault'), azure, {
      AZURE_ID_TOKEN: assertion,
      ...identity(),
      AZURE_FEDERATED_TOKEN_FILE: file,
    });
  });

  test('Azure Pipelines: the service connection of the task', peers, async () => {
    await signs(azureJob(), azure, {
      SYSTEM_ACCESSTOKEN: 'runner',
      SYSTEM_OIDCREQUESTURI: `${platform.url}/pipelines`,
      AZURESUBSCRIPTION_CLIENT_ID: workload,
      AZURESUBSCRIPTION_TENANT_ID: tenant,
      AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: 'release-signer',
    });
  });

  test('Tekton, on EKS', peers, async () => {
    await signs(tektonJob(), aws, serviceAccountOfAws());
  });

  test('a Job on EKS: IRSA', peers, async () => {
    await signs(kubernetesJob('kubernetes-aws.yaml'), aws, serviceAccountOfAws());
  });

  test('a Job on AKS: workload identity', peers, async () => {
    const file = tokenFile('aks', assertion);
    await signs(kubernetesJob('kubernetes-azure.yaml'), azure, { ...identity(), AZURE_FEDERATED_TOKEN_FILE: file });
  });

  function serviceAccountOfAws(): Environment {
    return { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile('eks', webToken) };
  }

  function identity(): Environment {
    return { AZURE_CLIENT_ID: workload, AZURE_TENANT_ID: tenant };
  }

  function tokenFile(name: string, token: string): string {
    const path = join(folder, `${name}-token`);
    writeFileSync(path, token);
    return path;
  }

  /** The job signs a new image, which verifies; and does nothing with another archive than the one that was checked. */
  async function signs(job: Job, cloud: Cloud, given: Environment): Promise<void> {
    const image = await pushArtifact(`${registry.host}/app`, JSON.stringify(given), folder);
    const environment = { ...archive, ...cloud.environment, ...given, IMAGE: image, KEY_ID: cloud.keyId };
    const forged = await run(job, cloud, { ...environment, ARCHIVE_SHA256: 'a'.repeat(64) });
    assert.notEqual(forged.code, 0);
    assert.doesNotMatch(forged.stdout, /Successfully/);
    const done = await run(job, cloud, environment);
    assert.equal(done.code, 0, done.stdout + done.stderr);
    assert.match(done.stdout, new RegExp(`Successfully signed ${image}\n[\\s\\S]*Successfully verified signature for ${image}\n$`));
  }

  /** Runs the scripts of a job, one after the other while none fails, in a checkout with the files of trust. */
  async function run({ shell, environment, scripts }: Job, { chain }: Cloud, given: Environment): Promise<Result> {
    const home = mkdtempSync(join(folder, 'runner-'));
    mkdirSync(join(home, 'ci'));
    writeFileSync(join(home, 'ci', 'chain.pem'), chain);
    writeFileSync(join(home, 'ci', 'root.crt'), toPem([root.certificate.der]));
    const policy = readFileSync(recipePath('trustpolicy.json'), 'utf8').replace('registry.example.com', registry.host);
    writeFileSync(join(home, 'ci', 'trustpolicy.json'), policy.replace('O=Example, CN=release', 'O=notation-ts-kms'));
    const env = { ...environment, HOME: home, ...given };
    const said = { stdout: '', stderr: '' };
    for (const script of scripts) {
      const { code, stdout, stderr } = await start([...shell, '-c', script], { cwd: home, env });
      said.stdout += stdout;
      said.stderr += stderr;
      if (code !== 0) return { code, ...said };
    }
    return { code: 0, ...said };
  }
});

/** A key in a cloud, and what a job must know to find the tests' cloud in place of the real one. */
interface Cloud {
  readonly keyId: string;
  readonly chain: string;
  readonly environment: Environment;
}

async function openAws(stack: Ministack, root: Holder): Promise<Cloud> {
  const kms = kmsClient(stack);
  const key = await createKey(kms, 'ECC_NIST_P256');
  await nameKey(kms, key, 'alias/release');
  const leaf = await certifyKey('aws', await publicKeyInfoOf(kms, key), root);
  return {
    keyId: key.arn.replace(/key\/.*$/, 'alias/release'),
    chain: toPem([leaf, root.certificate.der]),
    environment: placeEnvironment(stack),
  };
}

async function openAzure(vault: KeyVault, root: Holder): Promise<Cloud> {
  const leaf = await mintLeaf('azure', root);
  await vault.addVersion({ name: 'release', pem: pemOf(leaf) });
  await vault.addCaller({ clientId: workload, assertion });
  const environment = { AZURE_AUTHORITY_HOST: `https://${vault.host}`, SSL_CERT_FILE: vault.authority };
  return { keyId: `https://${vault.host}/keys/release`, chain: toPem([leaf, root].map(({ certificate }) => certificate.der)), environment };
}

/** What aws-actions/configure-aws-credentials leaves in the environment: it exchanges the workflow's token at STS. */
async function exchanged(stack: Ministack, role: string): Promise<Environment> {
  const parameters = { RoleArn: role, RoleSessionName: 'GitHubActions', WebIdentityToken: webToken };
  const answer = await queryAws({
    endpoint: stack.endpoint,
    service: 'sts',
    credentials: rootUser,
    action: 'AssumeRoleWithWebIdentity',
    parameters,
  });
  const element = (name: string) => new RegExp(`<${name}>([^<]*)<`).exec(answer)?.[1] ?? '';
  return {
    AWS_ACCESS_KEY_ID: element('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: element('SecretAccessKey'),
    AWS_SESSION_TOKEN: element('SessionToken'),
  };
}

/** The services of GitHub and of Azure Pipelines that give a job its token. */
interface Platform {
  readonly url: string;
  stop(): Promise<void>;
}

async function startPlatform(): Promise<Platform> {
  const answers: Readonly<Record<string, { readonly method: string; readonly audience?: string; readonly body: unknown }>> = {
    '/github': { method: 'GET', audience: 'api://AzureADTokenExchange', body: { count: 1, value: assertion } },
    '/pipelines': { method: 'POST', body: { oidcToken: assertion } },
  };
  const server: Server = createServer(({ url = '', method, headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://platform');
    const answer = answers[pathname];
    const fits =
      answer?.method === method &&
      (answer?.audience ?? null) === searchParams.get('audience') &&
      /^bearer runner$/i.test(headers.authorization ?? '');
    response.writeHead(fits ? 200 : 403, { 'content-type': 'application/json' }).end(JSON.stringify(fits ? answer?.body : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

/** The release archive for this machine, where a job fetches it. */
async function makeArchive(folder: string): Promise<Environment> {
  const place = join(folder, 'downloads');
  const [archive = ''] = await packageAll([targetHere()], place);
  const digest = createHash('sha256')
    .update(readFileSync(join(place, archive)))
    .digest('hex');
  return { ARCHIVE: archive, ARCHIVE_SHA256: digest, ARCHIVE_FOLDER: `file://${place}` };
}

function unsignedToken(claims: Environment): string {
  const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return `${parts.join('.')}.c2lnbmF0dXJl`;
}
