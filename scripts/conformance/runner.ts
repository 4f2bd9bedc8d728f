import { availableParallelism } from 'node:os';
import { judge, type Schemas } from './judge.ts';
import { inapplicable, loadMapping, type Mapping } from './keys.ts';
import { start, withPlaces } from './process.ts';
import { encodeRequest } from './request.ts';
import { compileSchemas } from './schemas.ts';
import { loadVectors, type Vector } from './vector.ts';

export interface Result {
  readonly vector: Vector;
  readonly status: 'passed' | 'failed' | 'not applicable';
  readonly reasons: readonly string[];
}

export interface Options {
  readonly mapping?: Mapping;
  /** Only vectors with this text in their id or name. */
  readonly only?: string;
  readonly concurrency?: number;
}

/** Runs the vectors against the plugin that `command` starts: its executable and the words before the protocol command. */
export async function runConformance(command: readonly string[], options: Options = {}): Promise<readonly Result[]> {
  const mapping = options.mapping ?? loadMapping();
  const schemas = compileSchemas();
  const wanted = options.only ?? '';
  const vectors = loadVectors().filter(({ id, name }) => id.includes(wanted) || name.includes(wanted));
  const queue = vectors.entries();
  const results: Result[] = [];
  const work = async () => {
    for (const [index, vector] of queue) results[index] = await runVector(command, vector, mapping, schemas);
  };
  await Promise.all(Array.from({ length: options.concurrency ?? Math.min(2, availableParallelism()) }, work));
  return results;
}

export async function runVector(command: readonly string[], vector: Vector, mapping: Mapping, schemas: Schemas): Promise<Result> {
  const reason = inapplicable(vector, mapping);
  if (reason !== undefined) return { vector, status: 'not applicable', reasons: [reason] };
  const reasons = await withPlaces(vector, mapping, async (places) => {
    const request = encodeRequest(vector, mapping, places);
    return judge(asPromised(vector, mapping), request, await start(command, vector, mapping, places, request), schemas, places);
  });
  return { vector, status: reasons.length === 0 ? 'passed' : 'failed', reasons };
}

/** The contract says nothing of how messages are worded: only plugins that promise our wording are held to it. */
function asPromised(vector: Vector, mapping: Mapping): Vector {
  if (mapping.features.includes('messages')) return vector;
  const { message: _, ...expect } = vector.expect;
  return { ...vector, expect };
}
