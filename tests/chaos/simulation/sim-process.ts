import type { Clock, LeaseOwner } from '@forge/plugin-api';
import type { VirtualClock } from '@forge/testkit/fakes';

export interface ProcessTrouble {
  /** Number of the act in or after which it dies. Undefined: it does not. */
  readonly dieAt: number | undefined;
  /** Number of the act at which it stands still for a while, as a suspended machine does. */
  readonly stallAt: number | undefined;
  readonly stallMs: number;
}

const never = new Promise<never>(() => undefined);
const dead = Symbol('dead');

/**
 * One process of the simulation. All that it does to the world goes through `act`, takes a while, and is where it may
 * die: before the deed or after it, without another word. What was on its way in it never goes on.
 */
export class SimProcess {
  readonly owner: LeaseOwner;
  readonly clock: Clock;
  readonly #time: VirtualClock;
  readonly #random: () => number;
  readonly #trouble: ProcessTrouble;
  /** Somebody has noticed that it is dead. */
  isBuried = false;
  /** Somebody has noticed that it stands still. */
  isMissed = false;
  readonly #sleeps = new Set<AbortController>();
  #isAlive = true;
  #acts = 0;
  #standsUntil = 0;

  constructor(id: string, time: VirtualClock, random: () => number, trouble: ProcessTrouble) {
    this.owner = { id, host: 'simulated', pid: 1 };
    this.#time = time;
    this.#random = random;
    this.#trouble = trouble;
    this.clock = { now: () => time.now(), sleep: (milliseconds, signal) => this.#sleep(milliseconds, signal) };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get standsStill(): boolean {
    return this.standsForMs > 0;
  }

  get standsForMs(): number {
    return this.#isAlive ? Math.max(0, this.#standsUntil - this.#time.now()) : 0;
  }

  die(): void {
    this.#isAlive = false;
    for (const sleep of this.#sleeps) sleep.abort(dead);
  }

  /** `mostMs`: how long it may take until it is known what came of it. */
  async act<T>(mostMs: number, deed: () => T | Promise<T>): Promise<T> {
    if (!this.#isAlive) return never;
    this.#acts += 1;
    const isLast = this.#acts === this.#trouble.dieAt;
    if (isLast && this.#random() < 0.5) {
      this.die();
      return never;
    }
    // Whatever becomes of the deed: who is dead does not see it.
    const [outcome] = await Promise.allSettled([begun(deed)]);
    if (isLast) this.die();
    if (this.#acts === this.#trouble.stallAt) {
      this.#standsUntil = this.#time.now() + this.#trouble.stallMs;
    }
    if (!this.#isAlive) return never;
    await this.#takeTime(mostMs);
    if (!this.#isAlive) return never;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  async #takeTime(mostMs: number): Promise<void> {
    // Many things take no time that anybody sees: then others cannot come between.
    if (this.#random() < 0.5 && this.#standsUntil <= this.#time.now()) return;
    await this.#sleep(Math.ceil(this.#random() * mostMs));
  }

  async #sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!this.#isAlive) return never;
    const until = this.#time.now() + milliseconds;
    do {
      await this.#sleepOnce(Math.max(until, this.#standsUntil) - this.#time.now(), signal);
    } while (this.#time.now() < this.#standsUntil);
  }

  async #sleepOnce(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const end = new AbortController();
    const abort = () => end.abort(signal?.reason);
    this.#sleeps.add(end);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await this.#time.sleep(milliseconds, end.signal);
    } catch (error) {
      if (error === dead) await never;
      throw error;
    } finally {
      this.#sleeps.delete(end);
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** At once: nothing comes between the decision to do it and the deed. */
async function begun<T>(deed: () => T | Promise<T>): Promise<T> {
  return deed();
}
