// A vector: one request, and what any plugin must answer. plugin-spec/vectors/README.md says what the members mean.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

export const specFolder: string = join(import.meta.dirname, '..', '..', 'plugin-spec');

export const successes = ['metadata', 'key', 'signature', 'envelope', 'verification'] as const;
export const errorCodes = ['VALIDATION_ERROR', 'UNSUPPORTED_CONTRACT_VERSION', 'ACCESS_DENIED', 'TIMEOUT', 'THROTTLED', 'ERROR'] as const;
const features = [
  'raw',
  'envelope',
  'verifier',
  'strict-json',
  'file-keys',
  'named-keys',
  'cloud-keys',
  'options',
  'messages',
  'ts-kms',
] as const;
const stdinForms = ['stdin', 'stdinText', 'stdinBase64', 'stdinRepeat'] as const;

export type Success = (typeof successes)[number];
type Outcome = Success | (typeof errorCodes)[number];

/** `before`, then `repeat` as often as `count` says or as `total` bytes need, then `close` as often, then `after`. */
export interface Repetition {
  readonly before: string;
  readonly repeat: string;
  readonly close?: string;
  readonly after: string;
  readonly count?: number;
  readonly total?: number;
}

export interface Expectation {
  readonly outcome: Outcome;
  readonly keySpec?: string;
  readonly signingAlgorithm?: string;
  readonly verifies?: true;
  readonly chainLength?: number;
  /** Each must be in the error message, whatever the case; for plugins whose mapping has the feature "messages". */
  readonly message?: readonly string[];
  /** None may be on either stream, whatever the case. */
  readonly silent?: readonly string[];
  /** Critical attributes that the envelope has besides those of the Notary Project; none when absent. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Whether each check that was asked for succeeds. */
  readonly results?: Readonly<Record<string, boolean>>;
  /** Members the response must have, with these values. */
  readonly response?: { readonly [member: string]: Json };
  /** A file that must exist afterwards. */
  readonly file?: {
    readonly path: string;
    readonly mode?: string;
    readonly lacks?: readonly string[];
    readonly contains?: readonly string[];
  };
}

export interface Vector {
  /** Folder and file name without the extension. */
  readonly id: string;
  readonly name: string;
  readonly spec: string;
  readonly argv: readonly string[];
  readonly stdin?: Json;
  readonly stdinText?: string;
  readonly stdinBase64?: string;
  readonly stdinRepeat?: Repetition;
  /** What the request's schema says of `stdin`. */
  readonly schema?: 'valid' | 'invalid';
  readonly requires?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: {
    readonly copy?: Readonly<Record<string, string>>;
    readonly write?: Readonly<Record<string, Json>>;
    readonly directories?: readonly string[];
    readonly pipes?: readonly string[];
  };
  readonly closed?: readonly 'stdin'[];
  /** Writes the request in so many pieces, with pauses. */
  readonly pieces?: number;
  readonly expect: Expectation;
}

const members = ['name', 'spec', 'argv', ...stdinForms, 'schema', 'requires', 'env', 'files', 'closed', 'pieces', 'expect'];
const expectMembers = [
  'outcome',
  'keySpec',
  'signingAlgorithm',
  'verifies',
  'chainLength',
  'message',
  'silent',
  'attributes',
  'results',
  'response',
  'file',
];

/** All vectors, by folder and name. @throws Error for one that is not of the format. */
export function loadVectors(folder: string = join(specFolder, 'vectors')): readonly Vector[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => parseVector(path.slice(0, -'.json'.length), JSON.parse(readFileSync(join(folder, path), 'utf8'))));
}

function parseVector(id: string, value: unknown): Vector {
  const vector = { ...(value as Omit<Vector, 'id'>), id };
  const problems = findProblems(vector, Object.keys(value as object));
  if (problems.length > 0) throw new Error(`vector ${id}: ${problems.join('; ')}`);
  return vector;
}

function findProblems(vector: Vector, found: readonly string[]): readonly string[] {
  const expected: Partial<Expectation> = vector.expect ?? {};
  const outcomes: readonly unknown[] = [...successes, ...errorCodes];
  return [
    ...unknown('member', found, members),
    ...unknown('expect member', Object.keys(expected), expectMembers),
    ...unknown('feature', vector.requires ?? [], features),
    ...(outcomes.includes(expected.outcome) ? [] : [`unknown outcome ${JSON.stringify(expected.outcome)}`]),
    ...(typeof vector.name === 'string' && typeof vector.spec === 'string' ? [] : ['name and spec must be strings']),
    ...(Array.isArray(vector.argv) && vector.argv.every((word) => typeof word === 'string') ? [] : ['argv must be strings']),
    ...(stdinForms.filter((form) => found.includes(form)).length === 1 ? [] : [`expected exactly one of ${stdinForms.join(', ')}`]),
    ...(vector.schema === undefined || vector.schema === 'valid' || vector.schema === 'invalid' ? [] : ['schema must be valid or invalid']),
  ];
}

function unknown(what: string, found: readonly string[], known: readonly string[]): readonly string[] {
  return found.filter((name) => !known.includes(name)).map((name) => `unknown ${what} ${JSON.stringify(name)}`);
}
