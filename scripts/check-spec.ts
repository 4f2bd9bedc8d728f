// Holds plugin-spec/ together: schemas compile, vectors are of their format and fit the schemas, README tables are the code's.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { options } from '../src/kms/config.ts';
import { fill, inapplicable, loadMapping, type Mapping } from './conformance/keys.ts';
import { compileSchemas, objection } from './conformance/schemas.ts';
import { errorCodes, loadVectors, specFolder, successes, type Vector } from './conformance/vector.ts';

const fewestVectors = 120;
/** The shape of any place will do: schemas do not look into paths. */
const places = { root: '/root', keys: '/root/keys' };

async function main(): Promise<readonly string[]> {
  const [schemas, vectors, mapping] = [compileSchemas(), loadVectors(), loadMapping()];
  const readme = readFileSync(join(specFolder, 'README.md'), 'utf8');
  return [
    ...(vectors.length >= fewestVectors ? [] : [`expected at least ${fewestVectors} vectors, found ${vectors.length}`]),
    ...vectors.flatMap((vector) => [...checkShape(vector, schemas, mapping), ...checkReferences(vector, mapping, readme)]),
    ...repeated(vectors.map(({ name }) => name)).map((name) => `two vectors have the name ${JSON.stringify(name)}`),
    ...differing(
      'Options',
      firstColumn(readme, 'Options'),
      options.map(({ name }) => name),
    ),
    ...differing('Errors', firstColumn(readme, 'Errors'), errorCodes),
    ...differing('Outcomes', firstColumn(readFileSync(join(specFolder, 'vectors', 'README.md'), 'utf8'), 'Outcomes'), [
      ...successes,
      ...errorCodes,
    ]),
  ];
}

/** A request that succeeds fits its schema; for the others the vector says whether it does. */
function checkShape(vector: Vector, schemas: ReturnType<typeof compileSchemas>, mapping: Mapping): readonly string[] {
  const wanted = successes.some((success) => success === vector.expect.outcome) ? 'valid' : vector.schema;
  if (vector.stdin === undefined || wanted === undefined) return [];
  if (vector.schema !== undefined && vector.schema !== wanted) return [`${vector.id}: succeeds, and says that its request is invalid`];
  const misfit = objection(schemas, `${vector.argv[0] ?? ''}.request`, fill(vector.stdin, mapping, places));
  if (wanted === 'valid') return misfit === undefined ? [] : [`${vector.id}: expected a valid request: ${misfit}`];
  return misfit === undefined ? [`${vector.id}: expected an invalid request, found one that fits its schema`] : [];
}

function checkReferences(vector: Vector, mapping: Mapping, readme: string): readonly string[] {
  const text = JSON.stringify(vector);
  const lacking = inapplicable(vector, mapping);
  const section = /^plugin-spec\/README\.md#(.+)$/.exec(vector.spec)?.[1];
  const files = [...text.matchAll(/(?:\{keys\}|"keys)\/([\w.-]+\.(?:key|crt|pem|p12|der|p7b|txt)(?:\.\w+)?)"/g)].map(
    ([, file = '']) => file,
  );
  return [
    ...(lacking === undefined ? [] : [`${vector.id}: ${lacking} in keys.json`]),
    ...(section === undefined || headings(readme).includes(section) ? [] : [`${vector.id}: README.md has no section #${section}`]),
    ...files.filter((file) => !existsSync(join(specFolder, 'keys', file))).map((file) => `${vector.id}: keys/${file} does not exist`),
  ];
}

/** The code spans that begin the rows of the tables below a heading. */
function firstColumn(markdown: string, heading: string): readonly string[] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}

function headings(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));
}

function differing(table: string, found: readonly string[], expected: readonly string[]): readonly string[] {
  return [
    ...expected.filter((name) => !found.includes(name)).map((name) => `table ${table}: lacks ${name}`),
    ...found.filter((name) => !expected.includes(name)).map((name) => `table ${table}: has ${name}, which the code lacks`),
    ...repeated(found).map((name) => `table ${table}: has ${name} twice`),
  ];
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

try {
  const problems = await main();
  for (const problem of problems) process.stderr.write(`spec: ${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`spec: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
