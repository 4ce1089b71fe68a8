/**
 * Whose turn it is: the oldest of the repository that has the fewest runs under way, and of several such the one whose
 * last turn is longest ago, so that a repository with a hundred waiting runs does not keep the others from theirs.
 *
 * @param turns by repository, a number that is higher the later its last turn was
 */
export function nextFair<Item extends { readonly repositoryId: string }>(
  waiting: readonly Item[],
  active: readonly string[],
  turns: ReadonlyMap<string, number>,
): Item | undefined {
  const load = ({ repositoryId }: Item): number => active.filter((id) => id === repositoryId).length;
  const last = ({ repositoryId }: Item): number => turns.get(repositoryId) ?? 0;
  return waiting.reduce<Item | undefined>(
    (best, item) => (best === undefined || (load(item) - load(best) || last(item) - last(best)) < 0 ? item : best),
    undefined,
  );
}
