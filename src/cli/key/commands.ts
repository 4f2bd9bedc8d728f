import type { Argv } from 'yargs';
import { NotationError } from '../../core/error.ts';
import type { ToolContext } from '../context.ts';
import {
  type Act,
  destinationOptions,
  formatOption,
  keyOptions,
  onlyWord,
  pluginConfigOption,
  requireFlags,
  testOptions,
  text,
  words,
} from '../line/options.ts';
import { diagnosticsOf, verbosityOptions } from '../voice/diagnostics.ts';

/** `notation-ts-kms key …`: notation's list of keys, and what the keys themselves can do. */
export function keyCommands(parser: Argv, context: ToolContext, act: Act) {
  return testCommands(listCommands(parser, context, act), context, act);
}

function listCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command(
      ['list', 'ls'],
      'list the signing keys',
      (it) => it.example('$0 key ls', 'the default key is marked with *'),
      act(async () => (await import('./key-list.ts')).listKeys(context)),
    )
    .command('add [name..]', 'add a key of a plugin to the list', addOptions, (args) =>
      act(async () => {
        const name = onlyWord(args.name, 'either missing key name or unnecessary parameters passed');
        const { plugin } = requireFlags({ plugin: args.plugin });
        const wanted = { name, plugin, id: args.id ?? '', pluginConfig: args['plugin-config'] ?? [], asDefault: args.default };
        return (await import('./key-list.ts')).addKey(wanted, context, diagnosticsOf(args, context));
      })(),
    )
    .command(['update [name..]', 'set [name..]'], 'change a key in the list', updateOptions, (args) =>
      act(async () => {
        const name = onlyWord(args.name, 'missing key name', 'expected one key name, found several');
        return (await import('./key-list.ts')).updateKey(name, args.default, context, diagnosticsOf(args, context));
      })(),
    )
    .command('set-default [name..]', 'make a key the default', setDefaultOptions, (args) =>
      act(async () => {
        const name = onlyWord(args.name, 'missing key name', 'expected one key name, found several');
        return (await import('./key-list.ts')).updateKey(name, true, context, diagnosticsOf(args, context));
      })(),
    )
    .command('delete [name..]', 'take keys from the list; the keys themselves stay', deleteOptions, (args) =>
      act(async () => {
        if (args.name.length === 0) throw new NotationError('REQUEST', 'missing key names');
        return (await import('./key-list.ts')).deleteKeys(args.name, context);
      })(),
    );
}

function testCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command(
      'generate-test [name..]',
      "make a throw-away key and certificate in notation's key list",
      (it) =>
        testOptions(it, 'key generate-test').example(
          '$0 key generate-test --key-spec EC-384 wabbit-networks.io',
          'a key that nothing trusts yet',
        ),
      (args) =>
        act(async () => {
          const name = onlyWord(args.name, 'missing key name', 'expected one key name, found several');
          const wanted = { name, keySpec: args['key-spec'] ?? 'EC-256', asDefault: args.default, trusted: false };
          return (await import('../certificate/generate-test.ts')).generateTest(wanted, context);
        })(),
    )
    .command('csr', 'make a certificate request that the key itself signs, for an authority', requestOptions, (args) =>
      act(async () => (await import('./certify.ts')).requestCertificate(wishOf(args), context))(),
    )
    .command('self-signed', 'make a certificate that the key itself signs, for notation', selfSignedOptions, (args) =>
      act(async () => (await import('./certify.ts')).selfSign({ ...wishOf(args), days: args.days }, context))(),
    )
    .command(
      'public',
      'print the public key',
      (it) => formatOption(destinationOptions(keyOptions(it))).example('$0 key public --id ./release.key', 'on standard output, as PEM'),
      (args) => act(async () => (await import('./public-key.ts')).printPublicKey(wishOf(args), context))(),
    )
    .command('describe', 'say what the key is, and what notation signs with it', describeOptions, (args) =>
      act(async () => (await import('./describe-key.ts')).printDescription(wishOf(args), context))(),
    );
}

function setDefaultOptions(parser: Argv) {
  return nameOptions('key set-default <name>')(parser).example('$0 key set-default release', 'sign with it from now on');
}

function deleteOptions(parser: Argv) {
  return nameOptions('key delete <name>...')(parser).example('$0 key delete release', 'one key');
}

function nameOptions(usage: string) {
  return (parser: Argv) => verbosityOptions(words(parser, 'name', 'name of the key in the list', usage));
}

function updateOptions(parser: Argv) {
  return defaultOption(nameOptions('key update --default <name>')(parser)).example(
    '$0 key update --default release',
    'sign with it from now on',
  );
}

function addOptions(parser: Argv) {
  return defaultOption(pluginConfigOption(nameOptions('key add --plugin <plugin> --id <id> <name>')(parser)))
    .option('plugin', text('plugin', 'name of the plugin; ts-kms is this program, installed or not'))
    .option('id', text('id', 'key id, as for notation sign --id'))
    .example('$0 key add --plugin ts-kms --id /etc/notation/release.key --default file-key', 'a key in a file, as the default')
    .example('$0 key add --plugin ts-kms --id alias/release --plugin-config cert_chain=/etc/notation/chain.pem aws-key', 'a key in AWS KMS')
    .example('$0 key add --plugin ts-kms --id https://contoso.vault.azure.net/keys/release azure-key', 'a key in Azure Key Vault');
}

function defaultOption<T>(parser: Argv<T>) {
  return parser.option('default', { type: 'boolean', default: false, describe: 'make it the default signing key' });
}

/** The arguments with plugin config under the name that the commands know it by. */
function wishOf<T extends { readonly 'plugin-config': readonly string[] | undefined }>(
  args: T,
): T & { readonly pluginConfig: readonly string[] } {
  return { ...args, pluginConfig: args['plugin-config'] ?? [] };
}

function requestOptions(parser: Argv) {
  const certified = formatOption(destinationOptions(subjectOption(keyOptions(parser))));
  return certified
    .example('$0 key csr --id ./release.key --subject "CN=release, O=Example, ST=WA, C=US" --out release.csr', 'for an authority')
    .epilogue(
      'The request asks for the usages that notation wants. RSA keys sign it with RSASSA-PSS, as everything here: an authority that knows only ' +
        'PKCS#1 v1.5 refuses it, and wants an EC key.',
    );
}

function selfSignedOptions(parser: Argv) {
  return formatOption(destinationOptions(subjectOption(keyOptions(parser))))
    .option('days', { type: 'number', requiresArg: true, default: 365, describe: 'days until it expires, at most 3650' })
    .example('$0 key self-signed --id ./release.key --subject "CN=release, O=Example, ST=WA, C=US" --out self-signed.crt', 'for a year');
}

function subjectOption<T>(parser: Argv<T>) {
  const describe =
    'name in the certificate, as trusted identities are written: "CN=release, O=Example, ST=WA, C=US"; C, ST and O are needed';
  return parser.option('subject', { ...text('subject', describe), demandOption: true });
}

function describeOptions(parser: Argv) {
  return keyOptions(parser)
    .option('output', { alias: 'o', choices: ['text', 'json'] as const, default: 'text' as const, describe: 'output format' })
    .example('$0 key describe --id ./release.key', 'what the key is, and its chain');
}
