// The text of NOTICE: whose work a form of the program contains, and under which terms.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bunLicences } from './bun.ts';
import type { Component, Licence, Runtime } from './component.ts';
import type { BundledPackage } from './contents.ts';
import { identifiersIn, licenceText } from './licence.ts';
import { nodeLicences } from './node.ts';

type Shipped = Component & { readonly folder: string };

interface Program {
  /** Root of the repository, with what npm installed. */
  readonly root: string;
  readonly version: string;
  readonly packages: readonly (BundledPackage | Shipped)[];
}

/** NOTICE of the modules alone: what npm carries, with no runtime. */
export function noticeOfModules({ root, version, packages }: Program): string {
  return joined([titleOf(version), ...packages.map((shipped) => packageNotice(root, shipped))]);
}

/** NOTICE of an executable with Bun's runtime: Bun's own document, the texts of the licences in it, and the packages. */
export function noticeOfExecutable({ root, version, packages }: Program, bun: Runtime): string {
  const identifiers = [bun, ...bun.parts].flatMap(({ licence }) => identifiersOf(licence));
  const texts = [...new Set(identifiers)].sort().map(licenceText);
  const modules = packages.map((shipped) => packageNotice(root, shipped));
  return joined([titleOf(version), relinking(bun), `Bun's own document of licences\n\n${bunLicences()}`, ...texts, ...modules]);
}

/** NOTICE of an executable with Node.js's runtime: Node.js's own document, and the packages, pkg's among them. */
export async function noticeOfNodeExecutable({ root, version, packages }: Program, node: Runtime): Promise<string> {
  const document = `This executable contains Node.js ${node.version}.\n\n${await nodeLicences(root)}`;
  return joined([titleOf(version), document, ...packages.map((shipped) => packageNotice(root, shipped))]);
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

/** The files in which a package says its terms; where it has none, the text of the licence that it states. */
function packageNotice(root: string, shipped: Shipped | BundledPackage): string {
  const { name, version, folder, licence } = shipped;
  const expression = 'expression' in licence ? licence.expression : licence.name;
  const title = `${name} ${version} (${expression})`;
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|copying|notice|third.?party)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
  return [title, ...(texts.length > 0 ? texts : identifiersIn(expression).map((identifier) => statedOnly(root, folder, identifier)))].join(
    '\n\n',
  );
}

function statedOnly(root: string, folder: string, identifier: string): string {
  const { author } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    author?: string | { readonly name: string };
  };
  const holder = typeof author === 'object' ? author.name : author;
  const whose = holder ? `\nCopyright ${holder}` : '';
  return `The package carries no licence file; it states this licence.${whose}\n\n${licenceText(identifier)}`;
}

function joined(parts: readonly string[]): string {
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
