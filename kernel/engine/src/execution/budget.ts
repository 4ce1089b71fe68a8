import { addUsd, forgeError, type ErrorCode } from '@forge/plugin-api';

export const resources = ['usd', 'tokens', 'iterations', 'toolCalls'] as const;
export type Resource = (typeof resources)[number];

/** So much of each resource; what is left out is none. Dollars are undefined for a model without a known price. */
export type Amounts = { readonly [R in Resource]?: number | undefined };

export interface Limit {
  readonly max: number;
  /** Such as `safety.budgetUsd`. */
  readonly setting: string;
}

export interface BudgetOptions {
  /** Such as `the run`, for messages. */
  readonly name: string;
  /** A resource without a limit is only counted. */
  readonly limits: { readonly [R in Resource]?: Limit | undefined };
  readonly spent?: Amounts;
}

/** What was reserved for one call, until the call has ended. */
export interface Reservation {
  /** Books what it really used. What a settled reservation is told later changes nothing. */
  commit(real: Amounts): void;
  /** It used nothing. */
  release(): void;
}

/**
 * A node of the one tree of budgets: the run's at the root, below it phases, tasks and executions. A call reserves its
 * worst case in its node and in all above before it starts, and books its real use after, so that spent and reserved
 * together never pass a limit of any of them, however many draw at once.
 */
export class Budget {
  readonly #options: BudgetOptions;
  readonly #parent: Budget | undefined;
  readonly #spent: Totals;
  readonly #reserved: Totals = emptyTotals();

  constructor(options: BudgetOptions, parent?: Budget) {
    this.#options = options;
    this.#parent = parent;
    this.#spent = emptyTotals();
    add(this.#spent, options.spent ?? {}, 1);
  }

  child(options: BudgetOptions): Budget {
    return new Budget(options, this);
  }

  get spent(): Readonly<Totals> {
    return { ...this.#spent };
  }

  get reserved(): Readonly<Totals> {
    return { ...this.#reserved };
  }

  /** What is neither spent nor reserved; infinite without a limit. */
  left(resource: Resource): number {
    return Math.max(0, (this.#options.limits[resource]?.max ?? Infinity) - this.#drawn(resource, 0));
  }

  /** Throws the BREAKER_ error of the first limit that the worst case would pass, outermost first; else all or none. */
  reserve(worst: Amounts): Reservation {
    const nodes = this.#path();
    for (const node of nodes) node.#check(worst);
    for (const node of nodes) add(node.#reserved, worst, 1);
    let open = true;
    const settle = (real: Amounts): void => {
      if (!open) return;
      open = false;
      for (const node of nodes) {
        add(node.#reserved, worst, -1);
        add(node.#spent, real, 1);
      }
    };
    return { commit: settle, release: () => settle({}) };
  }

  /** The first limit, outermost first, that leaves nothing for another call. */
  exhausted(): { readonly resource: Resource; readonly reason: string } | undefined {
    for (const node of this.#path()) {
      for (const resource of resources) {
        const limit = node.#options.limits[resource];
        if (limit === undefined || node.#drawn(resource, 0) < limit.max) continue;
        return { resource, reason: `${amountOf(resource, limit.max)} of ${node.#options.name}` };
      }
    }
    return undefined;
  }

  /** From the root to this node. */
  #path(): readonly Budget[] {
    return this.#parent === undefined ? [this] : [...this.#parent.#path(), this];
  }

  #drawn(resource: Resource, more: number): number {
    return sum(resource, sum(resource, this.#spent[resource], this.#reserved[resource]), more);
  }

  #check(worst: Amounts): void {
    const { limits, name } = this.#options;
    for (const resource of resources) {
      const limit = limits[resource];
      const more = worst[resource] ?? 0;
      if (limit === undefined || more === 0 || this.#drawn(resource, more) <= limit.max) continue;
      const used = amountOf(resource, this.#spent[resource]);
      const held = this.#reserved[resource];
      throw forgeError(breakers[resource], `The limit of ${name}, ${amountOf(resource, limit.max)}, is reached`, {
        why: [
          `${used} used`,
          held > 0 ? `${amountOf(resource, held)} reserved by calls under way` : '',
          `the next call may take ${amountOf(resource, more)}`,
        ]
          .filter((part) => part !== '')
          .join(', '),
        fix: fixFor(limit),
        data: { resource, setting: limit.setting, max: limit.max },
      });
    }
  }
}

type Totals = Record<Resource, number>;

function emptyTotals(): Totals {
  return { usd: 0, tokens: 0, iterations: 0, toolCalls: 0 };
}

function add(totals: Totals, amounts: Amounts, sign: 1 | -1): void {
  for (const resource of resources) totals[resource] = sum(resource, totals[resource], sign * (amounts[resource] ?? 0));
}

/** Money is counted in whole nano-dollars, so that nothing is won or lost on the way. */
function sum(resource: Resource, left: number, right: number): number {
  return resource === 'usd' ? addUsd(left, right) : left + right;
}

const breakers: Readonly<Record<Resource, ErrorCode>> = {
  usd: 'BREAKER_COST',
  tokens: 'BREAKER_TOKENS',
  iterations: 'BREAKER_ITERATIONS',
  toolCalls: 'BREAKER_TOOL_CALLS',
};

const words: Readonly<Record<Exclude<Resource, 'usd'>, string>> = {
  tokens: 'tokens',
  iterations: 'model calls',
  toolCalls: 'tool calls',
};

function amountOf(resource: Resource, amount: number): string {
  if (resource !== 'usd') return `${amount} ${words[resource]}`;
  return `$${amount === 0 || amount >= 0.01 ? amount.toFixed(2) : amount.toFixed(4)}`;
}

function fixFor({ setting }: Limit): string {
  return setting === 'safety.budgetUsd'
    ? 'resume with a higher --budget, or choose a cheaper model'
    : `raise ${setting} and resume, or make the task smaller`;
}
