import type { Argv } from 'yargs';
import type { ToolContext } from './context.ts';
import { type Act, destinationOptions, keyOptionsIfAny, testOptions } from './options.ts';

/** `notation-ts-kms certificate …`; generate-test has `--bits` as notation has it, and `--key-spec` for the other kinds of keys. */
export function certificateCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser
    .command(
      'generate-test <name>',
      'make a throw-away key and certificate, and trust it (store ca:<name>)',
      (it) => testOptions(it).option('bits', { alias: 'b', type: 'number', default: 2048, describe: 'RSA key size' }),
      (args) =>
        act(async () => {
          const wanted = { name: args.name, keySpec: args['key-spec'] ?? `RSA-${args.bits}`, asDefault: args.default, trusted: true };
          return (await import('./generate-test.ts')).generateTest(wanted, context);
        })(),
    )
    .command('chain', 'certificate chains', (it) => chainCommands(it, context, act))
    .demandCommand(1, 'expected a certificate command; see notation-ts-kms certificate --help');
}

function chainCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser
    .command('check <file..>', 'say why notation does not accept a chain, and put it right', checkOptions, (args) =>
      act(async () => {
        const wish = { ...args, files: [args.file].flat(), pluginConfig: args['plugin-config'] ?? [] };
        return (await import('./check-chain.ts')).checkChain(wish, context);
      })(),
    )
    .demandCommand(1, 'expected a chain command; see notation-ts-kms certificate chain --help');
}

function checkOptions(parser: Argv) {
  return destinationOptions(keyOptionsIfAny(parser))
    .positional('file', { type: 'string', demandOption: true, describe: 'files of certificates: PEM, DER or PKCS#7' })
    .option('fix', {
      type: 'boolean',
      default: false,
      describe: 'write the chain put right: in order, without copies and strangers, with what is missing from the trust stores (ca)',
    });
}
