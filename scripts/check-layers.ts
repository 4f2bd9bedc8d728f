// Imports point down this list only; folders on one line never import each other (type imports count).
// Besides that: no import cycle, and a backend's SDK only in that backend's files.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const layers = [
  ['main.ts', 'index.ts'],
  ['cli', 'plugin', 'library'],
  ['sign', 'verify', 'kms', 'registry', 'revocation', 'timestamp', 'store', 'host'],
  ['envelope', 'policy', 'protocol', 'http'],
  ['x509'],
  ['core'],
];

/** Packages that only one file, or a backend's file and folder, may import: cloud SDKs and other heavy things, behind lazy imports. */
const owners: ReadonlyMap<RegExp, string> = new Map([
  [/^@aws-sdk\/|^@smithy\//, 'kms/aws'],
  [/^@azure\//, 'kms/azure'],
  [/^google-auth-library/, 'kms/gcp'],
  [/^pkcs11js$/, 'kms/pkcs11.ts'],
  [/^node-forge$/, 'kms/pkcs12.ts'],
]);

const specifier = /(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g;

/** Checks every TypeScript file below `root` and returns one sentence for each broken rule. */
export function checkLayers(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const imports = new Map(files.map((file) => [file, importsOf(root, file)]));
  return [...imports].flatMap(([file, targets]) => targets.flatMap((target) => checkImport(file, target))).concat(findCycles(imports));
}

function importsOf(root: string, file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8').replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, '');
  return [...source.matchAll(specifier)].map(([, target = '']) =>
    target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
  );
}

function checkImport(file: string, target: string): string[] {
  if (!target.endsWith('.ts')) return checkOwner(file, target);
  if (target.startsWith('..')) return [`${file} imports ${target}, outside src`];
  const [from, to] = [file.split('/')[0] ?? file, target.split('/')[0] ?? target];
  if (from === to) return [];
  const [fromRank, toRank] = [rankOf(from), rankOf(to)];
  if (fromRank === -1) return [`${file} is in no layer: add ${from} to scripts/check-layers.ts`];
  if (toRank > fromRank) return [];
  return [`${file} imports ${target}: ${toRank === fromRank ? 'sideways' : 'upwards'}`];
}

function checkOwner(file: string, target: string): string[] {
  const owner = [...owners].find(([pattern]) => pattern.test(target))?.[1];
  return owner === undefined || isOwnedBy(owner, file) ? [] : [`${file} imports ${target}: only ${owner} may`];
}

/** `kms/azure` is kms/azure.ts and all of kms/azure/, and not kms/azurite.ts. */
function isOwnedBy(owner: string, file: string): boolean {
  return file === owner || file === `${owner}.ts` || file.startsWith(`${owner}/`);
}

function rankOf(folder: string): number {
  return layers.findIndex((layer) => layer.includes(folder));
}

function findCycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string[] => {
    if (trail.includes(file)) return [`import cycle: ${[...trail.slice(trail.indexOf(file)), file].join(' → ')}`];
    if (done.has(file)) return [];
    const found = (imports.get(file) ?? []).flatMap((target) => visit(target, [...trail, file]));
    done.add(file);
    return found;
  };
  return [...imports.keys()].flatMap((file) => visit(file, []));
}

if (import.meta.main) {
  const problems = checkLayers(join(import.meta.dirname, '..', 'src'));
  for (const problem of problems) process.stderr.write(`layers: ${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
