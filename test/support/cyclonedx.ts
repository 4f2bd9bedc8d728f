// CycloneDX's own JSON schema, as its own library carries it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';

/** Of a list of components, what the tests read. */
export interface Sbom {
  readonly metadata: { readonly component: { readonly version: string; readonly hashes: readonly Hash[] } };
  readonly components: readonly SbomComponent[];
}

export interface SbomComponent {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly Hash[];
  readonly licenses?: readonly unknown[];
  readonly components?: readonly SbomComponent[];
}

interface Hash {
  readonly alg: string;
  readonly content: string;
}

/** What the schema of CycloneDX 1.6 objects to, as text; undefined where it does not. */
export function objectionToSbom(list: unknown): string | undefined {
  const folder = join(dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema');
  const [schema, ...others] = ['bom-1.6', 'jsf-0.82', 'spdx'].map((name) => {
    const file = `${name}.SNAPSHOT.schema.json`;
    return { ...JSON.parse(readFileSync(join(folder, file), 'utf8')), $id: `http://cyclonedx.org/schema/${file}` };
  });
  const formats = { 'iri-reference': URL.canParse, uri: URL.canParse, 'date-time': true, 'idn-email': true } as const;
  const ajv = new Ajv({ strict: false, allErrors: true, schemas: others, formats });
  return ajv.validate(schema, list) ? undefined : ajv.errorsText();
}
