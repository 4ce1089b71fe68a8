import type { Clock } from '@forge/plugin-api';

/** Steps that an agent may take by itself between an answer and the call that it leads to. */
const ownSteps = 200;
/** How long a call that was answered before others is waited for, in milliseconds. */
const patienceMs = 10_000;

/**
 * Gives the answers of a journal in the order in which they were given at first. An agent that makes calls in parallel
 * makes the next ones as answers come, and an ordinal is given at the moment of a call: in another order its calls would
 * not find their own entries again. What had no answer at first gets one after all that had.
 */
export class ReplayOrder {
  readonly #order: readonly number[];
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #waiting = new Map<number, () => void>();
  /** Without an answer at first. */
  readonly #last: (() => void)[] = [];
  #next = 0;
  #giving = false;

  constructor(answered: ReadonlyMap<number, number>, clock: Pick<Clock, 'sleep'>) {
    this.#order = [...answered].toSorted(([, left], [, right]) => left - right).map(([ordinal]) => ordinal);
    this.#clock = clock;
  }

  /** Resolves when it is the turn of that call's answer; with the call that is missing when that one never comes. */
  turnOf(ordinal: number): Promise<number | undefined> {
    if (this.#next >= this.#order.length && !this.#giving) return Promise.resolve(undefined);
    const isNext = ordinal === this.#order[this.#next];
    const turn = new Promise<undefined>((resolve) => {
      const go = () => resolve(undefined);
      if (this.#order.includes(ordinal, this.#next)) this.#waiting.set(ordinal, go);
      else this.#last.push(go);
    });
    if (!this.#giving) void this.#give();
    return isNext ? turn : this.#orMissing(turn);
  }

  async #give(): Promise<void> {
    this.#giving = true;
    for (;;) {
      const ordinal = this.#order[this.#next] ?? 0;
      const go = this.#waiting.get(ordinal);
      if (go === undefined) break;
      this.#waiting.delete(ordinal);
      this.#next += 1;
      go();
      // What the agent does with this answer comes before the next one.
      for (let step = 0; step < ownSteps; step += 1) await Promise.resolve();
    }
    this.#giving = false;
    if (this.#next >= this.#order.length) for (const go of this.#last.splice(0)) go();
  }

  async #orMissing(turn: Promise<undefined>): Promise<number | undefined> {
    const over = new AbortController();
    const missing = this.#clock.sleep(patienceMs, over.signal).then(
      () => this.#order[this.#next],
      () => undefined,
    );
    return Promise.race([turn, missing]).finally(() => over.abort());
  }
}
