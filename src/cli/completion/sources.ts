// Where the values of options and arguments come from, when they are not listed with them.

/** `files` and `folders` are for the shell to find; of `nothing` nobody can know. */
export type Source =
  | 'nothing'
  | 'files'
  | 'folders'
  | 'commands'
  | 'keys'
  | 'key ids'
  | 'plugins'
  | 'installed plugins'
  | 'plugin options'
  | 'stores'
  | 'typed stores'
  | 'certificates'
  | 'blob statements'
  | 'registries'
  | 'repositories'
  | 'references';

/** By the option's name, which means the same in every command. */
const ofOptions: Readonly<Record<string, Source>> = {
  expiry: 'nothing',
  'from-file': 'files',
  id: 'key ids',
  key: 'keys',
  'media-type': 'nothing',
  name: 'nothing',
  out: 'files',
  output: 'files',
  password: 'nothing',
  plugin: 'plugins',
  'plugin-config': 'plugin options',
  'plugin-timeout': 'nothing',
  'policy-name': 'blob statements',
  'registry-scope': 'repositories',
  scope: 'repositories',
  sha256sum: 'nothing',
  signature: 'files',
  'signature-directory': 'folders',
  store: 'stores',
  subject: 'nothing',
  'timestamp-root-cert': 'files',
  'timestamp-url': 'nothing',
  'trust-store': 'typed stores',
  'trusted-identity': 'nothing',
  'user-metadata': 'nothing',
  username: 'nothing',
};

/** By the command and the argument's name. */
const ofArguments: Readonly<Record<string, Source>> = {
  'blob inspect signature': 'files',
  'blob policy import file': 'files',
  'blob sign blob': 'files',
  'blob verify blob': 'files',
  'certificate add path': 'files',
  'certificate chain check file': 'files',
  'certificate cleanup-test name': 'keys',
  'certificate delete file': 'certificates',
  'certificate generate-test name': 'nothing',
  'certificate show file': 'certificates',
  'doctor reference': 'references',
  'help command': 'commands',
  'inspect references': 'references',
  'key add name': 'nothing',
  'key delete name': 'keys',
  'key generate-test name': 'nothing',
  'key set-default name': 'keys',
  'key update name': 'keys',
  'list references': 'references',
  'login server': 'registries',
  'logout server': 'registries',
  'plugin install source': 'files',
  'plugin uninstall name': 'installed plugins',
  'policy explain reference': 'references',
  'policy import file': 'files',
  'report subject': 'references',
  'sign references': 'references',
  'verify references': 'references',
};

/** Where an option's values come from; undefined where nobody has said. */
export function sourceOfOption(name: string): Source | undefined {
  return ofOptions[name];
}

/** Where an argument's values come from; undefined where nobody has said. */
export function sourceOfArgument(path: readonly string[], name: string): Source | undefined {
  return ofArguments[[...path, name].join(' ')];
}
