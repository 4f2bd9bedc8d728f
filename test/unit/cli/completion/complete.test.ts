// What a word may become: from the definition of the commands, and from the names that are known on this machine.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { definedCommands } from '../../../../src/cli/commands.ts';
import { complete } from '../../../../src/cli/completion/complete.ts';
import { openContext, runTool } from '../../../support/tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'complete-'));
after(() => rmSync(folder, { recursive: true }));
const config = join(folder, 'notation');
const environment = { NOTATION_CONFIG: config, DOCKER_CONFIG: join(folder, 'docker') };

function put(path: string, content: unknown): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
}

put('notation/signingkeys.json', {
  default: 'release',
  keys: [
    { name: 'release', id: 'alias/release', pluginName: 'ts-kms', pluginConfig: { token: 'hunter2' } },
    { name: 'red\u001b[31m', id: 'alias/red\nx', pluginName: 'ts-kms' },
    { name: 'local', keyPath: '/keys/local.key', certPath: '/keys/local.crt' },
    'nonsense',
    { name: 7 },
  ],
});
put('notation/trustpolicy.json', { trustPolicies: [{ name: 'one', registryScopes: ['registry.example.com/app', '*', 7] }, null] });
put('notation/trustpolicy.blob.json', { trustPolicies: [{ name: 'blobs' }, { name: 'others' }] });
put('notation/truststore/x509/ca/acme/root.crt', '');
put('notation/truststore/x509/tsa/clock/tsa.crt', '');
put('notation/plugins/azure-kv/notation-azure-kv', '');
put('notation/config.json', { auths: { 'own.example.com': { auth: 'aHVudGVyMg==' } }, credHelpers: { 'helper.example.com': 'hunter2' } });
put('docker/config.json', { auths: { 'https://index.docker.io/v1/': { auth: 'aHVudGVyMg==' } }, HttpHeaders: { token: 'hunter2' } });
put('layout/index.json', {
  manifests: ['v1', 'v2', 'v1'].map((tag) => ({ annotations: { 'org.opencontainers.image.ref.name': tag } })),
});

const context = openContext({ environment });
const root = definedCommands(context);

/** The line up to the cursor; what the last word may become. */
async function candidates(line: string): Promise<string> {
  const words = line.split(' ');
  const { candidates: found, search, open } = await complete(words.slice(0, -1), words.at(-1) ?? '', root, context);
  return [...found.map(({ value }) => value), ...(search === undefined ? [] : [`(${search})`]), ...(open ? ['(open)'] : [])].join(' ');
}

const layout = join(folder, 'layout');
const cases: readonly (readonly [line: string, becomes: string])[] = [
  ['k', 'key'],
  ['key s', 'set-default self-signed'],
  ['key list ', ''],
  ['help key s', 'set-default self-signed'],
  ['help ve', 'verify version'],
  ['completion ', 'bash zsh fish powershell'],
  ['key list -', '--help'],
  ['sign --signature', '--signature-format'],
  ['sign --signature-format ', 'jws cose'],
  ['sign --signature-format=c', '--signature-format=cose'],
  ['sign --output ', 'text json'],
  ['sign --oci-layout=', '--oci-layout=true --oci-layout=false'],
  ['sign --nonsense=', ''],
  ['sign --concurrency ', ''],
  ['sign --expiry ', ''],
  ['sign --username ', ''],
  ['cert add --type ', 'ca signingAuthority tsa'],
  ['cert add -t ', 'ca signingAuthority tsa'],
  ['key generate-test --key-spec EC-', 'EC-256 EC-384 EC-521'],
  ['sign --key ', 'release local'],
  ['sign -k r', 'release'],
  ['key delete ', 'release local'],
  ['key delete release ', 'local'],
  ['sign --id ', 'alias/release'],
  ['sign --id ./', '(files)'],
  ['sign --timestamp-root-cert ', '(files)'],
  ['sign --from-file=', '(files)'],
  ['blob sign ', '(files)'],
  ['blob sign a ', ''],
  ['blob sign --signature-directory ', '(folders)'],
  ['key add --plugin ', 'ts-kms azure-kv'],
  ['plugin uninstall ', 'azure-kv'],
  ['plugin rm ', 'azure-kv'],
  ['plugin install --file ', '(files)'],
  ['sign --plugin-config cert_', 'cert_chain= cert_source= (open)'],
  ['cert show --store ', 'acme clock'],
  ['cert show --type tsa --store ', 'clock'],
  ['cert show --type ca --store acme ', 'root.crt'],
  ['cert show --type ca --store ../.. ', ''],
  ['cert show ', ''],
  ['policy init --trust-store ', 'ca:acme tsa:clock'],
  ['blob verify --policy-name ', 'blobs others'],
  ['policy init --registry-scope ', 'registry.example.com/app'],
  ['login ', 'registry.example.com own.example.com helper.example.com index.docker.io'],
  ['verify re', 'registry.example.com/app registry.example.com/ (open)'],
  ['verify --oci-layout ', '(folders)'],
  [`verify --oci-layout ${layout}`, `${layout}:v1 ${layout}:v2`],
  [`verify --oci-layout ${layout}/`, `${layout}/:v1 ${layout}/:v2`],
  [`verify --oci-layout ${layout}:v2`, `${layout}:v2`],
  [`verify --oci-layout ${layout}@`, '(folders)'],
  ['sign -- --', ''],
  ['nonsense ', ''],
  ['key nonsense ', ''],
];

for (const [line, becomes] of cases) {
  test(`${line.replaceAll(folder, '')}|`, async () => assert.equal(await candidates(line), becomes));
}

test('an option is offered once, and not beside one that excludes it', async () => {
  const offered = (await candidates('sign --id x --verbose --')).split(' ');
  assert.ok(offered.includes('--plugin') && offered.includes('--user-metadata'));
  for (const gone of ['--id', '--key', '--verbose', '--allow-referrers-api']) assert.ok(!offered.includes(gone), gone);
  assert.ok((await candidates('sign -m a=b --')).split(' ').includes('--user-metadata'), 'which may be given again');
});

describe('whatever is asked', () => {
  test('nothing that is secret is told, and nothing that cannot be printed', async () => {
    const texts = await Promise.all(
      cases.flatMap(([line]) => ['zsh', 'fish'].map((shell) => runTool(['__complete', shell, ...line.split(' ')], { environment }))),
    );
    for (const { code, stdout, stderr } of texts) {
      assert.deepEqual([code, stderr], [0, '']);
      assert.doesNotMatch(stdout.toString(), /hunter2|aHVudGVy|(?![\n\t])\p{Cc}/u);
    }
  });

  test('there is no error and no word for who has nothing, or nonsense', async () => {
    const bad = mkdtempSync(join(folder, 'bad-'));
    for (const name of ['signingkeys.json', 'trustpolicy.json', 'trustpolicy.blob.json', 'config.json'])
      writeFileSync(join(bad, name), '{"keys":');
    mkdirSync(join(bad, 'trustpolicy.oci.json'));
    for (const home of [bad, join(folder, 'absent')]) {
      for (const line of [
        'sign --key ',
        'verify ',
        'login ',
        'blob verify --policy-name ',
        'cert show --store ',
        'verify --oci-layout /dev/null:',
      ]) {
        const { code, stdout, stderr } = await runTool(['__complete', 'zsh', ...line.split(' ')], {
          environment: { NOTATION_CONFIG: home },
        });
        assert.deepEqual([code, stdout.toString().replace(/^:.*\n/gm, ''), stderr], [0, '', ''], line);
      }
    }
    for (const words of [[], ['tcsh', 'x'], ['bash'], ['powershell', '%%%'], ['zsh'], ['fish', '"']]) {
      const { code, stderr } = await runTool(['__complete', ...words], { environment });
      assert.deepEqual([code, stderr], [0, ''], words.join(' '));
    }
  });

  test('what it is stands beside it, on one line', async () => {
    const { stdout } = await runTool(['__complete', 'zsh', 'sign', '--key', ''], { environment });
    assert.equal(stdout.toString(), '=release\tthe default key, alias/release\n=local\t/keys/local.key\n');
  });
});
