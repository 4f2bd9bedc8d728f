import type { Argv } from 'yargs';
import { NotationError } from '../../core/error.ts';
import type { ToolContext } from '../context.ts';
import { type Act, onlyWord, text, words } from '../line/options.ts';
import { diagnosticsOf, verbosityOptions } from '../voice/diagnostics.ts';

/** `notation-ts-kms plugin …`: the plugins that notation and this program run. */
export function pluginCommands(parser: Argv, context: ToolContext, act: Act) {
  return parser
    .command(['list', 'ls'], 'list the plugins that are installed', listOptions, (args) =>
      act(async () => (await import('./list-plugins.ts')).listPlugins(args.output, context))(),
    )
    .command(['install [source..]', 'add [source..]'], 'install a plugin from a file, an archive or an HTTPS URL', installOptions, (args) =>
      act(async () => {
        const wish = { ...sourceOf(args), checksum: args.sha256sum ?? '', force: args.force };
        return (await import('./install-plugin.ts')).installPlugin(wish, context, diagnosticsOf(args, context));
      })(),
    )
    .command(['uninstall [name..]', 'remove [name..]', 'rm [name..]'], 'remove a plugin', uninstallOptions, (args) =>
      act(async () => {
        const name = onlyWord(args.name, 'plugin name is required', 'only one plugin can be removed at a time');
        return (await import('./uninstall-plugin.ts')).uninstallPlugin(name, args.yes, context);
      })(),
    );
}

function listOptions(parser: Argv) {
  const output = { alias: 'o', choices: ['text', 'json'] as const, default: 'text' as const, describe: 'output format' };
  return parser
    .option('output', output)
    .example('$0 plugin ls', 'what each says of itself, or why it says nothing')
    .example('$0 plugin ls --output json', 'the same, for programs');
}

function installOptions(parser: Argv) {
  const described = words(verbosityOptions(parser), 'source', 'the file, or its URL', 'plugin install <--file|--url> <plugin_source>');
  return described
    .option('file', {
      type: 'boolean',
      default: false,
      describe: 'install from a file: the executable, or a zip or tar.gz archive with it',
    })
    .option('url', { type: 'boolean', default: false, describe: 'install from an HTTPS URL, within 10 minutes; wants --sha256sum' })
    .option('sha256sum', text('sha256sum', 'SHA-256 that the file must have, in hexadecimal'))
    .option('force', { type: 'boolean', default: false, describe: 'install over the same version or a newer one, or over a broken plugin' })
    .example('$0 plugin install --file wabbit-plugin.zip', 'the executable notation-wabbit-plugin in it, and what lies beside that')
    .example('$0 plugin install --file --force wabbit-plugin.zip', 'the same once more, whatever its version');
}

function uninstallOptions(parser: Argv) {
  return words(verbosityOptions(parser), 'name', 'name of the plugin', 'plugin uninstall <plugin_name>')
    .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'ask nobody' })
    .example('$0 plugin uninstall --yes wabbit-plugin', 'its folder, with all that is in it');
}

interface SourceArguments {
  readonly source: readonly string[];
  readonly file: boolean;
  readonly url: boolean;
}

/** In notation's words and in its order. @throws NotationError `REQUEST` */
function sourceOf({ source: [source, ...more], file, url }: SourceArguments): { readonly source: string; readonly from: 'file' | 'url' } {
  if (source === undefined)
    throw missing(file ? 'missing plugin file path' : url ? 'missing plugin URL' : 'missing plugin source location');
  if (more.length > 0) throw missing(`can only install one plugin at a time, but got [${[source, ...more].join(' ')}]`);
  if (file && url) throw missing('if any flags in the group [file url] are set none of the others can be; [file url] were all set');
  if (!file && !url) throw missing('at least one of the flags in the group [file url] is required');
  return { source, from: file ? 'file' : 'url' };
}

function missing(problem: string): NotationError {
  return new NotationError('REQUEST', problem, { hint: 'notation-ts-kms plugin install --help shows its usage' });
}
