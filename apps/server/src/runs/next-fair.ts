/**
 * Whose turn it is: the oldest of the repository that has the fewest runs under way, so that a repository with a hundred
 * waiting runs does not keep the others from theirs.
 */
export function nextFair<Item extends { readonly repositoryId: string }>(
  waiting: readonly Item[],
  active: readonly string[],
): Item | undefined {
  const load = (item: Item): number => active.filter((id) => id === item.repositoryId).length;
  return waiting.reduce<Item | undefined>(
    (best, item) => (best === undefined || load(item) < load(best) ? item : best),
    undefined,
  );
}
