/** One measured figure. Ratios are of medians within one run of the benchmark. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: 'x' | 'ms' | 'MB' | 'KB' | 'per s' | 'readers' | '%';
  /** Aimed at: not more than this. */
  readonly limit?: number;
  /** Aimed at: not less than this. */
  readonly atLeast?: number;
  /** What the ratio is made of, or how it was measured. */
  readonly detail: string;
}

export interface BenchOptions {
  /** Fewer rounds: shows that it works, measures badly. */
  readonly short: boolean;
}

export type Bench = (options: BenchOptions) => Promise<readonly Row[]>;

export function missesAim({ value, limit = Infinity, atLeast = -Infinity }: Row): boolean {
  return value > limit || value < atLeast;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
