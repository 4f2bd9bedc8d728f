// Runs plugin-spec/vectors against any plugin: npm run conformance -- <executable> [args…] [--keys file.json] [--only text] [--json]
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadMapping } from './conformance/keys.ts';
import { type Options, type Result, runConformance } from './conformance/runner.ts';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { keys: { type: 'string' }, only: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  if (positionals.length === 0) throw new Error('expected the plugin executable, as in: npm run conformance -- dist/notation-ts-kms');
  const options: Options = { mapping: loadMapping(values.keys), ...(values.only === undefined ? {} : { only: values.only }) };
  const results = await runConformance(positionals.map(toAbsolute), options);
  process.stdout.write(values.json ? `${JSON.stringify(results.map(toRow), null, 2)}\n` : toText(results));
  process.exitCode = results.some(({ status }) => status === 'failed') ? 1 : 0;
}

/** The plugin runs in another working directory: files named on the command line must still be found there. */
function toAbsolute(word: string): string {
  return existsSync(word) ? resolve(word) : word;
}

function toRow({ vector, status, reasons }: Result): object {
  return { id: vector.id, name: vector.name, status, reasons };
}

function toText(results: readonly Result[]): string {
  const lines = results
    .filter(({ status }) => status !== 'passed')
    .map(({ vector, status, reasons }) => `${status}: ${vector.id} (${vector.name}): ${reasons.join('; ')}`);
  const count = (wanted: Result['status']) => results.filter(({ status }) => status === wanted).length;
  return `${[...lines, `conformance: ${count('passed')} passed, ${count('failed')} failed, ${count('not applicable')} not applicable`].join('\n')}\n`;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
