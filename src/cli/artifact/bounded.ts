/**
 * Runs `work` on every item, so many at a time, in the order of the items; none waits for an earlier one to end. `work` must not throw:
 * what goes wrong with an item is that item's outcome.
 */
export async function forEachBounded<T>(items: Iterable<T>, concurrency: number, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
