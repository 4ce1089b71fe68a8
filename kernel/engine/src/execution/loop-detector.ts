/** One call as the detector sees it: equal calls with equal outcomes have equal keys. */
export interface Observation {
  readonly tool: string;
  readonly key: string;
  readonly failed: boolean;
}

export interface LoopFound {
  /** Those that the pattern calls, in order. */
  readonly tools: readonly string[];
  readonly repeats: number;
}

/** Longest pattern that is looked for: A, A-B, A-B-C. */
const longestPattern = 3;

/**
 * Notices work that goes round in circles. Only repetition with the same outcome counts: forty edits with different
 * text, or tests run again with another result, are honest work.
 */
export class LoopDetector {
  readonly #seen: Observation[] = [];
  readonly #keep: number;

  constructor(maxRepeats: number) {
    this.#keep = longestPattern * (maxRepeats + 1);
  }

  /** The longest run of one repeated pattern at the end of what was observed, if any pattern stands there twice. */
  observe(call: Observation): LoopFound | undefined {
    this.#seen.push(call);
    if (this.#seen.length > this.#keep) this.#seen.shift();
    const found = Array.from({ length: longestPattern }, (_, index) => this.#repeatsOf(index + 1));
    const best = found.reduce((most, next) => (next.repeats > most.repeats ? next : most));
    return best.repeats >= 2 ? best : undefined;
  }

  #repeatsOf(length: number): LoopFound {
    const seen = this.#seen;
    const pattern = seen.slice(-length);
    let repeats = 0;
    for (let end = seen.length; end - length >= 0; end -= length) {
      const same = pattern.every(({ key }, index) => seen[end - length + index]?.key === key);
      if (!same) break;
      repeats += 1;
    }
    return { tools: pattern.map(({ tool }) => tool), repeats };
  }
}
