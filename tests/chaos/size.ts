const { CHAOS, CHAOS_SEED, CHAOS_AT } = process.env;

/** `CHAOS=full`: everything there is, instead of what fits into every run of the tests. */
export const isFull: boolean = CHAOS === 'full';

/** The seeds to try: the one that `CHAOS_SEED` names, else so many from `first` on. */
export function seeds(few: number, many: number, first = 1): readonly number[] {
  if (CHAOS_SEED !== undefined) return [Number(CHAOS_SEED)];
  return Array.from({ length: isFull ? many : few }, (_, index) => first + index);
}

/** The moments that `CHAOS_AT` names: nothing else is tried then. */
export const onlyMoments: readonly string[] | undefined = CHAOS_AT?.split(',');

/** What repeats one try of a test file. */
export function commandFor(file: string, seed: number, moment?: string): string {
  return `CHAOS_SEED=${seed}${moment === undefined ? '' : ` CHAOS_AT=${moment}`} npm test -- tests/chaos/${file}`;
}
