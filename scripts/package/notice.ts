// The text of NOTICE: whose work a form of the program contains, and under which terms.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bunLicences } from './bun.ts';
import type { Component, Licence, Runtime, ShippedPackage } from './component.ts';
import { identifiersIn, licenceText } from './licence.ts';
import { nodeLicences } from './node.ts';

interface Program {
  /** Root of the repository, with what npm installed. */
  readonly root: string;
  readonly version: string;
  readonly packages: readonly ShippedPackage[];
}

/** NOTICE of the modules alone: what npm carries, with no runtime. */
export function noticeOfModules(program: Program): string {
  return joined([titleOf(program.version), ...textsOf(program.packages), ...packageNotices(program)]);
}

/** NOTICE of an executable with Bun's runtime: Bun's own document, the texts of the licences that are named, and the packages. */
export function noticeOfExecutable(program: Program, bun: Runtime): string {
  const document = `Bun's own document of licences\n\n${bunLicences()}`;
  const texts = textsOf([bun, ...bun.parts, ...program.packages]);
  return joined([titleOf(program.version), relinking(bun), document, ...texts, ...packageNotices(program)]);
}

/** NOTICE of an executable with Node.js's runtime: Node.js's own document, and the packages, pkg's among them. */
export async function noticeOfNodeExecutable(program: Program, node: Runtime): Promise<string> {
  const document = `This executable contains Node.js ${node.version}.\n\n${await nodeLicences(program.root)}`;
  return joined([titleOf(program.version), document, ...textsOf(program.packages), ...packageNotices(program)]);
}

/** The text of each licence that is named, once, by its identifier: what packages say of their terms is sometimes no more than that. */
function textsOf(components: readonly Component[]): readonly string[] {
  return [...new Set(components.flatMap(({ licence }) => identifiersOf(licence)))].sort().map(licenceText);
}

function titleOf(version: string): string {
  return `notation-ts-kms ${version}\nApache License 2.0, see LICENSE.`;
}

/** What the GNU Lesser General Public License, version 2, wants said and given where a library is linked statically (its section 6). */
function relinking({ version, parts }: Runtime): string {
  const commitOf = (name: string) => parts.find((part) => part.name === name)?.version;
  return `This executable contains the runtime of Bun ${version} (MIT License), unchanged. Bun links JavaScriptCore and parts of WebKit
statically, which are under the GNU Library (Lesser) General Public License, version 2, and TinyCC, which is under the
GNU Lesser General Public License, version 2.1. Their texts are below, with Bun's own document of licences.

You may change these libraries and use them in this program. All that it takes is public:
- the sources of Bun ${version}: https://github.com/oven-sh/bun
- the sources of the WebKit that it links: https://github.com/oven-sh/WebKit, commit
  ${commitOf('JavaScriptCore')}
- the sources of TinyCC: commit ${commitOf('tinycc')}
- how Bun is built with a changed WebKit: in Bun's document, below
- the sources of notation-ts-kms, of which this command makes the program anew, with that Bun in it:
    npm ci && npm run build -- --runtime=PATH_OF_THAT_BUN
Nothing here forbids changes for your own use, or reverse engineering to debug them.`;
}

function identifiersOf(licence: Licence): readonly string[] {
  return 'expression' in licence ? identifiersIn(licence.expression) : severalLicences;
}

/** What Bun calls "several licenses": BoringSSL's and libarchive's, whose own files say which part is under which. */
const severalLicences = ['Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'OpenSSL'];

function packageNotices({ root, packages }: Program): readonly string[] {
  return packages.map((shipped) => packageNotice(root, shipped));
}

/** The files in which a package says its terms, whole. */
function packageNotice(root: string, { name, version, folder, licence }: ShippedPackage): string {
  const expression = 'expression' in licence ? licence.expression : licence.name;
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|copying|notice|third.?party)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
  return [`${name} ${version} (${expression})`, ...(texts.length > 0 ? texts : [statedOnly(root, folder)])].join('\n\n');
}

function statedOnly(root: string, folder: string): string {
  const { author } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    readonly author?: string | { readonly name: string };
  };
  const holder = typeof author === 'object' ? author.name : author;
  return `The package carries no licence file; it states this licence, whose text is above.${holder ? `\nCopyright ${holder}` : ''}`;
}

function joined(parts: readonly string[]): string {
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
