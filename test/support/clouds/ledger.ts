// All that the cells of a matrix said, and all that they must not say.
import { formsOf, secrets } from './secret.ts';

export interface Ledger {
  /** Keeps what a cell wrote: streams and log. */
  hear(cell: string, said: string): void;
  /** Keeps secrets that only one cell had. */
  guard(secrets: Iterable<string>): void;
  /** Each secret that some cell told, with the cell. */
  leaks(): readonly string[];
  /** Bytes heard and secrets guarded. */
  size(): { readonly bytes: number; readonly secrets: number };
}

export function openLedger(): Ledger {
  const heard = new Map<string, string>();
  const guarded = new Set<string>(Object.values(secrets));
  return {
    hear: (cell, said) => void heard.set(cell, (heard.get(cell) ?? '') + said),
    guard: (more) => {
      for (const secret of more) guarded.add(secret);
    },
    leaks: () => [...guarded].flatMap((secret) => leaksOf(secret, heard)),
    size: () => ({ bytes: [...heard.values()].reduce((sum, { length }) => sum + length, 0), secrets: guarded.size }),
  };
}

function leaksOf(secret: string, heard: ReadonlyMap<string, string>): readonly string[] {
  const forms = formsOf(secret).filter((form) => form.length >= 16);
  return [...heard].flatMap(([cell, said]) => forms.filter((form) => said.includes(form)).map((form) => `${cell}: ${form}`));
}
