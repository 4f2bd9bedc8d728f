/**
 * Gathers what is handed over while the work before is still under way, and then does it in one go. Each caller's promise is that of the
 * go its own item is part of.
 */
export function gather<T>(work: (items: readonly T[]) => Promise<void>): (item: T) => Promise<void> {
  let gathering: { readonly items: T[]; readonly done: Promise<void> } | undefined;
  let before: Promise<void> = Promise.resolve();
  return (item) => {
    if (gathering === undefined) {
      const items: T[] = [];
      const done = before.then(() => {
        gathering = undefined;
        return work(items);
      });
      gathering = { items, done };
      before = done.catch(() => undefined);
    }
    gathering.items.push(item);
    return gathering.done;
  };
}
