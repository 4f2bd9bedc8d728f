import type { Argv } from 'yargs';
import { NotationError } from '../../core/error.ts';
import type { ToolContext } from '../context.ts';
import { type Act, requireFlags, text, texts, words } from '../line/options.ts';

/** `notation-ts-kms policy …`: notation's trust policy for artifacts. */
export function policyCommands(parser: Argv, context: ToolContext, act: Act) {
  return sharedCommands(parser, 'policy', context, act)
    .command('init', 'make a trust policy of one statement, at level strict', initOptions, (args) =>
      act(async () => {
        const wanted = { ...wantedOf(args), registryScopes: args['registry-scope'] ?? ['*'] };
        return (await import('./init.ts')).initPolicy(await kindOf('policy'), wanted, context);
      })(),
    )
    .command('explain [reference]', 'say which statement applies to an artifact, and what it demands', explainOptions, (args) =>
      act(async () => (await import('./explain.ts')).explainPolicy(args.reference ?? '', args.output, context))(),
    );
}

/** `notation-ts-kms blob policy …`: notation's trust policy for blobs. */
export function blobPolicyCommands(parser: Argv, context: ToolContext, act: Act) {
  return sharedCommands(parser, 'blob policy', context, act)
    .command('init', 'make a trust policy of one statement, at level strict', blobInitOptions, (args) =>
      act(async () => {
        const wanted = { ...wantedOf(args), globalPolicy: args.global };
        return (await import('./init.ts')).initPolicy(await kindOf('blob policy'), wanted, context);
      })(),
    )
    .command('explain', 'say which statement applies to a blob, and what it demands', blobExplainOptions, (args) =>
      act(async () => (await import('./explain.ts')).explainBlobPolicy(args['policy-name'] || undefined, args.output, context))(),
    );
}

type Command = 'policy' | 'blob policy';

async function kindOf(command: Command) {
  const { blobKind, ociKind } = await import('./kind.ts');
  return command === 'policy' ? ociKind : blobKind;
}

function sharedCommands(parser: Argv, command: Command, context: ToolContext, act: Act): Argv {
  return parser
    .command(
      'import [file..]',
      'check a trust policy and put it in its place',
      (it) => importOptions(it, command),
      (args) =>
        act(async () => {
          const file = onlyFile(args.file, command);
          return (await import('./import.ts')).importPolicy(await kindOf(command), file, args.force, context);
        })(),
    )
    .command(
      'show',
      'print the trust policy',
      (it) => it.example(`$0 ${command} show`, 'as it lies in its place'),
      act(async () => (await import('./show.ts')).showPolicy(await kindOf(command), context)),
    );
}

function importOptions(parser: Argv, command: Command) {
  const file = command === 'policy' ? 'trustpolicy.json' : 'trustpolicy.blob.json';
  return forceOption(words(parser, 'file', 'trust policy in JSON', `${command} import <path-to-policy.json>`)).example(
    `$0 ${command} import --force ${file}`,
    'in the place of the one that is there',
  );
}

function onlyFile(files: readonly string[], command: Command): string {
  const [file, second] = files;
  if (file !== undefined && second === undefined) return file;
  const usage = `Usage: notation ${command} import <path-to-policy.json>`;
  const place = command === 'policy' ? 'file' : 'configuration';
  const advice = `Please specify a trust policy ${place} location as the argument`;
  throw new NotationError('REQUEST', `requires 1 argument but received ${files.length}.\n${usage}\n${advice}`);
}

interface InitArguments {
  readonly name: string | undefined;
  readonly 'trust-store': readonly string[] | undefined;
  readonly 'trusted-identity': readonly string[] | undefined;
  readonly force: boolean;
}

function wantedOf({ name, 'trust-store': stores, 'trusted-identity': identities, force }: InitArguments) {
  const given = requireFlags({ name, 'trust-store': stores?.[0], 'trusted-identity': identities?.[0] });
  return { name: given.name, trustStores: stores ?? [], trustedIdentities: identities ?? [], force };
}

function initOptions(parser: Argv) {
  const scope = texts('repository it is about, as registry/repository; once for each (default: all)');
  return trustOptions(parser)
    .option('registry-scope', scope)
    .example(
      `$0 policy init --force --name release ${trusted} --registry-scope registry.example.com/app`,
      'for one repository and one signer',
    );
}

const trusted = '--trust-store ca:release --trusted-identity "x509.subject: C=US, ST=WA, O=Example, CN=release"';

function blobInitOptions(parser: Argv) {
  return trustOptions(parser)
    .option('global', { type: 'boolean', default: false, describe: 'for blobs verified without --policy-name' })
    .example(`$0 blob policy init --force --global --name release ${trusted}`, 'for all files and one signer');
}

function trustOptions(parser: Argv) {
  return forceOption(parser)
    .option('name', { alias: 'n', ...text('name', 'name of the statement') })
    .option('trust-store', texts('trust store, as type:name; once for each'))
    .option('trusted-identity', texts('who is trusted, as "x509.subject:<subject>", or "*" for anybody; once for each'));
}

function explainOptions(parser: Argv) {
  const reference = { type: 'string', describe: 'the artifact, or its repository alone' } as const;
  return outputOption(parser.usage('$0 policy explain <reference>'))
    .positional('reference', reference)
    .example('$0 policy explain registry.example.com/app', 'for whatever is in this repository');
}

function blobExplainOptions(parser: Argv) {
  return outputOption(parser)
    .option('policy-name', text('policy-name', 'name of the statement (default: the global one)'))
    .example('$0 blob policy explain --policy-name release', 'for files that are verified with this name');
}

function outputOption<T>(parser: Argv<T>) {
  return parser.option('output', { alias: 'o', choices: ['text', 'json'] as const, default: 'text' as const, describe: 'output format' });
}

function forceOption<T>(parser: Argv<T>) {
  return parser.option('force', { type: 'boolean', default: false, describe: 'replace the trust policy that is there without asking' });
}
