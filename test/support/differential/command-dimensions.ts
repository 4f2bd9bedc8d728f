// The command line and what is around it: reference, user metadata, limits, cache.
import { choice, type Dimension, usual, type Value } from './dimension.ts';
import type { ScenePlan } from './plan.ts';

type V = Value<ScenePlan>;

const words = (name: string, given: readonly string[], rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, words: [...plan.words, ...given] }), rest);
const signedWith = (name: string, metadata: Readonly<Record<string, string>>, given: readonly string[], rest: Partial<V> = {}): V =>
  choice(name, (plan) => ({ ...plan, metadata, words: [...plan.words, ...given.flatMap((pair) => ['-m', pair])] }), rest);

const build = { 'com.example.build': '42', 'com.example.by': 'a "b" <c>' };

export const commandDimensions: readonly Dimension<ScenePlan>[] = [
  {
    name: 'metadata',
    weight: 0.8,
    good: [
      usual('none', 6),
      signedWith('signed, not asked for', build, []),
      signedWith('signed and asked for', build, ['com.example.build=42']),
      signedWith('all of it asked for', build, ['com.example.build=42', 'com.example.by=a "b" <c>']),
    ],
    bad: [
      signedWith('not signed', {}, ['com.example.build=42']),
      signedWith('another value', build, ['com.example.build=43']),
      signedWith('another case', build, ['com.example.Build=42']),
      signedWith('one of two', build, ['com.example.build=42', 'com.example.absent=1']),
      signedWith('without a value', build, ['com.example.build=']),
      signedWith('without a name', build, ['=42']),
    ],
  },
  {
    name: 'command',
    weight: 0.4,
    good: [
      usual('usual', 12),
      choice('by tag', (plan) => ({ ...plan, reference: 'tag' }), { weight: 2 }),
      words('a limit that suffices', ['--max-signatures', '5']),
      // notation tries the signatures of a layout in any order: a limit below their number makes its verdict one of chance.
      words('a limit of one', ['--max-signatures', '1'], { when: ({ schemes }) => schemes.length <= 1 }),
    ],
    bad: [
      words('a limit of none', ['--max-signatures', '0']),
      words('a limit that is no number', ['--max-signatures', 'many']),
      choice('another scope', (plan) => ({ ...plan, scope: 'registry.example/elsewhere' }), { weight: 0.5 }),
      choice('a scope with a tag', (plan) => ({ ...plan, scope: `${plan.scope}:v1` }), { weight: 0.5 }),
      choice('no scope at all', (plan) => ({ ...plan, scope: '' }), { weight: 0.5 }),
    ],
  },
  {
    name: 'cache',
    good: [
      usual('empty', 14),
      ...(['a file', 'garbage', 'good CRLs', 'CRLs that list it', 'expired CRLs', 'CRLs by a stranger'] as const).map((cache) =>
        choice<ScenePlan>(cache, (plan) => ({ ...plan, cache })),
      ),
    ],
    bad: [],
  },
];
