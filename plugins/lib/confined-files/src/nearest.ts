/** The candidate that is most like the word, if it is like it at all: the same but for case, or few letters away. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  const allowed = Math.min(3, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let least = allowed + 1;
  for (const candidate of candidates.slice(0, 2000)) {
    const distance = editDistance(wanted, candidate.toLowerCase(), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Letters to insert, delete, replace or swap with the next; `limit` when there are that many or more. */
function editDistance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) >= limit) return limit;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let line = 1; line <= one.length; line++) {
    const next = [line];
    for (let column = 1; column <= other.length; column++) {
      const same = one[line - 1] === other[column - 1];
      const swapped = one[line - 1] === other[column - 2] && one[line - 2] === other[column - 1];
      next.push(
        Math.min(
          at(row, column - 1) + (same ? 0 : 1),
          at(row, column) + 1,
          at(next, column - 1) + 1,
          swapped ? at(before, column - 2) + 1 : limit,
        ),
      );
    }
    if (Math.min(...next) >= limit) return limit;
    before = row;
    row = next;
  }
  return Math.min(limit, at(row, other.length));
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
