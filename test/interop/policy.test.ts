// notation's commands for its trust policy, and ours.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openFolder, removeFolder } from '../support/notation.ts';
import { needs } from '../support/peers.ts';
import { type Home, runStory, type Step, type Story } from './twins.ts';

const peers = needs('notation');

const show: Step = { words: ['policy', 'show'] };
const showNone: Step = {
  ...show,
  ours: {
    reason: 'an error is one line',
    stderr:
      'Error: failed to show trust policy as the trust policy file does not exist. You can import one using `notation policy import <path-to-policy.json>`\n',
  },
};
const into = (...words: readonly string[]): Step => ({ words: ['policy', 'import', ...words] });
const answering = (input: string, step: Step): Step => ({ ...step, input });
const differs = (step: Step, reason: string, ours: Omit<NonNullable<Step['ours']>, 'reason'>): Step => ({
  ...step,
  ours: { reason, ...ours },
});

const statement = {
  name: 'release',
  registryScopes: ['registry.example.com/app'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme'],
};
const policyOf = (...changes: readonly object[]) => ({
  version: '1.0',
  trustPolicies: changes.map((change) => ({ ...statement, ...change })),
});
const skipping = { signatureVerification: { level: 'skip' }, trustStores: undefined, trustedIdentities: undefined };

/** Policies that both take, with the blanks and escapes of whoever wrote them. */
const good: Readonly<Record<string, string>> = {
  'good.json': `${JSON.stringify(policyOf({}), undefined, 3)}\n\n`,
  'other.json': JSON.stringify(
    policyOf({ name: 'o\u00fcther <&>' }, { name: 'b', registryScopes: ['*'] }, { name: 'c', registryScopes: ['local/x', 'a.b:5/c/d'] }),
  ),
  'levels.json': JSON.stringify(
    policyOf(
      {
        signatureVerification: { level: 'audit', override: { revocation: 'skip', expiry: 'enforce' }, verifyTimestamp: 'afterCertExpiry' },
      },
      { ...skipping, name: 'b', registryScopes: ['a/b'] },
      { name: 'c', registryScopes: ['a/c'], signatureVerification: { level: 'permissive', verifyTimestamp: '' }, trustedIdentities: ['*'] },
      { name: 'd', registryScopes: ['a/d'], trustStores: ['ca:a', 'ca:a', 'tsa:b'], trustedIdentities: ['role:x'] },
    ),
  ),
};

/** What both refuse to import, each in its words. */
const bad: Readonly<Record<string, unknown>> = {
  'version.json': { ...policyOf({}), version: '2.0' },
  'empty.json': { version: '1.0', trustPolicies: [] },
  'names.json': policyOf({}, { registryScopes: ['*'] }),
  'level.json': policyOf({ signatureVerification: { level: 'Strict' } }),
  'override.json': policyOf({ signatureVerification: { level: 'strict', override: { expiry: 'skip' } } }),
  'timestamp.json': policyOf({ signatureVerification: { level: 'strict', verifyTimestamp: 'never' } }),
  'stores.json': policyOf({ trustStores: [] }),
  'store.json': policyOf({ trustStores: ['acme'] }),
  'skip.json': policyOf({ signatureVerification: { level: 'skip' } }),
  'identity.json': policyOf({ trustedIdentities: ['x509.subject: C=US, O=acme'] }),
  'case.json': policyOf({ trustedIdentities: ['x509.subject: c=US, st=WA, o=acme'] }),
  'overlap.json': policyOf({ trustedIdentities: ['x509.subject: C=US, ST=WA, O=a', 'x509.subject: C=US, ST=WA, O=a, CN=b'] }),
  'wildcards.json': policyOf({ registryScopes: ['*', 'a/b'] }),
  'scope.json': policyOf({ registryScopes: ['registry.example.com/app:v1'] }),
  'scopes.json': policyOf({}, { name: 'b' }),
};

const unparsed = ['nothing.json', 'half.json', 'twice.json'];

function prepareFiles({ folder, config }: Home): void {
  mkdirSync(config, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(good)) writeFileSync(join(folder, name), text);
  for (const [name, value] of Object.entries(bad)) writeFileSync(join(folder, name), JSON.stringify(value));
  writeFileSync(join(folder, 'nothing.json'), '');
  writeFileSync(join(folder, 'half.json'), '{"version": "1.0",');
  writeFileSync(join(folder, 'twice.json'), `${good['good.json']}{}`);
  mkdirSync(join(folder, 'folder.json'));
  symlinkSync('good.json', join(folder, 'link.json'));
}

/** Besides that, a policy in its place. */
function prepareWith(content: string, name = 'trustpolicy.json') {
  return (home: Home): void => {
    prepareFiles(home);
    writeFileSync(join(home.config, name), content, { mode: 0o600 });
  };
}

const prepareGood = prepareWith(good['good.json'] ?? '');
const ourWords = (start: string) => new RegExp(`^Error: ${start}: [a-z]+\\.json: .*\\n$`);
const invalid = 'what is invalid is an error, after it is shown';

const stories: readonly Story[] = [
  {
    name: 'importing and showing',
    prepare: prepareFiles,
    steps: [showNone, into('good.json'), show, answering('y\n', into('./other.json')), show, answering('YES', into('levels.json')), show],
  },
  {
    name: 'importing where there is no folder',
    prepare: (home) => {
      prepareFiles(home);
      rmSync(home.config, { recursive: true });
    },
    steps: [showNone, into('link.json'), show],
  },
  {
    name: 'asking before a policy is replaced',
    prepare: prepareGood,
    steps: [
      into('other.json'),
      answering('n\n', into('other.json')),
      answering(' y\n', into('other.json')),
      answering('\n', into('other.json')),
      show,
      answering('y\r\n', into('other.json')),
      show,
    ],
  },
  {
    name: 'by force',
    prepare: prepareGood,
    steps: [
      into('--force', 'other.json'),
      show,
      into('good.json', '--force=true'),
      show,
      answering('y\n', into('--force=false', 'other.json')),
      show,
    ],
  },
  { name: 'by force where nothing is', prepare: prepareFiles, steps: [into('--force', 'good.json'), show] },
  {
    name: 'nobody is asked about what is no JSON',
    prepare: prepareWith('{"invalid'),
    steps: [into('good.json'), show],
  },
  {
    name: 'no file, and several',
    prepare: prepareGood,
    steps: [
      differs(into(), 'an error is one line', { stderr: /^Error: requires 1 argument but received 0\. Usage: .*argument/ }),
      differs(into('good.json', 'other.json'), 'the same', { stderr: /^Error: requires 1 argument but received 2\. Usage: .*argument/ }),
      differs({ words: ['policy', 'show', 'x'] }, 'a usage error of another command-line library', {
        stderr: /^Error: .*--help for usage\n$/,
      }),
      show,
    ],
  },
  {
    name: 'files that cannot be read',
    prepare: prepareGood,
    steps: [
      differs(into('absent.json'), 'other words for what is not there', {
        stderr: /^Error: failed to read trust policy file: file absent\.json cannot be read: it does not exist\n$/,
      }),
      differs(into('folder.json', '--force'), 'other words for a folder', {
        stderr: /^Error: failed to read trust policy file: .*expected a regular file/,
      }),
      show,
    ],
  },
  {
    name: 'policies that break a rule',
    prepare: prepareGood,
    steps: [
      ...unparsed.map((name) =>
        differs(into(name, '--force'), 'other words', { stderr: ourWords('failed to parse trust policy configuration') }),
      ),
      ...Object.keys(bad).map((name) =>
        differs(into(name, '--force'), 'other words', { stderr: ourWords('failed to validate trust policy') }),
      ),
      show,
    ],
  },
  ...Object.keys(bad).map(
    (name): Story => ({
      name: `showing ${name}`,
      prepare: prepareWith(JSON.stringify(bad[name])),
      steps: [
        differs(show, invalid, {
          code: 1,
          stderr:
            /^Error: trustpolicy\.json: .* Existing trust policy configuration is invalid, you may update or create a new one via `notation policy import <path-to-policy\.json>`\n$/,
        }),
      ],
    }),
  ),
  {
    name: 'a policy that is a link',
    prepare: (home) => {
      prepareFiles(home);
      symlinkSync('../../good.json', join(home.config, 'trustpolicy.json'));
    },
    steps: [differs(show, 'verification refuses it', { code: 1, stderr: /found a symbolic link; put the file itself there/ })],
  },
  {
    name: 'a link in the place of the policy',
    prepare: (home) => {
      prepareFiles(home);
      symlinkSync('../../good.json', join(home.config, 'trustpolicy.json'));
    },
    steps: [
      differs(into('other.json'), 'there is something to lose', {
        stdout: 'The trust policy file already exists, do you want to overwrite it? [y/N] ',
      }),
      into('other.json', '--force'),
      show,
    ],
    left: {
      reason: 'notation wrote over the file that the link leads to',
      ours: (files) =>
        assert.deepEqual(files, [
          '700 notation: folder',
          `600 notation/trustpolicy.json: ${Buffer.from(good['other.json'] ?? '').toString('latin1')}`,
        ]),
    },
  },
  {
    name: 'a policy that others may read',
    prepare: (home) => {
      prepareGood(home);
      chmodSync(join(home.config, 'trustpolicy.json'), 0o644);
    },
    steps: [show, into('--force', 'good.json')],
    left: {
      reason: 'a policy is written as a new one would be',
      ours: (files) => assert.deepEqual(files, ['700 notation: folder', `600 notation/trustpolicy.json: ${good['good.json']}`]),
    },
  },
  {
    name: 'a policy that anybody may change',
    prepare: (home) => {
      prepareGood(home);
      chmodSync(join(home.config, 'trustpolicy.json'), 0o666);
    },
    steps: [
      differs(show, 'verification refuses it', {
        code: 1,
        stderr: /expected that only its owner and group may change it, .* found mode 0666/,
      }),
    ],
  },
  {
    name: 'skipping everything',
    prepare: (home) => {
      prepareFiles(home);
      writeFileSync(join(home.folder, 'all.json'), JSON.stringify(policyOf({ ...skipping, registryScopes: ['*'] })));
    },
    steps: [
      differs(into('all.json'), 'the specification does not allow it', {
        stderr: /^Warning: statement "release" has level skip and the scope "\*": every artifact/,
      }),
    ],
  },
  {
    name: 'a misspelled member',
    prepare: (home) => {
      prepareFiles(home);
      writeFileSync(
        join(home.folder, 'member.json'),
        JSON.stringify(policyOf({ signatureVerification: { level: 'audit', overide: { authenticity: 'enforce' } } })),
      );
    },
    steps: [
      differs(into('member.json'), 'it would mean nothing', {
        code: 1,
        stdout: '',
        stderr:
          /^Error: failed to validate trust policy: member\.json: statement "release": signatureVerification: unknown member "overide"; did you mean override\?\n$/,
      }),
    ],
    left: { reason: 'notation imported it', ours: (files) => assert.deepEqual(files, ['700 notation: folder']) },
  },
  {
    name: 'the file of notation 2 beside that of notation 1',
    prepare: (home) => {
      prepareGood(home);
      writeFileSync(join(home.config, 'trustpolicy.oci.json'), good['good.json'] ?? '', { mode: 0o600 });
    },
    steps: [
      differs(show, 'another version of notation has another policy', {
        stderr: /^Warning: ~.*trustpolicy\.json is there too: notation 1 reads it, and not trustpolicy\.oci\.json\n$/,
      }),
      differs(into('--force', 'other.json'), 'what is in effect is replaced', {
        stdout: /^Successfully imported OCI trust policy configuration to ~.*trustpolicy\.oci\.json\.\n$/,
        stderr:
          /^Warning: existing OCI trust policy configuration will be overwritten\nWarning: ~.*trustpolicy\.json is left as it is: notation 1/,
      }),
    ],
    left: {
      reason: 'notation 1 replaced the other',
      ours: (files) =>
        assert.deepEqual(files, [
          '700 notation: folder',
          `600 notation/trustpolicy.json: ${good['good.json']}`,
          `600 notation/trustpolicy.oci.json: ${Buffer.from(good['other.json'] ?? '').toString('latin1')}`,
        ]),
    },
  },
];

describe('trust policies, notation and ours', () => {
  let folder: string;
  before(() => {
    folder = openFolder();
  });
  after(() => removeFolder(folder));

  for (const [index, story] of stories.entries()) {
    test(story.name, peers, async () => {
      const homes = join(folder, String(index));
      await runStory(story, homes, folder);
      rmSync(homes, { recursive: true });
    });
  }
});
