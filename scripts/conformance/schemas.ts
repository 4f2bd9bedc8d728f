import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { specFolder } from './vector.ts';

const prefix = 'urn:notation-ts-kms:plugin-spec:';

/** Compiles every schema strictly. @throws Error for one that does not compile. */
export function compileSchemas(folder: string = join(specFolder, 'schema')): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
  const names = readdirSync(folder).map((file) => file.slice(0, -'.json'.length));
  for (const name of names) ajv.addSchema(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
  return new Map(names.map((name) => [name, compiled(ajv, name)]));
}

/** What the schema has against the value, in a sentence; undefined when nothing. */
export function objection(schemas: ReadonlyMap<string, ValidateFunction>, name: string, value: unknown): string | undefined {
  const check = schemas.get(name);
  if (check === undefined) throw new Error(`no schema ${name}`);
  if (check(value)) return undefined;
  return (check.errors ?? []).map((error) => `${error.instancePath || 'it'} ${error.message ?? 'does not fit'}`).join(', ');
}

function compiled(ajv: Ajv2020, name: string): ValidateFunction {
  const check = ajv.getSchema(`${prefix}${name}`);
  if (check === undefined) throw new Error(`schema ${name}.json: expected $id ${prefix}${name}`);
  return check;
}
