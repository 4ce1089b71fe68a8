/** How often an execution may lose its worker before it got any further. */
const mostInARow = 3;

/**
 * Counts how often an execution has lost its worker since it last got further, and says whether it is worth another.
 *
 * @param reached how far the execution is: another number when it got further
 */
export function createWorkerLosses(reached: () => number): { isWorthAnother(): boolean } {
  let at: number | undefined;
  let inARow = 0;
  return {
    isWorthAnother() {
      inARow = at === reached() ? inARow + 1 : 1;
      at = reached();
      return inARow < mostInARow;
    },
  };
}
