import { NotationError } from '../core/error.ts';
import { nearest } from '../core/nearest.ts';
import { type LogLevel, logLevels } from '../core/ports.ts';

/** Every plugin-config option, once. plugin-spec/README.md documents the same rows, and a check holds the two together. */
export const options = [
  { name: 'cert_chain', summary: 'file with the whole certificate chain: PEM, DER or PKCS#7, in any order' },
  { name: 'ca_certs', summary: "file with the intermediate and root certificates, where the leaf comes from the key's own place" },
  { name: 'passphrase_env', summary: "name of the environment variable that holds the key file's passphrase" },
  { name: 'passphrase_file', summary: "file whose first line is the key file's passphrase" },
  { name: 'timeout', summary: 'deadline of the whole command: 30s (default), 500ms, 2m, or plain seconds' },
  { name: 'log_file', summary: 'file that the log is appended to (also: environment variable NOTATION_TS_KMS_LOG)' },
  { name: 'log_level', summary: 'error, warn, info (default) or debug' },
] as const;

export type OptionName = (typeof options)[number]['name'];

/** The options of one invocation, checked. Absent options are absent. */
export interface Settings {
  readonly text: Readonly<Partial<Record<OptionName, string>>>;
  readonly deadlineMs: number;
  readonly logLevel: LogLevel;
}

const defaultDeadlineMs = 30_000;
const longestDeadlineMs = 3_600_000;
const exclusive: readonly (readonly [OptionName, OptionName])[] = [
  ['cert_chain', 'ca_certs'],
  ['passphrase_env', 'passphrase_file'],
];

/** Checks plugin-config options. @throws NotationError `CONFIG` for an unknown, empty, malformed or contradicting option. */
export function parseSettings(config: ReadonlyMap<string, string>): Settings {
  const text = Object.fromEntries([...config].map(([name, value]) => [knownOption(name), nonEmpty(name, value)]));
  for (const [one, other] of exclusive) refuseBoth(text, one, other);
  return { text, deadlineMs: deadline(text['timeout']), logLevel: logLevel(text['log_level']) };
}

function knownOption(name: string): OptionName {
  const known = options.find((option) => option.name === name);
  if (known !== undefined) return known.name;
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
