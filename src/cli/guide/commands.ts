import type { Argv } from 'yargs';
import { shells } from '../completion/shells.ts';
import type { ToolContext } from '../context.ts';
import type { CommandDefinition } from '../line/definition.ts';
import type { Act } from '../line/options.ts';

const nothing: readonly string[] = [];

/** `help`, `man` and `completion`: what the commands are, for people and for shells. */
export function guideCommands(parser: Argv, context: ToolContext, act: Act, root: () => CommandDefinition): Argv {
  return parser
    .command('completion', 'scripts with which a shell completes command lines', (it) => completionCommands(it, context, act))
    .command('help [command..]', 'show the help of a command', helpOptions, ({ command }) =>
      act(async () => (await import('./print-help.ts')).printHelpOf(command, root(), context))(),
    )
    .command('man', 'print the manual page', manOptions, () =>
      act(async () => (await import('./man-page.ts')).printManPage(root(), context))(),
    );
}

function completionCommands(parser: Argv, context: ToolContext, act: Act): Argv {
  return shells.reduce(
    (known, shell) =>
      known.command(
        shell,
        `print the script for ${names[shell]}`,
        (it) => it.example(`$0 completion ${shell}`, advice[shell]),
        act(async () => {
          context.out((await import('../completion/scripts.ts')).scripts[shell]);
          return 0;
        }),
      ),
    parser,
  );
}

const names = { bash: 'bash', zsh: 'zsh', fish: 'fish', powershell: 'PowerShell' } as const;

const advice = {
  bash: 'into ~/.local/share/bash-completion/completions/notation-ts-kms; or in ~/.bashrc: source <(notation-ts-kms completion bash)',
  zsh: 'into the file _notation-ts-kms of a folder in $fpath; or in ~/.zshrc, after compinit: source <(notation-ts-kms completion zsh)',
  fish: 'into ~/.config/fish/completions/notation-ts-kms.fish',
  powershell: 'in $PROFILE: notation-ts-kms completion powershell | Out-String | Invoke-Expression',
} as const;

function helpOptions(parser: Argv) {
  return parser
    .positional('command', { type: 'string', array: true, default: nothing, describe: 'the command, as it is typed' })
    .example('$0 help key add', 'the same as notation-ts-kms key add --help');
}

function manOptions(parser: Argv) {
  return parser.example('$0 man', 'into notation-ts-kms.1 of a folder man1 where man looks');
}
