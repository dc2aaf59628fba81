/** Number of single letters to add, remove, change or swap with the next to make `b` of `a`. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? Infinity;
}

/** `; did you mean "interval"?` when one of the known words is near, else nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  // A very short word is near to many, and a very long one is no typing error.
  if (word.length < 3 || word.length > 100) return "";
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best = { word: "", distance: limit + 1 };
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= best.distance) continue;
    const found = distance(word.toLowerCase(), candidate.toLowerCase());
    if (found < best.distance) best = { word: candidate, distance: found };
  }
  return best.word === "" ? "" : `; did you mean "${best.word}"?`;
}
