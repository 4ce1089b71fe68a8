import {
  forgeError,
  type BreakerResult,
  type ExecutionState,
  type ForgeError,
  type ResolvedConfig,
} from '@forge/plugin-api';
import type { Budget, Resource } from './budget.ts';
import { LoopDetector, type Observation } from './loop-detector.ts';

type Limits = Pick<ResolvedConfig['safety'], 'maxMinutes' | 'maxFailures' | 'maxRepeats'>;

export interface BreakerDeps {
  readonly limits: Limits;
  /** The execution's own node of the run's budget. */
  readonly budget: Budget;
  /** Milliseconds that the execution was worked on, before a crash or stop too. */
  elapsedMs(): number;
}

const names: Readonly<Record<Resource, string>> = {
  usd: 'cost',
  tokens: 'tokens',
  iterations: 'iterations',
  toolCalls: 'tool-calls',
};

/**
 * The breakers of one execution: what it may use is the budget's to say, the rest is watched here. Nothing of it is
 * shared with another execution.
 */
export class ExecutionBreakers {
  readonly #deps: BreakerDeps;
  readonly #loops: LoopDetector;
  #failuresInARow = 0;
  #nudged = false;

  constructor(deps: BreakerDeps) {
    this.#deps = deps;
    this.#loops = new LoopDetector(deps.limits.maxRepeats);
  }

  get state(): ExecutionState {
    const { usd, ...counts } = this.#deps.budget.spent;
    return { costUsd: usd, ...counts, elapsedMs: this.#deps.elapsedMs() };
  }

  check(): BreakerResult {
    const { maxMinutes } = this.#deps.limits;
    if (this.#isLate()) return { shouldBreak: true, breaker: 'time', reason: `${maxMinutes} minutes` };
    const exhausted = this.#deps.budget.exhausted();
    if (exhausted === undefined) return { shouldBreak: false };
    return { shouldBreak: true, breaker: names[exhausted.resource], reason: exhausted.reason };
  }

  /** Throws BREAKER_TIME when the execution has had its time. */
  beforeCall(): void {
    if (this.#isLate()) throw outOfTime('An agent', this.#deps.limits.maxMinutes, 'safety.maxMinutes');
  }

  #isLate(): boolean {
    return this.#deps.elapsedMs() >= this.#deps.limits.maxMinutes * 60_000;
  }

  /**
   * Tells what a tool call came to. Returns a hint for the model the first time that it seems to go round in circles;
   * throws BREAKER_LOOP or BREAKER_FAILURES when it goes on.
   */
  afterToolCall(call: Observation): string | undefined {
    this.#failuresInARow = call.failed ? this.#failuresInARow + 1 : 0;
    if (this.#failuresInARow >= this.#deps.limits.maxFailures) {
      throw forgeError('BREAKER_FAILURES', `${this.#failuresInARow} tool calls failed one after the other`, {
        why: `safety.maxFailures is ${this.#deps.limits.maxFailures}`,
        fix: 'look at `forge logs` for what failed; resume tries again',
      });
    }
    const loop = this.#loops.observe(call);
    if (loop === undefined) return undefined;
    if (loop.repeats >= this.#deps.limits.maxRepeats) {
      throw forgeError('BREAKER_LOOP', `An agent repeated itself ${loop.repeats} times with the same outcome`, {
        why: `it called ${loop.tools.join(', then ')}, each time with the same input`,
        fix: 'look at `forge logs`; say more clearly what is wanted, then run again',
      });
    }
    if (this.#nudged || loop.repeats < Math.ceil(this.#deps.limits.maxRepeats / 2)) return undefined;
    this.#nudged = true;
    return `You have made the same call ${loop.repeats} times with the same outcome. Try something else, or give your answer.`;
  }
}

/** `who` is `An agent` or `The run`. */
export function outOfTime(who: string, minutes: number, setting: string): ForgeError {
  return forgeError('BREAKER_TIME', `${who} reached its limit: ${minutes} minutes`, {
    fix: `raise ${setting} and resume, or make the task smaller`,
    data: { resource: 'minutes', setting, max: minutes },
  });
}
