// The list of components (SBOM) of one file that is handed out, as CycloneDX 1.6 JSON.
// It holds no time and no random number: the same file has the same list.
import { createHash } from 'node:crypto';
import type { Component, Licence, Runtime } from './component.ts';

export interface Subject {
  readonly version: string;
  /** Name of the file. */
  readonly file: string;
  /** The file's bytes. */
  readonly bytes: Uint8Array;
  readonly packages: readonly Component[];
  readonly runtime?: Runtime;
}

/** The list, as text. */
export function sbomOf(subject: Subject): string {
  const { version, packages, runtime } = subject;
  const libraries = packages.map((component) => ({ 'bom-ref': referenceOf(component), ...libraryOf(component) }));
  const components = [...(runtime === undefined ? [] : [platformOf(runtime)]), ...libraries];
  const sha256 = createHash('sha256').update(subject.bytes).digest('hex');
  const root = `notation-ts-kms@${version}`;
  const list = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(sha256)}`,
    version: 1,
    metadata: { lifecycles: [{ phase: 'build' }], component: { 'bom-ref': root, ...programOf(subject, sha256) } },
    components,
    dependencies: [{ ref: root, dependsOn: components.map((component) => component['bom-ref']) }],
    compositions: compositionsOf(root, runtime),
  };
  return `${JSON.stringify(list, null, 2)}\n`;
}

function programOf({ version, file }: Subject, sha256: string): object {
  return {
    type: 'application',
    name: 'notation-ts-kms',
    version,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: [{ license: { id: 'Apache-2.0' } }],
    properties: [{ name: 'notation-ts-kms:file', value: file }],
  };
}

/** Which packages are in the program is known; of what is in a runtime, that which its maker tells. */
function compositionsOf(root: string, runtime: Runtime | undefined): readonly object[] {
  const whole = { aggregate: 'complete', assemblies: [root] };
  return runtime === undefined ? [whole] : [whole, { aggregate: 'incomplete', assemblies: [referenceOf(runtime)] }];
}

function platformOf(runtime: Runtime) {
  const parts = runtime.parts.map((part) => ({ 'bom-ref': `${runtime.name}/${part.name}`, ...libraryOf(part) }));
  return { 'bom-ref': referenceOf(runtime), ...libraryOf(runtime), type: 'platform', components: parts };
}

function libraryOf({ name, version, purl, licence, sha512 }: Component) {
  return {
    type: 'library',
    name,
    ...(version !== undefined && { version }),
    ...(sha512 !== undefined && { hashes: [{ alg: 'SHA-512', content: sha512 }] }),
    licenses: [licenceOf(licence)],
    ...(purl !== undefined && { purl }),
  };
}

function licenceOf(licence: Licence): object {
  if (!('expression' in licence)) return { license: licence };
  return /[\s()]/.test(licence.expression) ? { expression: licence.expression } : { license: { id: licence.expression } };
}

function referenceOf({ name, version, purl }: Component): string {
  return purl ?? `${name}@${version ?? ''}`;
}

/** A UUID of version 8 (RFC 9562): its bits are the file's digest. */
function uuidOf(sha256: string): string {
  const variant = ((Number.parseInt(sha256.slice(15, 16), 16) & 3) | 8).toString(16);
  const groups = [
    sha256.slice(0, 8),
    sha256.slice(8, 12),
    `8${sha256.slice(12, 15)}`,
    `${variant}${sha256.slice(16, 19)}`,
    sha256.slice(19, 31),
  ];
  return groups.join('-');
}
