import type { Argv } from 'yargs';
import type { ToolContext } from './context.ts';
import { type Act, destinationOptions, formatOption, keyOptions, testOptions, text } from './options.ts';

/** `notation-ts-kms key …`. */
export function keyCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser
    .command('generate-test <name>', "make a throw-away key and certificate in notation's key list", testOptions, (args) =>
      act(async () => {
        const wanted = { name: args.name, keySpec: args['key-spec'] ?? 'EC-256', asDefault: args.default, trusted: false };
        return (await import('./generate-test.ts')).generateTest(wanted, context);
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
      (it) => formatOption(destinationOptions(keyOptions(it))),
      (args) => act(async () => (await import('./public-key.ts')).printPublicKey(wishOf(args), context))(),
    )
    .command('describe', 'say what the key is, and what notation signs with it', describeOptions, (args) =>
      act(async () => (await import('./describe-key.ts')).printDescription(wishOf(args), context))(),
    )
    .demandCommand(1, 'expected a key command; see notation-ts-kms key --help');
}

/** The arguments with plugin config under the name that the commands know it by. */
function wishOf<T extends { readonly 'plugin-config': readonly string[] | undefined }>(
  args: T,
): T & { readonly pluginConfig: readonly string[] } {
  return { ...args, pluginConfig: args['plugin-config'] ?? [] };
}

function requestOptions(parser: Argv) {
  return formatOption(destinationOptions(subjectOption(keyOptions(parser)))).epilogue(
    'The request asks for the usages that notation wants. RSA keys sign it with RSASSA-PSS, as everything here: an authority that knows only ' +
      'PKCS#1 v1.5 refuses it, and wants an EC key.',
  );
}

function selfSignedOptions(parser: Argv) {
  return formatOption(destinationOptions(subjectOption(keyOptions(parser)))).option('days', {
    type: 'number',
    requiresArg: true,
    default: 365,
    describe: 'days until it expires, at most 3650',
  });
}

function subjectOption<T>(parser: Argv<T>) {
  const describe =
    'name in the certificate, as trusted identities are written: "CN=release, O=Example, ST=WA, C=US"; C, ST and O are needed';
  return parser.option('subject', { ...text('subject', describe), demandOption: true });
}

function describeOptions(parser: Argv) {
  return keyOptions(parser).option('output', {
    alias: 'o',
    choices: ['text', 'json'] as const,
    default: 'text' as const,
    describe: 'output format',
  });
}
