import { addUsd, type ToolSpending, type Usage } from '@forge/plugin-api';

/** What one call of a tool has paid for. */
export interface Spending {
  add(spending: ToolSpending): void;
  /** All of it as one; the price of the whole is known when that of each part is. */
  total(): ToolSpending | undefined;
}

export function createSpending(): Spending {
  const all: ToolSpending[] = [];
  return {
    add: (spending) => void all.push(structuredClone(spending)),
    total() {
      const [first] = all;
      if (first === undefined) return undefined;
      const sum = (count: (usage: Usage) => number) => all.reduce((total, { usage }) => total + count(usage), 0);
      const costs = all.flatMap(({ costUsd }) => (costUsd === undefined ? [] : [costUsd]));
      return {
        provider: first.provider,
        model: first.model,
        usage: {
          inputTokens: sum(({ inputTokens }) => inputTokens),
          outputTokens: sum(({ outputTokens }) => outputTokens),
          cacheReadTokens: sum(({ cacheReadTokens }) => cacheReadTokens),
          cacheWriteTokens: sum(({ cacheWriteTokens }) => cacheWriteTokens),
        },
        ...(costs.length === all.length ? { costUsd: addUsd(...costs) } : {}),
      };
    },
  };
}

export function tokensOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: Usage): number {
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
}
