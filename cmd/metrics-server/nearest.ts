/** The candidate most like `word`, if one is within a third of its length in typing mistakes. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, mistakes: editDistance(word, candidate) }))
    .sort((a, b) => a.mistakes - b.mistakes);
  const best = ranked[0];
  const allowed = word.length < 2 ? 0 : Math.max(1, Math.floor(word.length / 3));
  return best !== undefined && best.mistakes <= allowed ? best.candidate : undefined;
}

/** Insertions, deletions and replacements that turn one word into the other (Levenshtein), row by row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
