// notation's own files: whether they can be read, say what they may, and are nobody else's to change.

import { dirname, join } from 'node:path';
import { NotationError } from '../../core/error.ts';
import { doubtful, type Finding, found, wrong } from '../../core/finding.ts';
import { parseSettings } from '../../kms/config.ts';
import { readConfig } from '../../store/config.ts';
import { entryAt } from '../../store/entry.ts';
import { refuseWritableByAll } from '../../store/permission.ts';
import { readSigningKeys, type SigningKey, signingKeysPath } from '../../store/signing-keys.ts';
import { failed, type Section } from './check.ts';
import type { Patient } from './patient.ts';
import { isWritable } from './permission.ts';
import { lookAtCache } from './revocation.ts';

export const configurationSection: Section = {
  title: 'Configuration',
  checks: [
    { id: 'configuration.folder', title: 'folder', run: lookAtFolder },
    { id: 'configuration.file', title: 'config.json', run: lookAtConfig },
    { id: 'configuration.keys', title: 'key list', run: lookAtKeys },
    { id: 'configuration.cache', title: 'CRL cache', run: lookAtCache },
    { id: 'configuration.log', title: 'log', run: lookAtLog },
  ],
};

async function lookAtFolder({ directories, files }: Patient): Promise<Finding> {
  const { config, libexec } = directories;
  const facts = { config, libexec };
  if (entryAt(config) === undefined) return found(`${config} does not exist yet`, facts);
  await refuseWritableByAll([config], files);
  return found(config, facts);
}

async function lookAtConfig({ directories, files }: Patient): Promise<Finding | undefined> {
  const path = join(directories.config, 'config.json');
  if (entryAt(path) === undefined) return undefined;
  await refuseWritableByAll([path], files);
  const { insecureRegistries, signatureFormat } = await readConfig(directories, files);
  const facts = { path, insecureRegistries: insecureRegistries.join(' '), ...(signatureFormat !== undefined && { signatureFormat }) };
  if (insecureRegistries.length === 0) return found(path, facts);
  return found(`${path}; plain HTTP is spoken to ${insecureRegistries.join(', ')}`, facts);
}

/** Every key of this plugin in the list is one that somebody will sign with. */
async function lookAtKeys({ directories, files, context }: Patient): Promise<readonly Finding[]> {
  const path = signingKeysPath(directories);
  if (entryAt(path) === undefined) return [];
  await refuseWritableByAll([path], files);
  const { keys, default: chosen } = await readSigningKeys(path, files);
  const faults = keys.flatMap((key) => faultsOf(key, context.metadata.name));
  if (faults.length > 0) return faults;
  const facts = { path, keys: keys.length, ...(chosen !== undefined && { default: chosen }) };
  return [found(`${keys.length} in ${path}${chosen === undefined ? '' : `, the default is ${chosen}`}`, facts)];
}

function faultsOf({ name, pluginName, pluginConfig, keyPath, certPath }: SigningKey, own: string): readonly Finding[] {
  const missing = [keyPath, certPath].filter(
    (path): path is string => typeof path === 'string' && path !== '' && entryAt(path) === undefined,
  );
  const lost = missing.map((path) =>
    doubtful(`key ${JSON.stringify(name)}: ${path} does not exist`, `notation-ts-kms key delete ${name}, or put it back`),
  );
  if (pluginName !== own) return lost;
  try {
    parseSettings(new Map(Object.entries((pluginConfig ?? {}) as Readonly<Record<string, string>>)));
    return lost;
  } catch (error) {
    if (!(error instanceof NotationError)) throw error;
    return [...lost, { ...failed(error), message: `key ${JSON.stringify(name)}: ${error.message}` }];
  }
}

/** A log that cannot be written is an error before anything is signed. It is only looked at here, and not begun. */
async function lookAtLog(patient: Patient): Promise<Finding | undefined> {
  const key = await patient.key().catch(() => undefined);
  const path = key?.settings.text.log_file ?? patient.context.environment['NOTATION_TS_KMS_LOG'];
  if (!path) return undefined;
  const facts = await patient.files.look(path);
  if (facts !== undefined && facts.kind !== 'file')
    return wrong(`${path}: expected a regular file to log to, found another kind`, hint, { path });
  const writable = isWritable(facts === undefined ? dirname(path) : path);
  return writable ? found(path, { path }) : wrong(`${path} cannot be written`, hint, { path });
}

const hint = 'correct log_file or NOTATION_TS_KMS_LOG: nothing is signed as long as the log cannot be written';
