import yargs, { type Argv } from 'yargs';
import { NotationError } from '../core/error.ts';
import { credentialCommands } from './artifact/registry-commands.ts';
import { signatureCommands } from './artifact/signature-commands.ts';
import { blobCommands } from './blob/commands.ts';
import { certificateCommands } from './certificate/commands.ts';
import type { ToolContext } from './context.ts';
import { keyCommands } from './key/commands.ts';
import type { OptionValues } from './line/option.ts';
import type { Act } from './line/options.ts';
import { policyCommands } from './policy/commands.ts';
import { signOptions } from './sign/sign-options.ts';
import { verifyOptions } from './verify/verify-options.ts';

/** Has yargs read the command line, and run what it asks for or print how to. @throws NotationError */
export async function dispatch(words: readonly string[], context: ToolContext): Promise<number> {
  const outcome = { exitCode: 0 };
  const act = (command: () => Promise<number> | number) => async () => {
    outcome.exitCode = await command();
  };
  const parser = commands(yargs([...words]), context, act);
  if (words.length === 0) context.out(`${await parser.getHelp()}\n`);
  else await parser.parseAsync([...words], {}, printed(context));
  return outcome.exitCode;
}

function commands(parser: Argv, context: ToolContext, act: Act): Argv {
  return credentialCommands(signatureCommands(parser, context, act), context, act)
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
    .command('sign [references..]', 'sign artifacts in registries or OCI layouts', signOptions, ({ references = [], ...values }) =>
      act(async () => (await import('./sign/sign.ts')).signReferences(references, values as OptionValues, context))(),
    )
    .command('verify [references..]', 'verify artifacts in registries or OCI layouts', verifyOptions, ({ references = [], ...values }) =>
      act(async () => (await import('./verify/verify.ts')).verifyReferences(references, values as OptionValues, context))(),
    )
    .command('blob', 'files and their detached signatures', (it) => blobCommands(it, context, act))
    .command('key', 'signing keys', (it) => keyCommands(it, context, act))
    .command(['certificate', 'cert'], 'certificates', (it) => certificateCommands(it, context, act))
    .command('policy', 'the trust policy for artifacts', (it) => policyCommands(it, context, act))
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

function showVersion({ metadata, build, runtime, out }: ToolContext): number {
  out(`notation-ts-kms – Notation plugin "${metadata.name}" and signing tool\n\n`);
  out(`Version:     ${metadata.version}\nGit commit:  ${build.commit}\nBuilt as:    ${build.form}\nRuntime:     ${runtime}\n`);
  return 0;
}

function refuse(message: string | undefined, error: Error | undefined): never {
  // yargs has errors of its own, for options without a value and for those that a check refuses.
  if (error !== undefined && error.name !== 'YError') throw error;
  throw new NotationError('REQUEST', error?.message ?? message ?? 'unknown command', {
    hint: 'run notation-ts-kms --help for usage',
  });
}

/** yargs prints help through this callback when it is given one. */
function printed(context: ToolContext) {
  return (_error: Error | undefined, _args: unknown, output: string) => {
    if (output !== '') context.out(`${output}\n`);
  };
}
