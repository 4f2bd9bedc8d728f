import { NotationError } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';
import { type LogLevel, logLevels } from '../core/ports.ts';
import { isSemanticVersion } from '../core/semantic-version.ts';

/**
 * Every plugin-config option, once. plugin-spec/README.md documents the same rows, and a check holds the two together.
 * An option of one backend is refused with a key of another: it would silently do nothing.
 */
export const options = [
  { name: 'cert_chain', of: 'any', summary: 'file with the whole certificate chain: PEM, DER or PKCS#7, in any order' },
  {
    name: 'ca_certs',
    of: 'any',
    summary: "file with the intermediate and root certificates, where the leaf comes from the key's own place",
  },
  { name: 'self_signed', of: 'azure', summary: "true: the leaf in the key's own place is the whole chain" },
  { name: 'cert_source', of: 'azure', summary: 'certificate, or secret: where in Key Vault the chain is; both are tried when absent' },
  { name: 'passphrase_env', of: 'file', summary: "name of the environment variable that holds the key file's passphrase" },
  { name: 'passphrase_file', of: 'file', summary: "file whose first line is the key file's passphrase" },
  { name: 'aws_region', of: 'aws', summary: 'region, where the key id does not name it' },
  { name: 'aws_profile', of: 'aws', summary: 'profile of the shared AWS configuration files' },
  { name: 'aws_role_arn', of: 'aws', summary: 'role to assume before signing' },
  { name: 'aws_external_id', of: 'aws', summary: 'external id that the trust policy of aws_role_arn asks for' },
  { name: 'aws_role_session_name', of: 'aws', summary: 'name of the session of aws_role_arn' },
  { name: 'credential_type', of: 'azure', summary: 'where the Azure credential comes from' },
  { name: 'client_id', of: 'azure', summary: 'client id of the application or of the user-assigned managed identity' },
  { name: 'tenant_id', of: 'azure', summary: 'Microsoft Entra tenant' },
  { name: 'authority_host', of: 'azure', summary: 'address of the Microsoft Entra authority, for other clouds' },
  {
    name: 'gcp_credentials_file',
    of: 'gcp',
    summary: 'file of Google credentials; else GOOGLE_APPLICATION_CREDENTIALS, then the application default credentials',
  },
  { name: 'gcp_impersonate', of: 'gcp', summary: 'address of the service account to act as; its delegates before it, with commas' },
  {
    name: 'gcp_endpoint',
    of: 'gcp',
    summary: 'address of Cloud KMS, for private endpoints; else CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS',
  },
  { name: 'vault_addr', of: 'vault', summary: 'address of the server; else VAULT_ADDR, for openbao: BAO_ADDR' },
  { name: 'vault_namespace', of: 'vault', summary: 'namespace; else VAULT_NAMESPACE, for openbao: BAO_NAMESPACE' },
  { name: 'vault_auth', of: 'vault', summary: 'token (default), approle, kubernetes or jwt: how a token is had' },
  { name: 'vault_auth_mount', of: 'vault', summary: 'where that method is mounted; its own name when absent' },
  { name: 'vault_role', of: 'vault', summary: 'role to log in to (kubernetes, jwt)' },
  { name: 'vault_role_id', of: 'vault', summary: 'role id to log in with (approle); else VAULT_ROLE_ID' },
  {
    name: 'vault_secret_id_env',
    of: 'vault',
    summary: 'name of the environment variable that holds the secret id (approle); else VAULT_SECRET_ID',
  },
  { name: 'vault_secret_id_file', of: 'vault', summary: 'file that holds the secret id (approle)' },
  { name: 'vault_jwt_env', of: 'vault', summary: 'name of the environment variable that holds the token to log in with (jwt)' },
  { name: 'vault_jwt_file', of: 'vault', summary: "file that holds the token to log in with (jwt, kubernetes: else the pod's own)" },
  { name: 'vault_token_file', of: 'vault', summary: 'file that holds the token; else VAULT_TOKEN, then ~/.vault-token' },
  { name: 'transit_mount', of: 'vault', summary: 'where the Transit engine is mounted; transit when absent' },
  { name: 'transit_key', of: 'vault', summary: "name of the Transit key, where it is not the key id's" },
  { name: 'transit_key_version', of: 'vault', summary: 'version that signs; the one whose public key the leaf has when absent' },
  { name: 'kv_mount', of: 'vault', summary: 'where the KV engine (version 2) with the chain is mounted; secret when absent' },
  { name: 'kv_path', of: 'vault', summary: "secret whose field certificate holds the chain; the key id's name when absent" },
  { name: 'pkcs11_module', of: 'pkcs11', summary: 'path of the PKCS#11 module; else module-path in the key id, PKCS11_MODULE_PATH' },
  {
    name: 'pkcs11_addon',
    of: 'pkcs11',
    summary: 'path of pkcs11.node, from the npm package pkcs11js; else NOTATION_TS_KMS_PKCS11_ADDON',
  },
  { name: 'pin_env', of: 'pkcs11', summary: "name of the environment variable that holds the token's PIN" },
  { name: 'pin_file', of: 'pkcs11', summary: "file whose first line is the token's PIN; else pin-source in the key id" },
  {
    name: 'mode',
    of: 'any',
    summary: 'signature (default): notation makes the envelopes; envelope: this plugin does, in one process less',
  },
  { name: 'tsa_url', of: 'any', summary: 'mode=envelope: timestamp authority that witnesses the signature; not without tsa_root_cert' },
  { name: 'tsa_root_cert', of: 'any', summary: 'mode=envelope: file with the root certificate of that authority' },
  { name: 'verification_plugin', of: 'any', summary: 'mode=envelope: verification plugin that the signature demands of its verifiers' },
  {
    name: 'verification_plugin_min_version',
    of: 'any',
    summary: 'mode=envelope: semantic version that the plugin must have at least; not without verification_plugin',
  },
  { name: 'ca_bundle', of: 'any', summary: "PEM file of certificate authorities to trust for TLS, besides the system's" },
  { name: 'timeout', of: 'any', summary: 'deadline of the whole command: 30s (default), 500ms, 2m, or plain seconds' },
  { name: 'log_file', of: 'any', summary: 'file that the log is appended to (also: environment variable NOTATION_TS_KMS_LOG)' },
  { name: 'log_level', of: 'any', summary: 'error, warn, info (default) or debug' },
] as const;

/** The backends that have options of their own. */
export type BackendName = Exclude<(typeof options)[number]['of'], 'any'>;

/** Spellings of other plugins that are understood too. */
const aliases: ReadonlyMap<string, OptionName> = new Map([
  ['aws-region', 'aws_region'],
  ['aws-profile', 'aws_profile'],
  ['transitName', 'transit_mount'],
  ['transitKeyName', 'transit_key'],
  ['kvName', 'kv_mount'],
]);

/** One of these options. */
export type OptionName = (typeof options)[number]['name'];

/** The options of one invocation, checked. Absent options are absent. */
export interface Settings {
  readonly text: Readonly<Partial<Record<OptionName, string>>>;
  readonly deadlineMs: number;
  readonly logLevel: LogLevel;
  readonly mode: Mode;
  readonly verificationPlugin?: WantedPlugin;
}

/** The verification plugin that signatures are to demand. */
export interface WantedPlugin {
  readonly name: string;
  readonly minVersion?: string;
}

const modes = ['signature', 'envelope'] as const;
/** What the plugin makes: signatures, or whole envelopes. */
export type Mode = (typeof modes)[number];

const defaultDeadlineMs = 30_000;
const longestDeadlineMs = 3_600_000;
const exclusive: readonly (readonly [OptionName, OptionName])[] = [
  ['cert_chain', 'ca_certs'],
  ['cert_chain', 'self_signed'],
  ['cert_chain', 'cert_source'],
  ['ca_certs', 'self_signed'],
  ['passphrase_env', 'passphrase_file'],
  ['pin_env', 'pin_file'],
  ['vault_secret_id_env', 'vault_secret_id_file'],
  ['vault_jwt_env', 'vault_jwt_file'],
  ['cert_chain', 'kv_path'],
  ['cert_chain', 'kv_mount'],
];

/** Checks plugin-config options. @throws NotationError `CONFIG` for an unknown, empty, malformed or contradicting option. */
export function parseSettings(config: ReadonlyMap<string, string>): Settings {
  const text = Object.fromEntries([...config].map(([name, value]) => [knownOption(name), nonEmpty(name, value)]));
  if (Object.keys(text).length < config.size)
    throw new NotationError('CONFIG', 'plugin config: an option is given under two spellings', { hint: 'remove one of them' });
  for (const [one, other] of exclusive) refuseBoth(text, one, other);
  refuseHalf(text, 'tsa_url', 'tsa_root_cert');
  const mode = modeOf(text['mode']);
  if (mode === 'signature') for (const [name, hint] of envelopeOptions) refuseWithout(text, name, hint);
  return {
    text,
    deadlineMs: deadline(text['timeout']),
    logLevel: logLevel(text['log_level']),
    mode,
    ...verificationPluginOf(text),
  };
}

/** notation stamps signatures by itself, and states no attributes of a plugin: these options would silently do nothing. */
const envelopeOptions: readonly (readonly [OptionName, hint: string])[] = [
  ['tsa_url', 'add mode=envelope, or give notation --timestamp-url and --timestamp-root-cert'],
  ['verification_plugin', 'add mode=envelope: notation names no verification plugin in the envelopes that it makes'],
  ['verification_plugin_min_version', 'add mode=envelope and verification_plugin'],
];

/** Checks that every option says something to who only verifies. @throws NotationError `CONFIG` for one of keys or of making signatures */
export function checkOptionsOfVerification({ text }: Settings): void {
  const stray = options.find(({ name }) => text[name] !== undefined && !verifierOptions.has(name));
  if (stray === undefined) return;
  throw new NotationError('CONFIG', `plugin config ${stray.name}: it is for signing, and nothing is signed by verify-signature`, {
    hint: `remove it; the options of verification are ${[...verifierOptions].join(', ')}`,
  });
}

const verifierOptions: ReadonlySet<OptionName> = new Set(['mode', 'ca_bundle', 'timeout', 'log_file', 'log_level']);

/** Checks that every option is for keys of this backend. @throws NotationError `CONFIG` for one of another's. */
export function checkOptionsOf(backend: BackendName, settings: Settings): void {
  const stray = options.find(({ name, of }) => settings.text[name] !== undefined && of !== 'any' && of !== backend);
  if (stray === undefined || stray.of === 'any') return;
  throw new NotationError(
    'CONFIG',
    `plugin config ${stray.name}: it is for ${titles[stray.of]}, and the key id names one of ${titles[backend]}`,
    {
      hint: 'remove it, or correct the key id',
    },
  );
}

const titles: Readonly<Record<BackendName, string>> = {
  file: 'keys in local files',
  aws: 'AWS KMS',
  azure: 'Azure Key Vault',
  gcp: 'Google Cloud KMS',
  vault: 'Vault Transit',
  pkcs11: 'PKCS#11 tokens',
};

function knownOption(name: string): OptionName {
  const known = aliases.get(name) ?? options.find((option) => option.name === name)?.name;
  if (known !== undefined) return known;
  const names = options.map((option) => option.name);
  const meant = nearest(name, names);
  throw new NotationError('CONFIG', `plugin config: unknown option ${JSON.stringify(name)}`, {
    hint: meant === undefined ? `the options are ${names.join(', ')}` : `did you mean ${meant}?`,
  });
}

function nonEmpty(name: string, value: string): string {
  if (value !== '') return value;
  throw new NotationError('CONFIG', `plugin config ${name}: expected a value, found an empty string`);
}

function refuseBoth(text: Readonly<Record<string, string>>, one: OptionName, other: OptionName): void {
  if (text[one] === undefined || text[other] === undefined) return;
  throw new NotationError('CONFIG', `plugin config: expected ${one} or ${other}, found both`, { hint: 'remove one of them' });
}

function refuseHalf(text: Readonly<Record<string, string>>, one: OptionName, other: OptionName): void {
  if ((text[one] === undefined) === (text[other] === undefined)) return;
  const [found, missing] = text[one] === undefined ? [other, one] : [one, other];
  throw new NotationError('CONFIG', `plugin config: expected ${one} and ${other} together, found ${found} alone`, {
    hint: `add ${missing}`,
  });
}

function refuseWithout(text: Readonly<Record<string, string>>, name: OptionName, hint: string): void {
  if (text[name] === undefined) return;
  throw new NotationError('CONFIG', `plugin config ${name}: expected mode=envelope with it, found none`, { hint });
}

function verificationPluginOf(text: Readonly<Record<string, string>>): Pick<Settings, 'verificationPlugin'> {
  const { verification_plugin: name, verification_plugin_min_version: minVersion } = text;
  if (name === undefined) {
    if (minVersion === undefined) return {};
    throw new NotationError('CONFIG', 'plugin config verification_plugin_min_version: expected verification_plugin with it, found none');
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name))
    throw badPlugin('verification_plugin', 'the name of a plugin', 'com.example.plugin');
  if (minVersion === undefined) return { verificationPlugin: { name } };
  if (!isSemanticVersion(minVersion)) throw badPlugin('verification_plugin_min_version', 'a semantic version', '1.0.0');
  return { verificationPlugin: { name, minVersion } };
}

function badPlugin(option: OptionName, expected: string, example: string): NotationError {
  return new NotationError('CONFIG', `plugin config ${option}: expected ${expected}, as in ${example}, found something else`);
}

function modeOf(value: string | undefined): Mode {
  const found = value === undefined ? 'signature' : modes.find((mode) => mode === value);
  if (found !== undefined) return found;
  throw new NotationError('CONFIG', `plugin config mode: expected ${modes.join(' or ')}, found another`);
}

function deadline(value: string | undefined): number {
  if (value === undefined) return defaultDeadlineMs;
  const [, amount = '', unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(value) ?? [];
  const milliseconds = Number.parseFloat(amount) * ({ ms: 1, s: 1000, m: 60_000 }[unit] ?? Number.NaN);
  if (milliseconds >= 1 && milliseconds <= longestDeadlineMs) return milliseconds;
  throw new NotationError('CONFIG', 'plugin config timeout: expected a duration from 1ms to 60m, found something else', {
    hint: 'write 30s, 500ms, 2m, or plain seconds',
  });
}

function logLevel(value: string | undefined): LogLevel {
  const found = value === undefined ? 'info' : logLevels.find((level) => level === value);
  if (found !== undefined) return found;
  throw new NotationError('CONFIG', `plugin config log_level: expected one of ${logLevels.join(', ')}, found another`);
}
