// What is wrong with an answer, in sentences; nothing when it conforms.
import { readFileSync, statSync } from 'node:fs';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { checkEnvelope } from './envelope.ts';
import type { Places } from './keys.ts';
import type { Run } from './process.ts';
import { objection } from './schemas.ts';
import { checkSignature } from './signature.ts';
import { type Expectation, type Success, successes, type Vector } from './vector.ts';
import { checkVerification } from './verification.ts';

type Answer = Readonly<Record<string, unknown>>;
export type Schemas = ReadonlyMap<string, ValidateFunction>;

const shownBytes = 160;

export function judge(vector: Vector, request: Buffer, run: Run, schemas: Schemas, places: Places): readonly string[] {
  if (run.timedOut) return ['no answer within the time limit'];
  const { outcome } = vector.expect;
  const answered = isSuccess(outcome) ? judgeSuccess(vector, outcome, request, run, schemas) : judgeFailure(vector.expect, run, schemas);
  return [...answered, ...judgeSilence(vector.expect, run), ...judgeFile(vector.expect, places)];
}

function judgeSuccess(vector: Vector, outcome: Success, request: Buffer, run: Run, schemas: Schemas): readonly string[] {
  if (run.exitCode !== 0) return [`expected ${outcome}, exit code 0; found ${ending(run)}: ${shown(run.stderr)}`];
  const silent = run.stderr.length === 0 ? [] : [`stderr: expected nothing, found ${shown(run.stderr)}`];
  const answer = parseObject(run.stdout);
  if (answer === undefined) return [...silent, `stdout: expected exactly one JSON object, found ${shown(run.stdout)}`];
  const schema = `${vector.argv[0] ?? ''}.response`;
  const misfit = objection(schemas, schema, answer);
  if (misfit !== undefined) return [...silent, `stdout: against schema ${schema}: ${misfit}`];
  return [...silent, ...judgeAnswer(vector.expect, outcome, JSON.parse(request.toString() || '{}') as Answer, answer)];
}

function judgeAnswer(expected: Expectation, outcome: Success, request: Answer, answer: Answer): readonly string[] {
  return [
    ...(outcome === 'key' || outcome === 'signature' ? differences({ keyId: request['keyId'] }, answer) : []),
    ...(outcome === 'key' && expected.keySpec !== undefined ? differences({ keySpec: expected.keySpec }, answer) : []),
    ...(outcome === 'signature' ? checkSignature(request, answer) : []),
    ...(outcome === 'envelope' ? checkEnvelope(request, answer, expected.attributes ?? {}) : []),
    ...(outcome === 'verification' ? checkVerification(request, answer, expected.results ?? {}) : []),
    ...(expected.signingAlgorithm === undefined ? [] : differences({ signingAlgorithm: expected.signingAlgorithm }, answer)),
    ...(expected.chainLength === undefined ? [] : checkLength(expected.chainLength, answer['certificateChain'])),
    ...differences(expected.response ?? {}, answer),
  ];
}

function judgeFailure(expected: Expectation, run: Run, schemas: Schemas): readonly string[] {
  if (run.exitCode !== 1) return [`expected ${expected.outcome}, exit code 1; found ${ending(run)}: ${shown(run.stderr)}`];
  const silent = run.stdout.length === 0 ? [] : [`stdout: expected nothing, found ${shown(run.stdout)}`];
  const answer = parseObject(run.stderr);
  if (answer === undefined) return [...silent, `stderr: expected exactly one JSON object, found ${shown(run.stderr)}`];
  const misfit = objection(schemas, 'error', answer);
  if (misfit !== undefined) return [...silent, `stderr: against schema error: ${misfit}`];
  return [...silent, ...differences({ errorCode: expected.outcome }, answer), ...checkMessage(expected, String(answer['errorMessage']))];
}

function checkMessage(expected: Expectation, message: string): readonly string[] {
  const missing = (expected.message ?? []).filter((part) => !message.toLowerCase().includes(part.toLowerCase()));
  return missing.map((part) => `errorMessage: expected ${JSON.stringify(part)} in it, found ${JSON.stringify(message)}`);
}

function judgeSilence(expected: Expectation, run: Run): readonly string[] {
  const said = `${run.stdout.toString()}${run.stderr.toString()}`.toLowerCase();
  const leaked = (expected.silent ?? []).filter((secret) => said.includes(secret.toLowerCase()));
  return leaked.map((secret) => `the answer repeats ${JSON.stringify(secret)}`);
}

function judgeFile({ file }: Expectation, places: Places): readonly string[] {
  if (file === undefined) return [];
  const path = file.path.replace('{root}', places.root);
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return [`${file.path}: expected a file, found none`];
  const mode = (facts.mode & 0o777).toString(8).padStart(4, '0');
  const text = readFileSync(path, 'utf8');
  return [
    ...(file.mode === undefined || file.mode === mode ? [] : [`${file.path}: expected mode ${file.mode}, found ${mode}`]),
    ...(file.lacks ?? []).filter((part) => text.includes(part)).map((part) => `${file.path}: holds ${JSON.stringify(part)}`),
    ...(file.contains ?? []).filter((part) => !text.includes(part)).map((part) => `${file.path}: lacks ${JSON.stringify(part)}`),
  ];
}

function differences(expected: Answer, found: Answer): readonly string[] {
  return Object.entries(expected)
    .filter(([member, value]) => JSON.stringify(found[member]) !== JSON.stringify(value))
    .map(([member, value]) => `${member}: expected ${JSON.stringify(value)}, found ${JSON.stringify(found[member])}`);
}

function checkLength(expected: number, chain: unknown): readonly string[] {
  const found = Array.isArray(chain) ? chain.length : 0;
  return found === expected ? [] : [`certificateChain: expected ${expected} certificates, found ${found}`];
}

function parseObject(bytes: Buffer): Answer | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}

function isSuccess(outcome: string): outcome is Success {
  return successes.some((success) => success === outcome);
}

function ending(run: Run): string {
  return run.exitCode === undefined ? 'a signal' : `exit code ${run.exitCode}`;
}

function shown(bytes: Buffer): string {
  return bytes.length === 0 ? 'nothing' : JSON.stringify(bytes.subarray(0, shownBytes).toString());
}
