import {
  forgeError,
  type BreakerResult,
  type ErrorCode,
  type ExecutionState,
  type ResolvedConfig,
} from '@forge/plugin-api';
import { LoopDetector } from './loop-detector.ts';

type Limits = ResolvedConfig['safety'];

interface Breaker {
  readonly name: string;
  readonly code: ErrorCode;
  /** Undefined while it holds. */
  reason(state: ExecutionState, limits: Limits): string | undefined;
  readonly setting: keyof Limits;
}

/** Limits of one execution; money and tokens are the run's and live in the budget. */
const breakers: readonly Breaker[] = [
  {
    name: 'iterations',
    code: 'BREAKER_ITERATIONS',
    setting: 'maxIterations',
    reason: ({ iterations }, { maxIterations }) =>
      iterations >= maxIterations ? `${iterations} model calls` : undefined,
  },
  {
    name: 'tool-calls',
    code: 'BREAKER_TOOL_CALLS',
    setting: 'maxToolCalls',
    reason: ({ toolCalls }, { maxToolCalls }) => (toolCalls >= maxToolCalls ? `${toolCalls} tool calls` : undefined),
  },
  {
    name: 'time',
    code: 'BREAKER_TIME',
    setting: 'maxMinutes',
    reason: ({ elapsedMs }, { maxMinutes }) => (elapsedMs >= maxMinutes * 60_000 ? `${maxMinutes} minutes` : undefined),
  },
];

/** The breakers of one execution. Its state is its own; a resumed execution starts from what its journal counted. */
export class ExecutionBreakers {
  readonly #limits: Limits;
  readonly #state: () => ExecutionState;
  readonly #loops: LoopDetector;
  #failuresInARow = 0;
  #nudged = false;

  constructor(limits: Limits, state: () => ExecutionState) {
    this.#limits = limits;
    this.#state = state;
    this.#loops = new LoopDetector(limits.maxRepeats);
  }

  get state(): ExecutionState {
    return this.#state();
  }

  check(): BreakerResult {
    for (const { name, reason } of breakers) {
      const why = reason(this.#state(), this.#limits);
      if (why !== undefined) return { shouldBreak: true, breaker: name, reason: why };
    }
    return { shouldBreak: false };
  }

  /** Throws the BREAKER_ error of the first limit that is reached. */
  beforeModelCall(): void {
    this.#enforce(['iterations', 'time']);
  }

  beforeToolCall(): void {
    this.#enforce(['tool-calls', 'time']);
  }

  #enforce(names: readonly string[]): void {
    for (const { name, code, reason, setting } of breakers) {
      const why = names.includes(name) ? reason(this.#state(), this.#limits) : undefined;
      if (why === undefined) continue;
      throw forgeError(code, `An agent reached its limit: ${why}`, {
        why: `safety.${setting} is ${this.#limits[setting]}`,
        fix: `raise safety.${setting} and resume, or make the task smaller`,
      });
    }
  }

  /**
   * Tells what a tool call came to. Returns a hint for the model the first time that it seems to go round in circles;
   * throws BREAKER_LOOP or BREAKER_FAILURES when it goes on.
   */
  afterToolCall(call: { readonly key: string; readonly failed: boolean }): string | undefined {
    this.#failuresInARow = call.failed ? this.#failuresInARow + 1 : 0;
    if (this.#failuresInARow >= this.#limits.maxFailures) {
      throw forgeError('BREAKER_FAILURES', `${this.#failuresInARow} tool calls failed one after the other`, {
        why: `safety.maxFailures is ${this.#limits.maxFailures}`,
        fix: 'look at `forge logs` for what failed; resume tries again',
      });
    }
    const loop = this.#loops.observe(call);
    if (loop === undefined) return undefined;
    if (loop.repeats >= this.#limits.maxRepeats) {
      throw forgeError('BREAKER_LOOP', `An agent repeated itself ${loop.repeats} times with the same outcome`, {
        why: `the calls were ${loop.pattern.slice(0, 300)}`,
        fix: 'look at `forge logs`; say more clearly what is wanted, then run again',
      });
    }
    if (this.#nudged || loop.repeats < Math.ceil(this.#limits.maxRepeats / 2)) return undefined;
    this.#nudged = true;
    return `You have made the same call ${loop.repeats} times with the same outcome. Try something else, or give your answer.`;
  }
}
