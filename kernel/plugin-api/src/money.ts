const nanosPerDollar = 1e9;

/** An amount in whole nano-dollars, as all amounts are kept: sums of such are exact, whatever their order. */
export function wholeNanos(usd: number): number {
  return Math.round(usd * nanosPerDollar) / nanosPerDollar;
}

/** The exact sum, up to two million dollars: a total is that of its parts to the last nano-dollar. */
export function addUsd(...amounts: readonly number[]): number {
  let nanos = 0;
  for (const usd of amounts) nanos += Math.round(usd * nanosPerDollar);
  return nanos / nanosPerDollar;
}
