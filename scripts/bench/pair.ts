// The tool and notation doing the same.
import { join } from 'node:path';
import { openPeer } from '../../test/support/peers.ts';
import { type Case, type Command, cleanEnvironment, type Environment } from './case.ts';
import { shippedVariant } from './variant.ts';

export const notationVariant = 'notation';
export const executable: string = join(import.meta.dirname, '../../dist/notation-ts-kms');

/** Where the commands run: a home of theirs, and what they find in the environment besides. */
export interface Place {
  readonly home: string;
  readonly environment?: Environment;
}

/** The same words for both. */
export function sameWords(name: string, words: readonly string[], place: Place): Case {
  return pairOf(name, [openPeer('notation'), ...words], [executable, ...words], place);
}

/** A process of notation's for each reference of a list, against one of ours for all of them. */
export function loopAgainstList(name: string, list: string, words: readonly string[], place: Place): Case {
  const loop = 'list="$1"; shift; while read -r reference; do "$@" "$reference" >/dev/null || exit 1; done <"$list"';
  const theirs = ['sh', '-c', loop, 'sh', list, openPeer('notation'), ...words];
  return { ...pairOf(name, theirs, [executable, ...words, '--from-file', list], place), rounds: 3, warmUps: 1 };
}

/** What one run of ours for a list of references needs. */
export function ownList(name: string, list: string, words: readonly string[], place: Place): Case {
  const command = commandOf(shippedVariant, [executable, ...words, '--from-file', list], place);
  return { name, base: shippedVariant, commands: [command], rounds: 1, warmUps: 0 };
}

export function pairOf(name: string, theirs: readonly string[], ours: readonly string[], place: Place): Case {
  return { name, base: notationVariant, commands: [commandOf(notationVariant, theirs, place), commandOf(shippedVariant, ours, place)] };
}

function commandOf(name: string, argv: readonly string[], { home, environment = {} }: Place): Command {
  return { name, argv, stdin: '', env: cleanEnvironment(home, environment) };
}
