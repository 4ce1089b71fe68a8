import type { Clock } from '@forge/plugin-api';

export interface CircuitPolicy {
  /** So many failures in a row, all within the window, open it. */
  readonly failures: number;
  readonly windowMs: number;
  /** How long it stays open; twice as long each time that the call made after it fails, too. */
  readonly openMs: number;
  readonly maxOpenMs: number;
}

/** Leave to make one call. Exactly one of these must be told how it went. */
export interface Permit {
  /** True when that closed the circuit. */
  succeeded(): boolean;
  /** When that opened the circuit: until when, and after how many failures. */
  failed(): Opened | undefined;
  /** It ended for reasons that say nothing about what was called. */
  undecided(): void;
}

export interface Opened {
  readonly until: number;
  readonly failures: number;
}

/**
 * Keeps calls away from what fails again and again. Open, it lets nothing through for a while; then one call tries
 * whether it works again, and the others wait for what comes of it.
 */
export class Circuit {
  readonly #policy: CircuitPolicy;
  readonly #clock: Clock;
  #failedAt: number[] = [];
  #openUntil: number | undefined;
  #openForMs: number;
  #trying = false;
  #changed = new AbortController();

  constructor(policy: CircuitPolicy, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
    this.#openForMs = policy.openMs;
  }

  /** Milliseconds until a call may be made; 0 when one may be made now. */
  get waitMs(): number {
    if (this.#openUntil === undefined) return 0;
    return this.#trying ? this.#openForMs : Math.max(0, this.#openUntil - this.#clock.now());
  }

  /** Leave for a call now; undefined while it is open. */
  tryEnter(): Permit | undefined {
    if (this.waitMs > 0) return undefined;
    const isTrial = this.#openUntil !== undefined;
    this.#trying = isTrial;
    return this.#permit(isTrial);
  }

  /** Leave for a call as soon as one may be made. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<Permit> {
    for (;;) {
      const permit = this.tryEnter();
      if (permit !== undefined) return permit;
      const changed = this.#changed.signal;
      await this.#clock.sleep(this.waitMs, AbortSignal.any([signal, changed])).catch(() => signal.throwIfAborted());
    }
  }

  #permit(isTrial: boolean): Permit {
    return {
      succeeded: () => {
        this.#failedAt = [];
        const wasOpen = this.#openUntil !== undefined;
        this.#openForMs = this.#policy.openMs;
        if (wasOpen) this.#become(undefined);
        return wasOpen;
      },
      failed: () => {
        const now = this.#clock.now();
        this.#failedAt = [...this.#failedAt.filter((at) => now - at <= this.#policy.windowMs), now];
        if (isTrial) this.#openForMs = Math.min(this.#policy.maxOpenMs, this.#openForMs * 2);
        else if (this.#openUntil !== undefined || this.#failedAt.length < this.#policy.failures) return undefined;
        this.#become(now + this.#openForMs);
        return { until: now + this.#openForMs, failures: this.#failedAt.length };
      },
      undecided: () => {
        if (isTrial) this.#become(this.#openUntil);
      },
    };
  }

  #become(openUntil: number | undefined): void {
    this.#openUntil = openUntil;
    this.#trying = false;
    this.#changed.abort();
    this.#changed = new AbortController();
  }
}
