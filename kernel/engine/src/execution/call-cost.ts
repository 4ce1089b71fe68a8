import { wholeNanos, type Price, type Usage } from '@forge/plugin-api';

/** What one model call uses, in the worst case or in truth. */
export interface CallCost {
  readonly usage: Usage;
  /** All that the usage counts. */
  readonly tokens: number;
  /** Undefined when the model's price is not known. */
  readonly usd: number | undefined;
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
  return tokensOfBytes(text.length) + images * tokensPerImage;
}

/** Tokens in so many bytes of text, on the safe side. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken);
}

/** The worst that a request can cost: all input at the dearest rate, the whole output allowance. */
export function worstCase(inputTokens: number, outputTokens: number, price: Price | undefined): CallCost {
  const usage = { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return realCost(usage, price && { ...price, input: Math.max(price.input, price.cacheWrite) });
}

export function realCost(usage: Usage, price: Price | undefined): CallCost {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const usd =
    price &&
    (inputTokens * price.input +
      outputTokens * price.output +
      cacheReadTokens * price.cacheRead +
      cacheWriteTokens * price.cacheWrite) /
      1e6;
  const tokens = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  return { usage, tokens, usd: usd && wholeNanos(usd) };
}
