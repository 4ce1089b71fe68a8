/** One call as the detector sees it: equal calls with equal outcomes have equal keys. */
export interface Observation {
  readonly key: string;
  readonly failed: boolean;
}

export interface LoopFound {
  readonly pattern: string;
  readonly repeats: number;
}

/** Longest pattern that is looked for: A, A-B, A-B-C. */
const longestPattern = 3;

/**
 * Notices work that goes round in circles. Only repetition with the same outcome counts: forty edits with different
 * text, or tests run again with another result, are honest work.
 */
export class LoopDetector {
  readonly #keys: string[] = [];
  readonly #keep: number;

  constructor(maxRepeats: number) {
    this.#keep = longestPattern * (maxRepeats + 1);
  }

  /** The longest run of one repeated pattern at the end of what was observed, if any pattern stands there twice. */
  observe({ key }: Observation): LoopFound | undefined {
    this.#keys.push(key);
    if (this.#keys.length > this.#keep) this.#keys.shift();
    const found = Array.from({ length: longestPattern }, (_, index) => this.#repeatsOf(index + 1));
    const best = found.reduce((most, next) => (next.repeats > most.repeats ? next : most));
    return best.repeats >= 2 ? best : undefined;
  }

  #repeatsOf(length: number): LoopFound {
    const keys = this.#keys;
    const pattern = keys.slice(-length);
    let repeats = 0;
    for (let end = keys.length; end - length >= 0; end -= length) {
      const same = pattern.every((key, index) => keys[end - length + index] === key);
      if (!same) break;
      repeats += 1;
    }
    return { pattern: pattern.join(' → '), repeats };
  }
}
