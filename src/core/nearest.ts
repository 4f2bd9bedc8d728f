/** The candidate nearest to `word` by edit distance, when it is near enough to be what was meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.min(4, Math.max(2, Math.floor(word.length / 3))) ? best.candidate : undefined;
}

/** What to write in place of `word`, as a hint: the nearest of the few values that there are, or all of them. */
export function meantOf(word: string, values: readonly string[]): string {
  const meant = nearest(word, values);
  const all = `write ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
  return meant === undefined ? all : `did you mean ${meant}? ${all}`;
}

/** Levenshtein's distance, over the first 64 characters: longer words are not typing mistakes. */
function editDistance(left: string, right: string): number {
  const [a, b] = [left.slice(0, 64), right.slice(0, 64)];
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    let diagonal = i;
    row[0] = i + 1;
    for (const [j, other] of [...b].entries()) {
      const substituted = diagonal + (letter === other ? 0 : 1);
      diagonal = row[j + 1] ?? 0;
      row[j + 1] = Math.min(diagonal + 1, (row[j] ?? 0) + 1, substituted);
    }
  }
  return row[b.length] ?? 0;
}
