// What the Node.js form is made of besides the modules: Node.js with what it contains, and what pkg adds.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Licence, npmPurl, type Runtime, type ShippedPackage, sha512Of } from './component.ts';
import { pinOf } from './lock.ts';
import { unpackedPackage } from './runtime.ts';

/** Parts of Node.js by their names in `process.versions`, with the licences that Node.js's LICENSE has of them. */
const licences: Readonly<Record<string, Licence>> = {
  acorn: { expression: 'MIT' },
  ada: { expression: 'MIT' },
  amaro: { expression: 'MIT' },
  ares: { expression: 'MIT' },
  brotli: { expression: 'MIT' },
  cldr: { expression: 'Unicode-3.0' },
  icu: { expression: 'Unicode-3.0' },
  llhttp: { expression: 'MIT' },
  merve: { expression: 'MIT' },
  nbytes: { expression: 'MIT' },
  ncrypto: { expression: 'MIT' },
  nghttp2: { expression: 'MIT' },
  nghttp3: { expression: 'MIT' },
  ngtcp2: { expression: 'MIT' },
  openssl: { expression: 'Apache-2.0' },
  simdjson: { expression: 'Apache-2.0' },
  simdutf: { expression: 'MIT' },
  sqlite: { expression: 'blessing' },
  tz: { name: 'public domain', url: 'https://www.iana.org/time-zones' },
  undici: { expression: 'MIT' },
  uv: { expression: 'MIT' },
  uvwasi: { expression: 'MIT' },
  v8: { expression: 'BSD-3-Clause' },
  zlib: { expression: 'Zlib' },
  zstd: { expression: 'BSD-3-Clause OR GPL-2.0-only' },
};

/** Numbers of interfaces, not of code. */
const interfaces = ['node', 'modules', 'napi', 'unicode'];

/** The Node.js that runs this script: pkg makes the executable of it. @throws Error where it contains what is not known here */
export function nodeRuntime(root: string): Runtime {
  const { version } = pinOf(root, 'node_modules/node');
  if (version !== process.versions.node) throw new Error(`expected Node.js ${version}, found ${process.versions.node}`);
  const linked = Object.entries(process.versions).filter(([name, release]) => release && !interfaces.includes(name));
  const parts = linked.map(([name, release = '']) => ({ name, version: release, licence: licenceOf(name) }));
  return { name: 'node', version, purl: `pkg:generic/node@${version}`, licence: { expression: 'MIT' }, parts };
}

function licenceOf(part: string): Licence {
  const licence = licences[part];
  if (licence === undefined) throw new Error(`Node.js contains ${part}, of which scripts/package/node.ts knows nothing`);
  return licence;
}

/** What pkg puts beside the modules: its start and its virtual file system. */
export function pkgParts(root: string): readonly ShippedPackage[] {
  return ['@yao-pkg/pkg', '@roberts_lando/vfs'].map((name) => {
    const folder = `node_modules/${name}`;
    const { version, integrity, license = '' } = pinOf(root, folder);
    return { name, version, folder, purl: npmPurl(name, version), licence: { expression: license }, sha512: sha512Of(integrity) };
  });
}

/** Node.js's own document of licences, whole. npm install takes it out of node_modules, npm ci brings it back: where it is gone, it is fetched. */
export async function nodeLicences(root: string): Promise<string> {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const carrier = `${system === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${system}-${process.arch}`;
  const folders = [join(root, 'node_modules/node/node_modules'), join(root, 'node_modules')];
  const installed = folders.map((folder) => join(folder, carrier)).find((folder) => existsSync(join(folder, 'LICENSE')));
  const folder = installed ?? (await unpackedPackage(carrier, process.versions.node));
  return readFileSync(join(folder, 'LICENSE'), 'utf8').trim();
}
