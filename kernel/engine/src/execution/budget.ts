import { forgeError, type ChatRequest, type ModelCapabilities, type Price, type Usage } from '@forge/plugin-api';

export interface Reservation {
  readonly tokens: number;
  /** Undefined when the model's price is not known. */
  readonly usd: number | undefined;
}

export interface BudgetLimits {
  readonly usd: number;
  readonly tokens: number;
}

/**
 * The one budget of a run. A call reserves its worst case before it starts and books its real cost after, so that
 * spent and reserved together never pass the limit, however many executions draw at once.
 */
export class Budget {
  readonly #limits: BudgetLimits;
  #spent: { usd: number; tokens: number };
  #reserved = { usd: 0, tokens: 0 };

  constructor(limits: BudgetLimits, spent: { readonly usd: number; readonly tokens: number }) {
    this.#limits = limits;
    this.#spent = { ...spent };
  }

  get spent(): { readonly usd: number; readonly tokens: number } {
    return { ...this.#spent };
  }

  /** Throws BREAKER_COST or BREAKER_TOKENS when the worst case would pass the limit. */
  reserve(worst: Reservation): void {
    const usd = this.#spent.usd + this.#reserved.usd + (worst.usd ?? 0);
    const tokens = this.#spent.tokens + this.#reserved.tokens + worst.tokens;
    if (usd > this.#limits.usd) {
      throw forgeError(
        'BREAKER_COST',
        `The budget of ${dollars(this.#limits.usd)} is not enough for the next model call`,
        {
          why: `$${this.#spent.usd.toFixed(4)} is spent, and the call may cost $${(worst.usd ?? 0).toFixed(4)}`,
          fix: 'resume with a higher --budget, or choose a cheaper model',
        },
      );
    }
    if (tokens > this.#limits.tokens) {
      throw forgeError(
        'BREAKER_TOKENS',
        `The limit of ${this.#limits.tokens} tokens is not enough for the next model call`,
        {
          why: `${this.#spent.tokens} are used, and the call may use ${worst.tokens}`,
          fix: 'raise safety.maxTokens in the configuration and resume',
        },
      );
    }
    this.#reserved.usd += worst.usd ?? 0;
    this.#reserved.tokens += worst.tokens;
  }

  /** Books the real cost in place of what was reserved. */
  commit(worst: Reservation, real: Reservation): void {
    this.release(worst);
    this.#spent = { usd: this.#spent.usd + (real.usd ?? 0), tokens: this.#spent.tokens + real.tokens };
  }

  /** The call cost nothing. */
  release(worst: Reservation): void {
    this.#reserved.usd -= worst.usd ?? 0;
    this.#reserved.tokens -= worst.tokens;
  }
}

function dollars(usd: number): string {
  return `$${usd < 0.01 ? usd.toFixed(4) : usd.toFixed(2)}`;
}

/** About as few bytes as a token ever takes in prose and code. */
const bytesPerToken = 3;
/** What a provider counts for a picture, at most about this. */
const tokensPerImage = 1_600;

/** Input tokens of a message's or a tool's JSON text, on the safe side. */
export function estimateTokens(value: unknown): number {
  let images = 0;
  const text = JSON.stringify(value, (key, member: unknown) => {
    if (key !== 'data' || typeof member !== 'string' || member.length < 1_000) return member;
    images += 1;
    return '';
  });
  return Math.ceil(text.length / bytesPerToken) + images * tokensPerImage;
}

/** The worst that a request can cost: all input at the dearest rate, the whole output allowance. */
export function worstCase(
  inputTokens: number,
  request: Pick<ChatRequest, 'maxOutputTokens'>,
  capabilities: ModelCapabilities,
): Reservation {
  const output = request.maxOutputTokens ?? capabilities.maxOutputTokens;
  const { price } = capabilities;
  const usd = price && (inputTokens * Math.max(price.input, price.cacheWrite) + output * price.output) / 1e6;
  return { tokens: inputTokens + output, usd };
}

export function realCost(usage: Usage, price: Price | undefined): Reservation {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const usd =
    price &&
    (inputTokens * price.input +
      outputTokens * price.output +
      cacheReadTokens * price.cacheRead +
      cacheWriteTokens * price.cacheWrite) /
      1e6;
  return { tokens: inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens, usd };
}
