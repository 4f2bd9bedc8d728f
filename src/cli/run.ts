import yargs, { type Argv } from 'yargs';
import { NotationError, sentenceOf, toNotationError } from '../core/error.ts';
import type { ToolContext } from './context.ts';

/** Runs one command of the tool and answers its exit code: 0, or 1 with one `Error:` line on stderr. */
export async function run(words: readonly string[], context: ToolContext): Promise<number> {
  try {
    return await dispatch(words, context);
  } catch (error) {
    context.error(`Error: ${oneLine(sentenceOf(toNotationError(error)))}\n`);
    return 1;
  }
}

async function dispatch(words: readonly string[], context: ToolContext): Promise<number> {
  const outcome = { exitCode: 0 };
  const act = (command: () => Promise<number> | number) => async () => {
    outcome.exitCode = await command();
  };
  const parser = commands(yargs([...words]), context, act);
  if (words.length === 0) context.out(`${await parser.getHelp()}\n`);
  else await parser.parseAsync([...words], {}, printed(context));
  return outcome.exitCode;
}

type Act = (command: () => Promise<number> | number) => () => Promise<void>;

function commands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .scriptName('notation-ts-kms')
    .usage('$0 – sign with keys in a KMS or in a local file, for notation (plugin "ts-kms") and by itself')
    .command('install', "copy this program into notation's plugin folder", installOptions, (args) =>
      act(async () => (await import('./install.ts')).install(args.force, context))(),
    )
    .command(
      'uninstall',
      'remove the plugin from notation',
      (it) => it,
      act(async () => (await import('./install.ts')).uninstall(context)),
    )
    .command('key', 'signing keys', (it) => keyCommands(it, context, act))
    .command(['certificate', 'cert'], 'certificates', (it) => certificateCommands(it, context, act))
    .command(
      'version',
      'show the version',
      (it) => it,
      act(() => showVersion(context)),
    )
    .demandCommand(1, 'expected a command; see notation-ts-kms --help')
    .strict()
    .help()
    .alias('help', 'h')
    .version(false)
    .locale('en')
    .wrap(100)
    .exitProcess(false)
    .fail(refuse)
    .epilogue('notation starts this program itself with one protocol command and a JSON request on stdin; see plugin-spec/README.md.');
}

function installOptions(parser: Argv) {
  return parser.option('force', { type: 'boolean', default: false, describe: 'install over a newer version too' });
}

function keyCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser
    .command('generate-test <name>', "make a throw-away key and certificate in notation's key list", testOptions, (args) =>
      act(() => generate({ name: args.name, keySpec: args['key-spec'] ?? 'EC-256', asDefault: args.default, trusted: false }, context))(),
    )
    .demandCommand(1, 'expected a key command; see notation-ts-kms key --help');
}

/** `--bits` as notation has it; `--key-spec` for the other kinds of keys. */
function certificateCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser
    .command(
      'generate-test <name>',
      'make a throw-away key and certificate, and trust it (store ca:<name>)',
      (it) => testOptions(it).option('bits', { alias: 'b', type: 'number', default: 2048, describe: 'RSA key size' }),
      (args) =>
        act(() =>
          generate({ name: args.name, keySpec: args['key-spec'] ?? `RSA-${args.bits}`, asDefault: args.default, trusted: true }, context),
        )(),
    )
    .demandCommand(1, 'expected a certificate command; see notation-ts-kms certificate --help');
}

function testOptions(parser: Argv) {
  return parser
    .positional('name', { type: 'string', demandOption: true, describe: 'name of the key and common name of the certificate' })
    .option('key-spec', { type: 'string', describe: 'RSA-2048, RSA-3072, RSA-4096, EC-256, EC-384 or EC-521' })
    .option('default', { type: 'boolean', default: false, describe: 'make it the default signing key' });
}

async function generate(wanted: Parameters<typeof import('./generate-test.ts').generateTest>[0], context: ToolContext): Promise<number> {
  return (await import('./generate-test.ts')).generateTest(wanted, context);
}

function showVersion({ metadata, build, runtime, out }: ToolContext): number {
  out(`notation-ts-kms – Notation plugin "${metadata.name}" and signing tool\n\n`);
  out(`Version:     ${metadata.version}\nGit commit:  ${build.commit}\nBuilt as:    ${build.form}\nRuntime:     ${runtime}\n`);
  return 0;
}

function refuse(message: string | undefined, error: Error | undefined): never {
  if (error !== undefined) throw error;
  throw new NotationError('REQUEST', oneLine(message ?? 'unknown command'), { hint: 'run notation-ts-kms --help for usage' });
}

/** yargs prints help through this callback when it is given one. */
function printed(context: ToolContext) {
  return (_error: Error | undefined, _args: unknown, output: string) => {
    if (output !== '') context.out(`${output}\n`);
  };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
