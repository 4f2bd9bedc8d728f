import type { Argv } from 'yargs';
import type { ToolContext } from '../context.ts';
import { type Act, registryOptions } from '../line/options.ts';

/** `login` and `logout`. */
export function credentialCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser
    .command('login <server>', 'log in to a registry', loginOptions, (args) =>
      act(async () => {
        const { server, username, password } = args;
        const wish = { server, username, password, insecureRegistry: args['insecure-registry'], passwordStdin: args['password-stdin'] };
        return (await import('./login.ts')).login(wish, context);
      })(),
    )
    .command('logout <server>', 'log out from a registry', logoutOptions, (args) =>
      act(async () => (await import('./login.ts')).logout(args.server, context))(),
    );
}

function loginOptions(parser: Argv) {
  return registryOptions(serverPosition(parser))
    .option('password-stdin', { type: 'boolean', default: false, describe: 'take the password from standard input' })
    .example('$0 login --username alice --password-stdin registry.example.com < password.txt', 'with a password from a file');
}

function logoutOptions(parser: Argv) {
  return serverPosition(parser).example('$0 logout registry.example.com', 'take the credential out of the credential helper');
}

function serverPosition(parser: Argv) {
  return parser.positional('server', { type: 'string', demandOption: true, describe: 'host or host:port of the registry' });
}
