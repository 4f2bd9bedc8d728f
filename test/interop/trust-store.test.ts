// notation's commands for its trust stores and throw-away certificates, and ours.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openFolder, removeFolder } from '../support/notation.ts';
import { openssl } from '../support/openssl.ts';
import { needs } from '../support/peers.ts';
import { type Home, runStory, type Step, type Story } from './twins.ts';

const peers = needs('notation');
let inputs: string;

const cert = (...words: readonly string[]): Step => ({ words: ['cert', ...words] });
const add = (...words: readonly string[]) => cert('add', '-t', 'ca', '-s', 'x', ...words);
const show = (...words: readonly string[]) => cert('show', '-t', 'ca', '-s', 'x', ...words);
const remove = (...words: readonly string[]) => cert('delete', '-t', 'ca', '-s', 'x', ...words);
const differs = (step: Step, reason: string, ours: Omit<NonNullable<Step['ours']>, 'reason'>): Step => ({
  ...step,
  ours: { reason, ...ours },
});

const usage = (step: Step) => differs(step, 'a usage error of another command-line library', { stderr: /^Error: .*--help for usage\n$/ });
const nowhere = (step: Step) =>
  differs(step, 'no dots lead out of the trust stores', {
    code: 1,
    stdout: '',
    stderr: /^Error: .*(needs to follow|expected the name of a file)/,
  });

/** What the stories begin with: certificates and what is none, in the working directory. */
function prepareFiles({ folder, config }: Home): void {
  mkdirSync(config, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(inputs)) copyFileSync(join(inputs, name), join(folder, name));
  writeFileSync(join(folder, 'garbage.crt'), 'garbage');
  writeFileSync(join(folder, 'empty.crt'), '');
  mkdirSync(join(folder, 'folder.crt'));
  symlinkSync('a.crt', join(folder, 'link.crt'));
}

/** Besides that, a trust store of each type. */
function prepareStores(home: Home): void {
  prepareFiles(home);
  for (const path of ['ca/x/a.crt', 'ca/x/two.pem', 'ca/y/a.der', 'signingAuthority/x/b.pem', 'tsa/time/a.crt']) {
    place(home, path, path.split('/').at(-1) ?? '');
  }
}

function place({ folder, config }: Home, path: string, input: string): void {
  const destination = join(config, 'truststore', 'x509', path);
  mkdirSync(dirname(destination), { recursive: true, mode: 0o700 });
  copyFileSync(join(folder, input), destination);
}

const reason = 'other words for why a file is none of certificates';

const stories: readonly Story[] = [
  {
    name: 'adding',
    prepare: prepareFiles,
    steps: [
      add('a.crt'),
      add('a.crt'),
      add('./b.pem', 'two.pem', 'a.der', 'link.crt'),
      add('b.pem', 'a "quoted" é.crt'),
      cert('add', '--type', 'tsa', '--store=time', 'a.crt', 'b.pem'),
      cert('add', '-t=signingAuthority', '-s', 'A_b.c-1', 'a.crt'),
      cert('ls'),
    ],
  },
  {
    name: 'adding what is none',
    prepare: prepareFiles,
    steps: [
      cert('add'),
      cert('add', 'a.crt'),
      cert('add', '-t', 'ca', 'a.crt'),
      cert('add', '-s', 'x', 'a.crt'),
      add(),
      cert('add', '-t', 'CA', '-s', 'x', 'a.crt'),
      cert('add', '-t', '', '-s', 'x', 'a.crt'),
      cert('add', '-t', 'ca', '-s', 'x y', 'a.crt'),
      cert('add', '-t', 'ca', '-s', 'x/y', 'a.crt'),
      cert('add', '-t', 'ca', '-s', '', 'a.crt'),
      usage(add('--nonsense', 'a.crt')),
      usage(cert('add', '-t')),
      differs(cert('add', '-tca', '-s', 'x', 'absent.crt'), 'a short option wants its value apart, or behind an equals sign', {
        stderr: /^Error: /,
      }),
      differs(add('absent.crt', 'a.crt'), 'other words for what is not there', {
        stderr:
          /^Error: Failed to add following certificates to named store x of type ca:\nabsent\.crt, with error "certificate file absent\.crt cannot be read: it does not exist"\n\n$/,
      }),
      differs(add('garbage.crt'), reason, {
        stderr: /garbage\.crt, with error ".*expected certificates, found none; give a file .*"\n\n$/,
      }),
      differs(add('folder.crt'), reason, { stderr: /folder\.crt, with error ".*expected a regular file, found another kind"\n\n$/ }),
      differs(add('a.key'), reason, { stderr: /a\.key, with error ".*"\n\n$/ }),
      differs(add('key-and-certificate.pem'), reason, { stderr: /expected nothing but certificates, found \\"PRIVATE KEY\\"/ }),
      differs(add('a.p7b'), reason, { stderr: /expected nothing but certificates, found \\"PKCS7\\"/ }),
      differs(add('a.p7b.der'), reason, { stderr: /expected nothing but certificates, found \\"PKCS7\\"/ }),
      add('empty.crt'),
      differs(add('leaf.crt'), 'a warning of what verification makes of it', {
        stderr: /^Warning: leaf\.crt: verification refuses the store ca:x with it: .*expected a CA certificate/,
      }),
      cert('ls'),
    ],
  },
  {
    name: 'stores that would lead elsewhere',
    prepare: prepareFiles,
    steps: [nowhere(cert('add', '-t', 'ca', '-s', '..', 'a.crt')), nowhere(cert('add', '-t', 'ca', '-s', '.', 'a.crt'))],
    left: { reason: 'notation put them beside its stores', ours: (files) => assert.deepEqual(files, ['700 notation: folder']) },
  },
  {
    name: 'listing',
    prepare: prepareStores,
    steps: [
      cert('ls'),
      cert('list', '-d', '-v'),
      cert('ls', '-t', 'ca'),
      cert('ls', '-t', 'ca', '-s', 'x'),
      cert('ls', '--store', 'x'),
      cert('ls', '-s', 'absent'),
      cert('ls', '-t', 'absent'),
      cert('ls', '-t', 'tsa', '-s', 'x'),
      cert('ls', '-t', 'ca', '-s', 'x y'),
      differs(cert('ls', 'extra'), 'a word that would be ignored is an error', { code: 1, stdout: '', stderr: /^Error: / }),
    ],
  },
  {
    name: 'listing where there is nothing',
    prepare: ({ config }) => mkdirSync(join(config, 'truststore', 'x509', 'ca', 'empty'), { recursive: true }),
    steps: [cert('ls'), cert('ls', '-t', 'ca', '-s', 'empty')],
  },
  {
    name: 'listing stores with links and folders',
    prepare: (home) => {
      prepareStores(home);
      const ca = join(home.config, 'truststore', 'x509', 'ca');
      symlinkSync('x', join(ca, 'linked'));
      symlinkSync('a.crt', join(ca, 'x', 'linked.crt'));
      place(home, 'ca/x/folder/deep.crt', 'a.crt');
    },
    steps: [
      cert('ls'),
      cert('ls', '-s', 'linked'),
      differs(show('linked.crt'), 'no link is followed', {
        code: 1,
        stdout: '',
        stderr: /expected a regular file, found a folder or a link\n$/,
      }),
      differs(show('folder'), 'no folder is read', { stderr: /expected a regular file, found a folder or a link\n$/ }),
      differs(cert('show', '-t', 'ca', '-s', 'linked', 'a.crt'), 'no link is followed', {
        code: 1,
        stdout: '',
        stderr: /found a symbolic link/,
      }),
      differs(cert('add', '-t', 'ca', '-s', 'linked', 'b.pem'), 'no link is followed', {
        code: 1,
        stdout: '',
        stderr: /^Error: Failed to add .*\nb\.pem, with error ".*found a symbolic link.*"\n\n$/,
      }),
      differs(remove('folder', '-y'), 'other words for a folder', { stderr: /expected a file, found a folder\n$/ }),
      remove('linked.crt', '-y'),
      differs(cert('delete', '-t', 'ca', '-s', 'linked', 'b.pem', '-y'), 'no link is followed', {
        code: 1,
        stdout: '',
        stderr: /found a symbolic link/,
      }),
      differs(cert('delete', '-t', 'ca', '-s', 'linked', '-a', '-y'), 'no link is followed', {
        code: 1,
        stdout: '',
        stderr: /found a symbolic link/,
      }),
      cert('ls'),
    ],
    left: {
      reason: 'notation followed the link',
      ours: (files) => {
        assert.ok(files.includes('notation/truststore/x509/ca/linked -> x'));
        assert.ok(!files.some((file) => file.includes('ca/x/b.pem')));
      },
    },
  },
  {
    name: 'a file in place of a folder of stores',
    prepare: (home) => {
      prepareFiles(home);
      mkdirSync(join(home.config, 'truststore', 'x509'), { recursive: true });
      writeFileSync(join(home.config, 'truststore', 'x509', 'tsa'), '');
    },
    steps: [
      cert('ls'),
      cert('ls', '-t', 'tsa'),
      differs(cert('ls', '-s', 'x'), 'what is no folder has no stores in it', { code: 0, stderr: '' }),
      differs(cert('add', '-t', 'tsa', '-s', 'x', 'b.pem'), 'other words for a file in the way', {
        stderr: /^Error: Failed to add .*\nb\.pem, with error ".*cannot be written: .*"\n\n$/,
      }),
    ],
  },
  ...(
    [
      ['all', []],
      ['of type ca', ['-t', 'ca']],
      ['in the store', ['-s', 'x']],
      ['in the store of type ca', ['-t', 'ca', '-s', 'x']],
    ] as const
  ).map(
    ([name, words]): Story => ({
      name: `listing ${name} with a file that holds no certificate`,
      prepare: (home) => {
        prepareStores(home);
        place(home, 'ca/x/garbage.crt', 'garbage.crt');
      },
      steps: [
        differs(cert('ls', ...words), 'the file is named', {
          stderr:
            /^Error: failed to list all certificates stored.*, with error: ~\/.*\/ca\/x\/garbage\.crt: expected certificates, found none/,
        }),
        differs(show('garbage.crt'), 'the same', { stderr: /^Error: failed to show details of certificate garbage\.crt, with error: ~/ }),
      ],
    }),
  ),
  {
    name: 'showing',
    prepare: (home) => {
      prepareStores(home);
      for (const name of ['names.crt', 'leaf.crt', 'empty.crt']) place(home, `ca/x/${name}`, name);
    },
    steps: [
      show('a.crt'),
      show('two.pem'),
      show('names.crt'),
      show('leaf.crt'),
      show('-v', 'a.crt'),
      show('--debug', 'a.crt'),
      cert('show', '--type', 'ca', '--store', 'y', 'a.der'),
      cert('show'),
      show(),
      cert('show', 'a.crt'),
      show('a.crt', 'two.pem'),
      show('absent.crt'),
      show(''),
      show('empty.crt'),
      cert('show', '-t', 'ca', '-s', 'absent', 'a.crt'),
      cert('show', '-t', 'absent', '-s', 'x', 'a.crt'),
      cert('show', '-t', '', '-s', 'x', 'a.crt'),
      cert('show', '-t', 'ca', '-s', 'x y', 'a.crt'),
      nowhere(show('../y/a.der')),
      nowhere(show('..')),
    ],
  },
  {
    name: 'deleting',
    prepare: prepareStores,
    steps: [
      cert('delete'),
      remove(),
      cert('delete', 'a.crt', '-y'),
      remove('a.crt', '-a'),
      remove('absent.crt', '-y'),
      remove('', '-y'),
      cert('delete', '-t', 'ca', '-s', 'absent', 'a.crt', '-y'),
      cert('delete', '-t', 'ca', '-s', 'absent', '-a', '-y'),
      cert('delete', '-t', 'absent', '-s', 'x', 'a.crt', '-y'),
      cert('delete', '-t', 'absent', '-s', 'x', '-a'),
      cert('delete', '-t', 'ca', '-s', 'x y', '--all', '--yes'),
      remove('a.crt'),
      { ...remove('a.crt'), input: '\n' },
      { ...remove('a.crt'), input: 'n\n' },
      { ...remove('a.crt'), input: ' y\n' },
      { ...remove('absent.crt'), input: 'y\n' },
      { ...remove('a.crt'), input: 'Y\r\n' },
      { ...remove('two.pem'), input: 'yEs' },
      cert('ls'),
      { ...cert('delete', '-t', 'ca', '-s', 'y', '--all'), input: 'no\n' },
      { ...cert('delete', '-t', 'ca', '-s', 'y', '--all'), input: 'yes\nmore\n' },
      cert('delete', '-y', '-t', 'tsa', '-s', 'time', '-a'),
      nowhere(cert('delete', '-t', 'ca', '-s', 'x', '../../signingAuthority/x/b.pem', '-y')),
    ],
    left: {
      reason: 'notation deleted what the dots led to',
      ours: (files) => {
        const names = files.map((file) => file.split(': ')[0]).filter((name) => name?.includes('x509/'));
        const stores = [
          '700 notation/truststore/x509/ca',
          '700 notation/truststore/x509/ca/x',
          '700 notation/truststore/x509/signingAuthority',
        ];
        assert.deepEqual(names, [
          ...stores,
          '700 notation/truststore/x509/signingAuthority/x',
          '644 notation/truststore/x509/signingAuthority/x/b.pem',
          '700 notation/truststore/x509/tsa',
        ]);
      },
    },
  },
  {
    name: 'throw-away certificates',
    random: /\.(key|crt)$/,
    steps: [
      cert('generate-test'),
      cert('generate-test', ''),
      cert('generate-test', 'a b'),
      cert('generate-test', 'wabbit-networks.io'),
      cert('generate-test', '--default', '-b', '3072', 'rabbit'),
      cert('generate-test', '--bits=4096', '007'),
      { words: ['key', 'ls'] },
      cert('ls'),
      differs(cert('generate-test', 'rabbit'), 'nothing is made before it is clear that it has a place', {
        stdout: '',
        stderr: /^Error: signing key with name "rabbit" already exists/,
      }),
      differs(cert('generate-test', '-b', '1024', 'small'), 'no such key can sign', {
        code: 1,
        stdout: '',
        stderr: /^Error: key spec "RSA-1024": expected one of/,
      }),
      differs(cert('generate-test', '-b', 'x', 'small'), 'other words', { stderr: /^Error: --bits: expected a number/ }),
      differs(cert('generate-test', '-b', '0', 'small'), 'the same', { stdout: '', stderr: /^Error: key spec "RSA-0": expected one of/ }),
      differs(cert('generate-test', 'b', 'extra'), 'a word that would be ignored is an error', {
        code: 1,
        stdout: '',
        stderr: /^Error: expected one common name/,
      }),
    ],
    left: {
      reason: 'notation made the small and the second one',
      ours: (files) =>
        assert.deepEqual(
          files.map(nameAndMode).filter((name) => /\.(key|crt)$/.test(name)),
          [
            ...['007', 'rabbit', 'wabbit-networks.io'].flatMap((name) => [
              `644 notation/localkeys/${name}.crt`,
              `600 notation/localkeys/${name}.key`,
            ]),
            ...['007', 'rabbit', 'wabbit-networks.io'].map((name) => `600 notation/truststore/x509/ca/${name}/${name}.crt`),
          ],
        ),
    },
  },
  {
    name: 'throw-away certificates leave the same',
    random: /\.(key|crt)$/,
    steps: [cert('generate-test', 'a'), cert('generate-test', '--default', 'b')],
  },
];

function nameAndMode(file: string): string {
  return file.slice(0, file.indexOf(': '));
}

describe('trust stores, notation and ours', () => {
  let folder: string;
  before(() => {
    folder = openFolder();
    inputs = join(folder, 'inputs');
    mkdirSync(inputs);
    makeInputs();
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

/** Roots, a leaf, names of every kind, and files in every form. */
function makeInputs(): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '9'];
  const make = (name: string, subject: string, ...more: readonly string[]) =>
    openssl(inputs, 'req', '-x509', ...key, '-keyout', `${name}.key`, '-out', `${name}.crt`, '-utf8', '-subj', subject, ...more);
  make('a', '/C=US/ST=WA/O=Acme/CN=a');
  make('b', '/CN=b/OU=x/O=A, "B" <c>;+\\\\# /emailAddress=b@example.com');
  make('names', '/C=DE/ST=Bayern/L=M\u00fcnchen/O=\u00c4hm/OU=one/OU=two+CN=three/serialNumber=7/DC=example');
  make('leaf', '/C=US/ST=WA/O=Acme/CN=leaf', '-CA', 'a.crt', '-CAkey', 'a.key', '-addext', 'basicConstraints=critical,CA:false');
  openssl(inputs, 'x509', '-in', 'a.crt', '-outform', 'der', '-out', 'a.der');
  openssl(inputs, 'crl2pkcs7', '-nocrl', '-certfile', 'a.crt', '-out', 'a.p7b');
  openssl(inputs, 'crl2pkcs7', '-nocrl', '-certfile', 'a.crt', '-outform', 'der', '-out', 'a.p7b.der');
  const read = (name: string) => readFileSync(join(inputs, name), 'utf8');
  writeFileSync(join(inputs, 'b.pem'), read('b.crt'));
  writeFileSync(join(inputs, 'two.pem'), `${read('a.crt')}${read('b.crt')}`);
  writeFileSync(join(inputs, 'key-and-certificate.pem'), `${read('a.key')}${read('a.crt')}`);
  writeFileSync(join(inputs, 'a "quoted" é.crt'), read('a.crt'));
}
