// What Bun's runtime is made of: the libraries that Bun's own document of licences names, in the versions that Bun itself tells.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Component, type Licence, npmPurl, type Runtime, sha512Of } from './component.ts';
import { pinOf } from './lock.ts';
import type { Target } from './target.ts';

const require = createRequire(import.meta.url);

/** Names in Bun's document, and what Bun calls the same in `process.versions`. */
const versionNames: Readonly<Record<string, string>> = {
  boringssl: 'boringssl',
  'c-ares': 'ares',
  libarchive: 'libarchive',
  libdeflate: 'libdeflate',
  libicu: 'icu',
  'lol-html': 'lolhtml',
  'ls-hpack': 'lshpack',
  mimalloc: 'mimalloc',
  picohttp: 'picohttpparser',
  sqlite: 'sqlite',
  tinycc: 'tinycc',
  uSockets: 'usockets',
  uWebsockets: 'uwebsockets',
  'zlib-ng': 'zlib',
  zstd: 'zstd',
};

/** What Bun tells the version of and its document does not name. */
const undocumented = [
  { name: 'JavaScriptCore', key: 'webkit', repository: 'oven-sh/WebKit', expression: 'LGPL-2.0-only' },
  { name: 'llhttp', key: 'llhttp', repository: 'nodejs/llhttp', expression: 'MIT' },
  { name: 'TypeScript', key: 'typescript', repository: 'microsoft/TypeScript', expression: 'Apache-2.0' },
] as const;

/** Bun itself, the interfaces that it is compatible with, and the Zig that it was once written in: numbers of no other code that is in it. */
const own = ['node', 'bun', 'revision', 'openssl', 'v8', 'uv', 'napi', 'unicode', 'modules', 'zig'];

/** Bun's words for licences. */
const expressions: Readonly<Record<string, string>> = {
  MIT: 'MIT',
  'MIT licensed': 'MIT',
  'MIT (bundled xxhash is BSD 2-Clause)': 'MIT AND BSD-2-Clause',
  'MIT (portions derived from Chromium proto-quic, BSD 3-Clause)': 'MIT AND BSD-3-Clause',
  'BSD 2-Clause': 'BSD-2-Clause',
  'BSD 2-Clause (portions derived from libpng, PNG Reference Library License v2)': 'BSD-2-Clause AND libpng-2.0',
  'BSD 3-Clause': 'BSD-3-Clause',
  'BSD 3-Clause / IJG / zlib': 'BSD-3-Clause AND IJG AND Zlib',
  'Apache 2.0': 'Apache-2.0',
  'Apache 2.0 licensed': 'Apache-2.0',
  'LGPL v2.1': 'LGPL-2.1-only',
  zlib: 'Zlib',
  'ICU license': 'Unicode-3.0',
  'public domain': 'blessing',
  'dual-licensed under the Perl License or the MIT License': '(Artistic-1.0-Perl OR GPL-1.0-or-later) OR MIT',
  'dual-licensed under the BSD License or GPLv2 license': 'BSD-3-Clause OR GPL-2.0-only',
  'dual-licensed under CC0 1.0 or the BSD 2-Clause License': 'CC0-1.0 OR BSD-2-Clause',
};

/** Bun's own document of licences, of the pinned version, without the heading of its web page. */
export function bunLicences(): string {
  const path = join(dirname(require.resolve('bun-types/package.json')), 'docs/project/license.mdx');
  return readFileSync(path, 'utf8')
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .trim();
}

/**
 * Bun's runtime for a target.
 * @param program path of a Bun that runs on this machine, of the same version
 * @throws Error where Bun names what is not known here: then somebody has to look
 */
export function bunRuntime(root: string, { os, runtime }: Target, program: string): Runtime {
  const { version, integrity } = pinOf(root, `node_modules/${runtime}`);
  const versions = versionsOf(program);
  if (versions['bun'] !== version) throw new Error(`${program}: expected Bun ${version}, found ${versions['bun']}`);
  const documented = rowsOf(bunLicences()).filter(({ where }) => isOn(os, where));
  const parts = [...documented.map((row) => documentedPart(row, versions)), ...undocumented.map((row) => undocumentedPart(row, versions))];
  return { name: 'bun', version, purl: npmPurl(runtime, version), licence: { expression: 'MIT' }, sha512: sha512Of(integrity), parts };
}

/** The commits and releases of what is in Bun. */
export function versionsOf(program: string): Readonly<Record<string, string>> {
  const text = execFileSync(program, ['-e', 'console.log(JSON.stringify({ ...process.versions, revision: Bun.revision }))']);
  const versions = JSON.parse(text.toString('utf8')) as Readonly<Record<string, string>>;
  const known = [...Object.values(versionNames), ...undocumented.map(({ key }) => key), ...own];
  const stranger = Object.keys(versions).find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Error(`Bun contains ${stranger}, of which scripts/package/bun.ts knows nothing`);
  return versions;
}

interface Row {
  readonly name: string;
  readonly url: string;
  /** "on Windows", "on Linux and Windows"; empty for all. */
  readonly where: string;
  readonly licence: Licence;
}

/** The rows of the document's two tables. */
function rowsOf(document: string): readonly Row[] {
  const lines = [...document.matchAll(/^\| *(.*?) *\| *(.*?) *\|$/gm)].map(([, library = '', licence = '']) => ({ library, licence }));
  const rows = lines.flatMap(({ library, licence }) => {
    const [, name, url] = /\[`?([^\]`]+)`?\]\(([^)]+)\)/.exec(library) ?? [];
    if (name === undefined || url === undefined) return [];
    return [{ name, url, where: /\((on [^)]*)\)$/.exec(library)?.[1] ?? '', licence: licenceOf(licence) }];
  });
  if (rows.length < 40) throw new Error(`expected the tables of Bun's licences, found ${rows.length} rows`);
  return rows;
}

function licenceOf(words: string): Licence {
  const [, name = words, url] = /^\[(.*)\]\((.*)\)$/.exec(words) ?? [];
  const expression = expressions[name];
  if (expression !== undefined) return { expression };
  if (url === undefined) throw new Error(`Bun's licence "${words}" is not known to scripts/package/bun.ts`);
  return { name, url };
}

function isOn(os: Target['os'], where: string): boolean {
  const name = { linux: 'Linux', 'linux-musl': 'Linux', darwin: 'macOS', windows: 'Windows' }[os];
  return where === '' || where.includes(name);
}

function documentedPart({ name, url, licence }: Row, versions: Readonly<Record<string, string>>): Component {
  const [, commit] = /\/blob\/([0-9a-f]{40})\//.exec(url) ?? [];
  const version = versions[versionNames[name] ?? ''] ?? commit;
  const purl = purlOf(url, version, versions['revision']);
  return { name, licence, ...(version !== undefined && { version }), ...(purl !== undefined && { purl }) };
}

/** Only a commit is a version of a repository; and what is a part of Bun's own repository has none of its own. */
function purlOf(url: string, version: string | undefined, revision: string | undefined): string | undefined {
  const [, owner, repository] = /^https:\/\/github\.com\/([^/]+)\/([^/]+)/.exec(url) ?? [];
  const [, polyfill] = /^https:\/\/npmjs\.com\/package\/(.*)$/.exec(url) ?? [];
  if (polyfill !== undefined) return npmPurl(polyfill);
  if (owner === undefined || repository === undefined || version === revision) return undefined;
  const purl = `pkg:github/${owner.toLowerCase()}/${repository.toLowerCase()}`;
  return /^[0-9a-f]{40}$/.test(version ?? '') ? `${purl}@${version}` : purl;
}

function undocumentedPart(
  { name, key, repository, expression }: (typeof undocumented)[number],
  versions: Readonly<Record<string, string>>,
): Component {
  const version = versions[key];
  const purl = purlOf(`https://github.com/${repository}`, version, undefined);
  if (version === undefined || purl === undefined) throw new Error(`Bun tells no version of ${name}`);
  return { name, version, purl, licence: { expression } };
}
