import type { Argv } from 'yargs';
import { NotationError } from '../core/error.ts';
import { credentialCommands } from './artifact/registry-commands.ts';
import { signatureCommands } from './artifact/signature-commands.ts';
import { blobCommands } from './blob/commands.ts';
import { certificateCommands } from './certificate/commands.ts';
import type { ToolContext } from './context.ts';
import { doctorOptions } from './doctor/wish.ts';
import { guideCommands } from './guide/commands.ts';
import { keyCommands } from './key/commands.ts';
import { type CommandDefinition, definitionOf } from './line/definition.ts';
import type { OptionValues } from './line/option.ts';
import type { Act } from './line/options.ts';
import { type Reading, readLine } from './line/reading.ts';
import { checkKnown, checkUsage } from './line/usage-check.ts';
import { pluginCommands } from './plugin/commands.ts';
import { policyCommands } from './policy/commands.ts';
import { reportOptions } from './report/report-options.ts';
import { signOptions } from './sign/sign-options.ts';
import { verifyOptions } from './verify/verify-options.ts';

/** Runs what a command line asks for, or prints how to. What is wrong with the line is said before yargs sees it. @throws NotationError */
export async function dispatch(words: readonly string[], context: ToolContext): Promise<number> {
  const outcome = { exitCode: 0 };
  const act = (command: () => Promise<number> | number) => async () => {
    outcome.exitCode = await command();
  };
  const root = definedCommands(context);
  const reading = readLine(words[0] === '--version' ? ['version', ...words.slice(1)] : words, root);
  const bare = reading.words.length === 0 && reading.strangers.length === 0 && !reading.command.runs;
  if (reading.helpWanted || bare) {
    if (!reading.command.runs) checkKnown(reading);
    return (await import('./guide/print-help.ts')).printHelp(reading.command, context);
  }
  checkUsage(reading);
  await runByYargs(lineOf(reading), (parser) => register(parser, context, act));
  return outcome.exitCode;
}

/** The commands as they are registered. */
export function definedCommands(context: ToolContext): CommandDefinition {
  return definitionOf((parser) => register(parser, context, (command) => async () => void (await command())));
}

/** As the line was read, so that yargs cannot read it otherwise. */
function lineOf({ command, given, words }: Reading): readonly string[] {
  const options = [...given].flatMap(([name, values]) => values.map((value) => `--${name}=${value}`));
  return [...command.path, ...words, ...options];
}

async function runByYargs(words: readonly string[], register: (parser: Argv) => Argv): Promise<void> {
  const { default: yargs } = await import('yargs');
  const parser = register(yargs([...words]))
    .help(false)
    .version(false)
    .locale('en')
    .exitProcess(false)
    .fail(refuse);
  await parser.parserConfiguration({ 'camel-case-expansion': false, 'dot-notation': false }).parseAsync();
}

/** Every command of the program. The order is that of help. */
function register(parser: Argv, context: ToolContext, act: Act): Argv {
  const artifacts = signatureCommands(artifactCommands(parser, context, act), context, act);
  const files = artifacts
    .command('blob', 'files and their detached signatures', (it) => blobCommands(it, context, act))
    .command('key', 'signing keys', (it) => keyCommands(it, context, act))
    .command(['certificate', 'cert'], 'certificates', (it) => certificateCommands(it, context, act))
    .command('plugin', 'plugins of notation', (it) => pluginCommands(it, context, act))
    .command('policy', 'the trust policy for artifacts', (it) => policyCommands(it, context, act));
  return aboutCommands(installCommands(credentialCommands(files, context, act), context, act), context, act).epilogue(
    'notation starts this program itself with one protocol command and a JSON request on stdin; see plugin-spec/README.md.',
  );
}

function artifactCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command('sign [references..]', 'sign artifacts in registries or OCI layouts', signOptions, ({ references = [], ...values }) =>
      act(async () => (await import('./sign/sign.ts')).signReferences(references, values as OptionValues, context))(),
    )
    .command('verify [references..]', 'verify artifacts in registries or OCI layouts', verifyOptions, ({ references = [], ...values }) =>
      act(async () => (await import('./verify/verify.ts')).verifyReferences(references, values as OptionValues, context))(),
    )
    .command('report [subject]', 'write a page that shows what was verified, and why', reportOptions, ({ subject = '', ...values }) =>
      act(async () => (await import('./report/report.ts')).report(subject, values as OptionValues, context))(),
    );
}

function installCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command('install', "copy this program into notation's plugin folder", installOptions, (args) =>
      act(async () => (await import('./install.ts')).install(args.force, context))(),
    )
    .command(
      'uninstall',
      'remove the plugin from notation',
      (it) => it.example('$0 uninstall', 'the keys of the key list stay'),
      act(async () => (await import('./install.ts')).uninstall(context)),
    );
}

function aboutCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  const withDoctor = parser.command(
    'doctor [reference]',
    'say what is wrong with this machine, a key, or the way to an artifact',
    doctorOptions,
    ({ reference, ...values }) =>
      act(async () => (await import('./doctor/doctor.ts')).doctor(reference as string | undefined, values as OptionValues, context))(),
  );
  return guideCommands(withDoctor, context, act, () => definedCommands(context)).command(
    'version',
    'show the version',
    (it) => it.example('$0 version', 'and how it was built'),
    act(() => showVersion(context)),
  );
}

function installOptions(parser: Argv) {
  return parser
    .option('force', { type: 'boolean', default: false, describe: 'install over a newer version too' })
    .example('$0 install', 'for notation sign --plugin ts-kms');
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
