// The conformance vectors of other projects, which lie beside the repository and are not part of it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One case of MANIFEST.json; its README tells what the members mean. */
export interface VectorCase {
  readonly id: string;
  readonly group: string;
  readonly expected: { readonly verdict: 'valid' | 'invalid' | 'mixed' | 'skipped'; readonly failing_check?: string } & Readonly<
    Record<string, unknown>
  >;
  readonly files: readonly VectorFile[];
  readonly params?: Readonly<Record<string, unknown>>;
  readonly drive?: string;
}

export interface VectorFile {
  readonly path: string;
  readonly role: string;
  /** For a table: the `id` of the row that is the case. */
  readonly row?: string;
}

/** A row of a table file. */
export interface TableRow<Input> {
  readonly id: string;
  readonly input: Input;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** Where the vectors are, or would be; NOTATION_TS_KMS_SHARED names another shared folder. */
export const thirdPartyFolder: string = join(
  process.env['NOTATION_TS_KMS_SHARED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared'),
  'vectors',
  'third-party',
);

/** Options for `test` or `describe`: skips, and says so, where the vectors are absent. */
export const needsVectors: { readonly skip: string | false } = {
  skip: existsSync(join(thirdPartyFolder, 'MANIFEST.json')) ? false : `vectors absent: no MANIFEST.json in ${thirdPartyFolder}`,
};

/** The cases of one group; none where the vectors are absent. */
export function casesOf(group: string): readonly VectorCase[] {
  if (needsVectors.skip !== false) return [];
  const manifest = readJson('MANIFEST.json') as { readonly cases: readonly VectorCase[] };
  return manifest.cases.filter((one) => one.group === group);
}

/** The bytes of a file by its path below the vectors' folder. */
export function readVector(path: string): Uint8Array {
  return readFileSync(join(thirdPartyFolder, path));
}

/** The JSON of a case's first file. */
export function readVectorJson<Content>(one: VectorCase): Content {
  return readJson(one.files[0]?.path ?? '') as Content;
}

/** The row of a table case. */
export function rowOf<Input>(one: VectorCase): TableRow<Input> {
  const [file] = one.files;
  const table = readJson(file?.path ?? '') as { readonly cases: readonly TableRow<Input>[] };
  const row = table.cases.find(({ id }) => id === file?.row);
  if (!row) throw new Error(`${one.id}: no row ${file?.row} in ${file?.path}`);
  return row;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(thirdPartyFolder, path), 'utf8'));
}
