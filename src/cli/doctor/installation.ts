// This program, its copy in notation's plugin folder, notation itself, and notation's own files.
import { join } from 'node:path';
import { gt, lt, valid } from 'semver';
import { NotationError, toNotationError } from '../../core/error.ts';
import { doubtful, type Finding, found } from '../../core/finding.ts';
import { askMetadata } from '../../host/metadata.ts';
import type { PluginMetadata } from '../../protocol/hosted/metadata.ts';
import { entryAt } from '../../store/entry.ts';
import { refuseWritableByAll } from '../../store/permission.ts';
import { checkPluginFolder, pluginNames, pluginPlace } from '../../store/plugins.ts';
import { findProgram, runProgram } from '../../store/programs.ts';
import type { Section } from './check.ts';
import type { Patient } from './patient.ts';
import { isExecutable } from './permission.ts';

const putRight = 'notation-ts-kms install puts a good copy there';

export const installationSection: Section = {
  title: 'Installation',
  checks: [
    { id: 'installation.program', title: 'program', run: async ({ context }) => describeProgram(context) },
    { id: 'installation.notation', title: 'notation', run: lookAtNotation },
    { id: 'installation.plugin', title: 'plugin', hint: putRight, run: lookAtPlugin },
    { id: 'installation.others', title: 'other plugins', run: lookAtOthers },
  ],
};

function describeProgram({ metadata, build, runtime, platform }: Patient['context']): Finding {
  const { version } = metadata;
  return found(`notation-ts-kms ${version} (${build.form}, ${runtime}, ${platform})`, { version, form: build.form, runtime, platform });
}

const programMs = 10_000;

/** The versions whose behaviour this program follows. */
const supported = /^v?(?:1\.|2\.0\.0-alpha)/;

async function lookAtNotation({ context, directories }: Patient): Promise<Finding> {
  const path = await findProgram('notation', context);
  const isWanted = entryAt(pluginPlace(directories, context.metadata.name, context.platform).executable) !== undefined;
  if (path === undefined && isWanted)
    return doubtful('not in PATH, though this plugin is installed for it', 'install notation, or correct PATH');
  if (path === undefined) return found('not in PATH: this program works by itself');
  const { output } = await runProgram(path, ['version'], '', context.environment, programMs);
  const version = /^Version:\s*(\S{1,100})$/m.exec(output)?.[1];
  const facts = { path, version: version ?? 'unknown' };
  if (version === undefined)
    return doubtful(`${path} does not say its version`, 'see whether it is the notation of notaryproject.dev', facts);
  if (supported.test(version)) return found(`${version} (${path})`, facts);
  return doubtful(`${version} (${path}): expected 1.x or 2.0.0-alpha`, 'update notation, or this program', facts);
}

async function lookAtPlugin(patient: Patient): Promise<Finding> {
  const { context, directories, files } = patient;
  const { name, version } = context.metadata;
  const { folder, executable } = pluginPlace(directories, name, context.platform);
  await checkPluginFolder(folder);
  if (entryAt(executable) === undefined) return notInstalled(executable, patient);
  checkExecutable(executable, context.platform);
  await refuseWritableByAll([join(directories.libexec, 'plugins'), folder, executable], files);
  const said = await askPlugin(name, patient).catch((cause: unknown) => {
    const { code, message } = toNotationError(cause);
    throw new NotationError(code, message, { cause, hint: putRight });
  });
  const facts = { path: executable, version: said.version };
  return judgeVersion(said.version, version, facts);
}

/** What an installed plugin says of itself. @throws NotationError when it is not there, or says nothing sensible in time */
export async function askPlugin(name: string, { context, directories, log }: Patient): Promise<PluginMetadata> {
  const { executable } = pluginPlace(directories, name, context.platform);
  return askMetadata({ name, executable }, new Map(), { environment: context.environment, timeoutMs: programMs, log });
}

async function notInstalled(executable: string, { context }: Patient): Promise<Finding> {
  const needed = (await findProgram('notation', context)) !== undefined;
  if (!needed) return found('not installed, and there is no notation that would want it');
  return doubtful(`not installed: ${executable} does not exist`, 'notation-ts-kms install, if notation is to sign with it');
}

function checkExecutable(path: string, platform: string): void {
  if (entryAt(path)?.isFile() !== true) {
    throw new NotationError('FILE', `${path}: expected a regular file, found a link or another kind of file`, {
      hint: 'notation-ts-kms install puts a copy there: notation runs no plugin behind a link',
    });
  }
  if (platform !== 'win32' && !isExecutable(path))
    throw new NotationError('FILE', `${path}: expected an executable, found a file that may not be run`, { hint: `chmod 755 ${path}` });
}

function judgeVersion(installed: string, own: string, facts: Finding['facts'] & object): Finding {
  if (installed === own) return found(`${installed} (${facts['path']})`, facts);
  const other = `version ${installed} is installed, and this is ${own}`;
  if (valid(installed) !== null && lt(installed, own)) return doubtful(other, 'notation-ts-kms install updates it', facts);
  const hint =
    valid(installed) !== null && gt(installed, own)
      ? 'use the newer program here too'
      : 'notation-ts-kms install --force puts this one there';
  return doubtful(other, hint, facts);
}

/** Only by their files: what others do when they are run is not for this to try. */
async function lookAtOthers({ context, directories }: Patient): Promise<readonly Finding[]> {
  const names = pluginNames(directories).filter((name) => name !== context.metadata.name);
  const broken = names.flatMap((name) => {
    const { folder, executable } = pluginPlace(directories, name, context.platform);
    const isGood = entryAt(executable)?.isFile() === true && isExecutable(executable);
    return isGood ? [] : [doubtful(`${name}: ${executable} is no executable file`, `remove ${folder}, or install that plugin anew`)];
  });
  if (broken.length > 0) return broken;
  return names.length === 0 ? [] : [found(names.join(', '), { count: names.length })];
}
