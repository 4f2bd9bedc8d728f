// Completion in the real shells: each is typed to at a terminal, sources the script that the program prints, and runs what it completed.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { makeImage, tagged, writeIndex } from '../support/layout.ts';
import { executableUnderTest } from '../support/notation.ts';
import { needs, openPeer, type Peer } from '../support/peers.ts';
import { start } from '../support/process.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';

/** Each would run a command, or break out of its word, where it is not quoted; the number makes it the only one of its beginning. */
const hostile = [
  'h0 two words',
  'h1$(touch pwned)',
  'h2`touch pwned`',
  "h3'; touch pwned; '",
  'h4"; touch pwned; "',
  'h5;touch pwned',
  'h6|touch pwned',
  'h7\\',
  'h8*?[a-z]{x,y}',
  'h9~ #& <touch >pwned',
  'hb$HOME',
  'hc ünï-\u4e2d',
] as const;

/** No shell can be given these in a line; they are left out. */
const unspeakable = ['u0\ntouch pwned\n', 'u1\u001b[31mred', 'u2\ttab', 'u3\u202eright to left'];

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
/** The commands of the README that put the scripts in their places. */
const installation = /^## Completion and manual page\n\n```sh\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? 'exit 9';

interface Home {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly names: () => readonly string[];
}

function openHome(t: TestContext): Home {
  const folder = mkdtempSync(join(tmpdir(), 'completion-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, '.config', 'notation');
  for (const path of ['bin', '.config/notation/truststore/x509/ca/acme', 'docker', 'some folder'])
    mkdirSync(join(folder, path), { recursive: true });
  symlinkSync(executableUnderTest(), join(folder, 'bin', 'notation-ts-kms'));
  const list = join(config, 'signingkeys.json');
  const keys = ['release', ...hostile, ...unspeakable].map((name) => ({
    name,
    id: 'k.key',
    pluginName: 'ts-kms',
    pluginConfig: { secret: 'hunter2' },
  }));
  writeFileSync(list, JSON.stringify({ default: 'release', keys }));
  const statement = { name: 'one', signatureVerification: { level: 'skip' }, registryScopes: ['registry.example.com/app'] };
  writeFileSync(join(config, 'trustpolicy.json'), JSON.stringify({ version: '1.0', trustPolicies: [statement] }), { mode: 0o600 });
  writeFileSync(
    join(folder, 'docker', 'config.json'),
    JSON.stringify({ auths: { 'docker.example.com': { auth: 'aHVudGVyMjpodW50ZXIy' } } }),
  );
  writeFileSync(join(config, 'truststore', 'x509', 'ca', 'acme', 'root.crt'), '');
  writeFileSync(join(folder, 'statement.txt'), '');
  const { layout, image } = makeImage(join(folder, 'layout'));
  writeIndex(layout, [tagged(image, 'v1')]);
  const env = {
    PATH: [join(folder, 'bin'), process.env['PATH']].join(':'),
    HOME: folder,
    LANG: 'C.UTF-8',
    XDG_CONFIG_HOME: join(folder, '.config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    DOCKER_CONFIG: join(folder, 'docker'),
    ZDOTDIR: folder,
  };
  return { folder, env, names: () => JSON.parse(readFileSync(list, 'utf8')).keys.map(({ name }: { readonly name: string }) => name) };
}

interface Shell {
  readonly name: string;
  readonly peers: readonly Peer[];
  /** What its start file says to load the script, and what it says where the script lies where the README has it put. */
  readonly loads: () => string;
  readonly installed: (() => string) | undefined;
  /** Starts the shell in a home; its start file says `load`, and has ^G show the line between « and ». */
  open(home: Home, load: string): Terminal;
}

const prompt = 'ready>';

function openBash({ folder, env }: Home, load: string): Terminal {
  const show = `show() { printf '\\n«%s»\\n' "$READLINE_LINE"; }; bind -x '"\\C-g": show'; bind 'set bell-style none'`;
  writeFileSync(join(folder, 'bashrc'), `${load}\n${show}\nPS1='${prompt}'\n`);
  return openTerminal('bash --noprofile --rcfile bashrc -i', { cwd: folder, env });
}

const inBash = 'source <(notation-ts-kms completion bash)';
const bashCompletion = () => `source "$('${openPeer('bash-completion')}')"`;

const shells: readonly Shell[] = [
  { name: 'bash', peers: [], loads: () => inBash, installed: undefined, open: openBash },
  {
    name: 'bash with bash-completion',
    peers: ['bash-completion'],
    loads: () => `${bashCompletion()}\n${inBash}`,
    installed: bashCompletion,
    open: openBash,
  },
  {
    name: 'zsh',
    peers: ['zsh'],
    loads: () => 'autoload -U compinit; compinit -u -D; source <(notation-ts-kms completion zsh)',
    installed: () => 'fpath=(~/.zfunc $fpath); autoload -U compinit; compinit -u -D',
    open: ({ folder, env }, load) => {
      // By itself the tabulator expands, which runs what is typed, before it completes.
      const show = `show() { print -r -- "«$BUFFER»" }; zle -N show; bindkey -e; bindkey '^G' show; bindkey '^I' complete-word`;
      writeFileSync(join(folder, '.zshenv'), 'module_path=($PEER_ZSH_MODULES)\n');
      writeFileSync(join(folder, '.zshrc'), `${load}\n${show}\nunsetopt beep\nPS1='${prompt}'\n`);
      return openTerminal(`${openPeer('zsh')} -i`, { cwd: folder, env });
    },
  },
  {
    name: 'fish',
    peers: ['fish'],
    loads: () => 'notation-ts-kms completion fish | source',
    installed: () => '',
    open: ({ folder, env }, load) => {
      const config = join(folder, '.config', 'fish');
      mkdirSync(config, { recursive: true });
      const quiet = 'set -g fish_greeting; set -g fish_autosuggestion_enabled 0';
      const show = `bind \\cg 'echo; echo "«"(commandline)"»"'`;
      writeFileSync(join(config, 'config.fish'), `${quiet}\n${load}\nfunction fish_prompt; echo -n '${prompt}'; end\n${show}\n`);
      return openTerminal(`${openPeer('fish')} -i`, { cwd: folder, env });
    },
  },
];

/** What is typed, and what one press of the tabulator makes of it. */
const completed: readonly (readonly [string, string])[] = [
  ['notation-ts-kms ver', 'notation-ts-kms ver'],
  ['notation-ts-kms veri', 'notation-ts-kms verify '],
  ['notation-ts-kms key set-d', 'notation-ts-kms key set-default '],
  ['notation-ts-kms sign --signature-f', 'notation-ts-kms sign --signature-format '],
  ['notation-ts-kms sign --signature-format c', 'notation-ts-kms sign --signature-format cose '],
  ['notation-ts-kms sign --signature-format=c', 'notation-ts-kms sign --signature-format=cose '],
  ['notation-ts-kms sign --key rel', 'notation-ts-kms sign --key release '],
  ['notation-ts-kms cert show --type ca --store a', 'notation-ts-kms cert show --type ca --store acme '],
  ['notation-ts-kms cert show --type ca --store acme r', 'notation-ts-kms cert show --type ca --store acme root.crt '],
  ['notation-ts-kms verify registry.example.com/a', 'notation-ts-kms verify registry.example.com/app'],
  ['notation-ts-kms login d', 'notation-ts-kms login docker.example.com '],
  ['notation-ts-kms verify --oci-layout layout:', 'notation-ts-kms verify --oci-layout layout:v1 '],
  ['notation-ts-kms verify --oci-layout lay', 'notation-ts-kms verify --oci-layout layout/'],
  ['notation-ts-kms blob sign sta', 'notation-ts-kms blob sign statement.txt '],
  ['notation-ts-kms key csr --out=sta', 'notation-ts-kms key csr --out=statement.txt '],
  ['notation-ts-kms policy init --name rel', 'notation-ts-kms policy init --name rel'],
  ['notation-ts-kms nonsense rel', 'notation-ts-kms nonsense rel'],
];

for (const { name, peers, loads, installed, open } of shells) {
  describe(name, needs(...peers), () => {
    test('a tabulator completes the word', async (t) => {
      const terminal = await ready(open(openHome(t), loads()), t);
      for (const [typed, expected] of completed) {
        terminal.type(`${typed}\t\x07`);
        const [, line = ''] = await terminal.see(/«([^\n]*?)»/);
        // A space after a word that may go on is fish's own doing.
        assert.equal(name === 'fish' ? line.replace(/app $/, 'app') : line, expected);
        terminal.type('\x15');
      }
    });

    test('a name that is a command is a name', async (t) => {
      const home = openHome(t);
      const terminal = await ready(open(home, loads()), t);
      for (const hostileName of hostile) {
        terminal.type(`notation-ts-kms key delete ${hostileName.slice(0, 2)}\t\r`);
        await terminal.see(/Removed|[Ee]rror[^\n]*\n/);
        assert.ok(!home.names().includes(hostileName), `${hostileName} was completed and deleted`);
      }
      assert.ok(!existsSync(join(home.folder, 'pwned')));
      assert.deepEqual(home.names(), ['release', ...unspeakable]);
    });

    test('within quotes, too', async (t) => {
      const home = openHome(t);
      const terminal = await ready(open(home, loads()), t);
      for (const hostileName of hostile.filter((one) => !one.includes('"'))) {
        terminal.type(`notation-ts-kms key delete "${hostileName.slice(0, 2)}\t\r`);
        await terminal.see(/Removed|[Ee]rror[^\n]*\n/);
        assert.ok(!home.names().includes(hostileName), `${hostileName} was completed and deleted`);
      }
      assert.ok(!existsSync(join(home.folder, 'pwned')));
    });

    test('what is typed is not run before it is entered', async (t) => {
      const home = openHome(t);
      const terminal = await ready(open(home, loads()), t);
      for (const word of [
        '$(touch pwned)',
        '"$(touch pwned)"',
        '`touch pwned`',
        '<(touch pwned)',
        "'",
        '"`touch pwned`',
        '$(touch pwned)/',
      ]) {
        if (name === 'fish' && word.includes('`')) continue;
        for (const tail of [' rel', '']) {
          terminal.type(`notation-ts-kms key delete ${word}${tail}\t\x07`);
          await terminal.see(/«[^\n]*?»/);
          terminal.type('\x15');
        }
      }
      assert.ok(!existsSync(join(home.folder, 'pwned')));
      terminal.type('touch pwned\r\x07');
      await terminal.see(/«[^\n]*?»/);
      assert.ok(existsSync(join(home.folder, 'pwned')), 'the shell was there to run it');
    });

    if (installed === undefined) return;
    test('the README says where the script goes', async (t) => {
      const home = openHome(t);
      const { code, stderr } = await start(['sh', '-ec', installation], { cwd: home.folder, env: home.env });
      assert.deepEqual([code, stderr], [0, '']);
      const terminal = await ready(open(home, installed()), t);
      terminal.type('notation-ts-kms key delete rel\t\x07');
      assert.equal((await terminal.see(/«([^\n]*?)»/))[1], 'notation-ts-kms key delete release ');
      assert.match(readFileSync(join(home.folder, '.local/share/man/man1/notation-ts-kms.1'), 'utf8'), /^\.TH /);
    });
  });
}

async function ready(terminal: Terminal, t: TestContext): Promise<Terminal> {
  t.after(() => terminal.close());
  await terminal.see(new RegExp(prompt));
  return terminal;
}
