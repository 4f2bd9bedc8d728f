// A stand-in for docker's credential helpers: a program that keeps what it is given in a file beside it.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const program = `#!${process.execPath}
const { existsSync, readFileSync, writeFileSync, appendFileSync } = require('node:fs');
const kept = __filename + '.json';
const all = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
const input = readFileSync(0, 'utf8');
const action = process.argv[2];
const leaked = Object.keys(process.env).filter((name) => /^NOTATION_(USERNAME|PASSWORD)$/.test(name));
appendFileSync(__filename + '.log', action + ' ' + (action === 'store' ? JSON.parse(input).ServerURL : input) + ' ' + leaked.join(',') + '\\n');
const fail = (text) => { process.stdout.write(text); process.exit(1); };
if (action === 'get') {
  const found = all[input];
  if (found === undefined) fail('credentials not found in native keychain\\n');
  process.stdout.write(JSON.stringify({ ServerURL: input, ...found }));
} else if (action === 'store') {
  const { ServerURL, Username, Secret } = JSON.parse(input);
  writeFileSync(kept, JSON.stringify({ ...all, [ServerURL]: { Username, Secret } }));
} else if (action === 'erase') {
  if (all[input] === undefined) fail('credentials not found in native keychain\\n');
  delete all[input];
  writeFileSync(kept, JSON.stringify(all));
} else fail('unknown action');
`;

/** Installs `docker-credential-<suffix>` in a folder, by default one that keeps what it is given. Answers the program's path: `.json` and `.log` beside it tell. */
export function installHelper(folder: string, suffix: string, script: string = program): string {
  const path = join(folder, `docker-credential-${suffix}`);
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}
