import type { Argv } from 'yargs';
import { NotationError } from '../../core/error.ts';
import { trustStoreTypes } from '../../x509/chain/anchor.ts';
import type { ToolContext } from '../context.ts';
import { type Act, destinationOptions, keyOptionsIfAny, onlyWord, requireFlags, testOptions, text, words } from '../line/options.ts';
import { diagnosticsOf, verbosityOptions } from '../voice/diagnostics.ts';

/** `notation-ts-kms certificate …`: notation's trust stores, throw-away certificates, and chains. */
export function certificateCommands(parser: Argv, context: ToolContext, act: Act) {
  return testCommands(trustCommands(parser, context, act), context, act).command('chain', 'certificate chains', (it) =>
    chainCommands(it, context, act),
  );
}

function trustCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command('add [path..]', 'add certificates to a trust store', addOptions, (args) =>
      act(async () => {
        if (args.path.length === 0) throw new NotationError('REQUEST', 'missing certificate path', { hint: 'name files of certificates' });
        return (await import('./add-certificates.ts')).addCertificates({ ...requireStore(args), files: args.path }, context);
      })(),
    )
    .command(['list', 'ls'], 'list the certificates of the trust stores', listOptions, (args) =>
      act(async () => (await import('./list-certificates.ts')).listCertificates(args, context))(),
    )
    .command('show [file..]', 'show the certificates of a file in a trust store', showOptions, (args) =>
      act(async () => {
        const file = onlyWord(args.file, 'missing certificate file name', 'show only supports single certificate file');
        const wish = { ...requireStore(args), file };
        return (await import('./show-certificates.ts')).showCertificates(wish, context, diagnosticsOf(args, context));
      })(),
    )
    .command('delete [file..]', 'delete certificates from a trust store', deleteOptions, (args) =>
      act(async () => {
        const file = fileToDelete(args.file, args.all);
        const wish = { ...requireStore(args), file, all: args.all, confirmed: args.yes };
        return (await import('./delete-certificates.ts')).deleteCertificates(wish, context);
      })(),
    );
}

/** generate-test has `--bits` as notation has it, and `--key-spec` for the other kinds of keys. */
function testCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return parser
    .command('generate-test [name..]', 'make a throw-away key and certificate, and trust it (store ca:<name>)', generateOptions, (args) =>
      act(async () => {
        const name = onlyWord(args.name, 'missing certificate common_name', 'expected one common name, found several');
        const wanted = { name, keySpec: args['key-spec'] ?? specOf(args.bits), asDefault: args.default, trusted: true };
        return (await import('./generate-test.ts')).generateTest(wanted, context);
      })(),
    )
    .command('cleanup-test [name..]', 'take away what generate-test made', cleanupOptions, (args) =>
      act(async () => {
        const name = onlyWord(args.name, 'missing certificate common name', 'expected one common name, found several');
        return (await import('./cleanup-test.ts')).cleanUpTest(name, args.yes, context);
      })(),
    );
}

/** The type and name of a store that must be named. @throws NotationError `REQUEST` */
function requireStore({ store, type }: { readonly store?: string | undefined; readonly type?: string | undefined }) {
  return requireFlags({ store, type });
}

function fileToDelete(files: readonly string[], all: boolean): string | undefined {
  if (all && files.length > 0) {
    throw new NotationError('REQUEST', 'cannot delete a single certificate file when --all flag is set. use --help flag for more details');
  }
  if (all) return undefined;
  const either =
    'either the certificate file name that needs to be deleted or --all flag to delete all certificates in the given named trust store';
  return onlyWord(files, `delete requires ${either}`, 'expected one certificate file, found several');
}

/** As many bits as notation takes when it is not told. */
function specOf(bits: number | undefined): string {
  return `RSA-${bits ?? 2048}`;
}

function listOptions(parser: Argv) {
  return storeOptions(verbosityOptions(parser))
    .example('$0 certificate ls', 'all of them')
    .example('$0 certificate ls --type ca --store release', 'those of one store');
}

function storeOptions<T>(parser: Argv<T>) {
  return parser
    .option('type', { alias: 't', ...text('type', 'type of the trust store', trustStoreTypes) })
    .option('store', { alias: 's', ...text('store', 'name of the trust store') });
}

function addOptions(parser: Argv) {
  const usage = 'certificate add --type <type> --store <name> <path>...';
  return storeOptions(words(parser, 'path', 'files of certificates: PEM or DER', usage)).example(
    '$0 certificate add --type ca --store acme ca.crt',
    'trust what this authority certifies, where the trust policy names ca:acme',
  );
}

function fileOptions(parser: Argv, usage: string) {
  return storeOptions(words(parser, 'file', 'name of the file in the store', `certificate ${usage}`));
}

function showOptions(parser: Argv) {
  return verbosityOptions(fileOptions(parser, 'show --type <type> --store <name> <file>')).example(
    '$0 certificate show --type ca --store release release.crt',
    'all certificates of the file',
  );
}

function deleteOptions(parser: Argv) {
  return yesOption(fileOptions(parser, 'delete --type <type> --store <name> (--all | <file>)'))
    .option('all', { alias: 'a', type: 'boolean', default: false, describe: 'delete all certificates of the store' })
    .example('$0 certificate delete --type ca --store release --yes release.crt', 'one file, without a question');
}

function generateOptions(parser: Argv) {
  return testOptions(parser, 'certificate generate-test')
    .option('bits', { alias: 'b', type: 'number', requiresArg: true, defaultDescription: '2048', describe: 'RSA key size' })
    .conflicts('bits', 'key-spec')
    .example('$0 certificate generate-test --key-spec EC-256 --default wabbit-networks.io', 'for a first try');
}

function cleanupOptions(parser: Argv) {
  return yesOption(words(parser, 'name', 'common name of the test certificate', 'certificate cleanup-test <name>')).example(
    '$0 certificate cleanup-test --yes dev.example.com',
    'key, certificate, and their place in the key list and in the trust store',
  );
}

function yesOption<T>(parser: Argv<T>) {
  return parser.option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'do not ask for confirmation' });
}

function chainCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser.command('check <file..>', 'say why notation does not accept a chain, and put it right', checkOptions, (args) =>
    act(async () => {
      const wish = { ...args, files: [args.file].flat(), pluginConfig: args['plugin-config'] ?? [] };
      return (await import('./check-chain.ts')).checkChain(wish, context);
    })(),
  );
}

function checkOptions(parser: Argv) {
  return destinationOptions(keyOptionsIfAny(parser))
    .positional('file', { type: 'string', demandOption: true, describe: 'files of certificates: PEM, DER or PKCS#7' })
    .option('fix', {
      type: 'boolean',
      default: false,
      describe: 'write the chain put right: in order, without copies and strangers, with what is missing from the trust stores (ca)',
    })
    .example('$0 certificate chain check --id ./release.key release.crt', 'whether it is a chain for this key')
    .example('$0 certificate chain check --fix --out chain.pem release.crt', 'the chain put right, in a new file');
}
