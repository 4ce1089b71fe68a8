/** What each run of the tests tries at least: the tests hold it, and docs/reliability.md says it. */
export const promised = {
  boundaries: 80,
  killSeeds: 3,
  crashPoints: 16,
  seeds: 1_000,
  storeCalls: 100,
  restarts: 60,
} as const;
