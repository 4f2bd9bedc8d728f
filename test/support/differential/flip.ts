// Bits changed by chance.
import type { Random } from '../random.ts';

/** Changes one bit, another for each `place`. */
export function flipBit(bytes: Uint8Array, place: number): Uint8Array {
  const bit = place % (bytes.length * 8);
  return Buffer.from(bytes).fill((bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3, (bit >> 3) + 1);
}

/** A change of one bit, the place of which is drawn now. */
export function drawFlip(random: Random): (bytes: Uint8Array) => Uint8Array {
  const place = random.below(1_000_000);
  return (bytes) => flipBit(bytes, place);
}

/** The text with one character more, less or otherwise, of those that mean something where it stands. */
export function spoilText(text: string, characters: string, random: Random): string {
  const place = random.below(text.length + 1);
  const removed = random.pick([0, 0, 1]);
  const inserted = random.pick([...characters, '']);
  return text.slice(0, place) + inserted + text.slice(place + removed);
}
