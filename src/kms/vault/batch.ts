/** What came of one item of a batch. */
export type BatchResult<O> = { readonly value: O } | { readonly error: Error };

/**
 * Gathers calls into batches: while one batch is under way, whoever calls waits for the next, so that one who calls alone waits for
 * nobody, and a thousand who call at once need few requests.
 * @param run takes at least one item and at most `limit`, and answers as many results in their order; what it throws, every item of it fails with
 */
export function inBatches<I, O>(run: (items: readonly I[]) => Promise<readonly BatchResult<O>[]>, limit: number): (item: I) => Promise<O> {
  const waiting: Waiting<I, O>[] = [];
  let busy = false;
  const drain = async () => {
    busy = true;
    // What is called in one breath belongs together.
    await undefined;
    while (waiting.length > 0) await settle(waiting.splice(0, limit), run);
    busy = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) void drain();
    });
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (value: O) => void;
  readonly reject: (error: unknown) => void;
}

async function settle<I, O>(batch: readonly Waiting<I, O>[], run: (items: readonly I[]) => Promise<readonly BatchResult<O>[]>) {
  try {
    const results = await run(batch.map(({ item }) => item));
    for (const [index, { resolve, reject }] of batch.entries()) {
      const result = results[index];
      if (result !== undefined && 'value' in result) resolve(result.value);
      else reject(result?.error ?? new Error('a batch came back with an item missing'));
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
