// Spoils good inputs of a reader, over and over: nothing but an error of ours comes out, quickly, and no memory is kept.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { NotationError } from '../../src/core/error.ts';
import { type Mutation, ofBytes } from './mutation.ts';
import { randomFrom } from './random.ts';

/** Spoiled inputs of each test file, in CI; `npm run fuzz` asks for many more. */
export const iterations: number = Number(process.env['NOTATION_TS_KMS_FUZZ_ITERATIONS'] ?? 20_000);

/** Makes a failure happen again. */
export function seedOf(usual: number): number {
  return Number(process.env['NOTATION_TS_KMS_FUZZ_SEED'] ?? usual);
}

export interface Kind {
  readonly name: string;
  readonly good: readonly Uint8Array[];
  /** The first of up to three; what follows is done to bytes as bytes. */
  readonly mutations: readonly Mutation[];
  /** Reads, and checks that what was read holds together. */
  readonly read: (bytes: Uint8Array) => void;
  /** Makes something of nearly everything. */
  readonly lenient?: boolean;
}

/** Tests a kind of input: unspoiled, and spoiled so many times. */
export function fuzz({ name, good, mutations, read, lenient = false }: Kind, rounds: number, seed: number): void {
  describe(name, () => {
    test('are read when nothing is spoiled', () => {
      for (const bytes of good) read(bytes);
    });

    test(`spoiled ${rounds} times with seed ${seed}`, async (t) => {
      const random = randomFrom(seed);
      const memory = watchMemory(rounds);
      let refused = 0;
      for (let round = 0; round < rounds; round += 1) {
        let bytes = random.pick(good);
        // JSON and DER are spoiled as such only while they are that.
        for (let times = random.below(3), first = true; times >= 0; times -= 1, first = false) {
          if (bytes.length > 0) bytes = random.pick(first ? mutations : ofBytes)(bytes, random, random.pick(good));
        }
        refused += attempt(bytes, read, round) === 'refused' ? 1 : 0;
        await memory.note(round);
      }
      t.diagnostic(`${rounds} inputs: ${refused} refused; the heap grew by ${await memory.growth()} KiB`);
      assert.ok(lenient || refused > rounds / 4, `only ${refused} were refused: too little is spoiled`);
    });
  });
}

/** Processor time of one input; far above what any takes, far below a hang. */
const limitMs = 1000;

/** @throws Error with the input, when anything but an error of ours comes out, or it takes too long */
function attempt(bytes: Uint8Array, read: (bytes: Uint8Array) => void, round: number): 'read' | 'refused' {
  const begun = process.cpuUsage();
  const outcome = outcomeOf(bytes, read, round);
  const { user, system } = process.cpuUsage(begun);
  if ((user + system) / 1000 > limitMs) throw new Error(`round ${round} took ${(user + system) / 1000} ms: ${show(bytes)}`);
  return outcome;
}

function outcomeOf(bytes: Uint8Array, read: (bytes: Uint8Array) => void, round: number): 'read' | 'refused' {
  try {
    read(bytes);
    return 'read';
  } catch (error) {
    if (error instanceof NotationError && error.code !== 'INTERNAL' && error.message.length < 500 + 3 * bytes.length) return 'refused';
    throw new Error(`round ${round}: ${show(bytes)}`, { cause: error });
  }
}

function show(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').slice(0, 20_000);
}

/** What a reader may keep of all it has read: caches of code, and nothing of the inputs. */
const mostGrowthKib = 16 * 1024;

interface Memory {
  readonly note: (round: number) => Promise<void> | undefined;
  /** What is kept more than after a tenth of the rounds, in KiB. @throws AssertionError when that is too much */
  readonly growth: () => Promise<number>;
}

function watchMemory(rounds: number): Memory {
  let early = 0;
  return {
    note: (round) =>
      round === Math.floor(rounds / 10)
        ? kept().then((bytes) => {
            early = bytes;
          })
        : undefined,
    growth: async () => {
      const grown = Math.round(((await kept()) - early) / 1024);
      assert.ok(grown < mostGrowthKib, `${grown} KiB of what was read are kept`);
      return grown;
    },
  };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is not in JavaScript's heap is freed between two turns of the event loop. */
async function kept(): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    collect();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
