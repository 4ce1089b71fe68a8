import { addUsd, forgeError, type ToolSpending, type Usage, z } from '@forge/plugin-api';

const amount = z.number().nonnegative();
/** A plugin in another process is bound by no type, and less than nothing would give a budget back. */
const spendingSchema = z.object({
  provider: z.string(),
  model: z.string(),
  usage: z.object({
    inputTokens: amount,
    outputTokens: amount,
    cacheReadTokens: amount,
    cacheWriteTokens: amount,
  }),
  costUsd: amount.optional(),
}) satisfies z.ZodType<ToolSpending>;

/** What one call of a tool has paid for. */
export interface Spending {
  /** Throws INPUT_INVALID for what is no spending. */
  add(spending: ToolSpending): void;
  /** All of it as one; the price of the whole is known when that of each part is. */
  total(): ToolSpending | undefined;
}

export function createSpending(): Spending {
  const all: ToolSpending[] = [];
  return {
    add(spending) {
      const { success, data, error } = spendingSchema.safeParse(spending);
      if (success) return void all.push(data);
      throw forgeError('INPUT_INVALID', 'A tool says of what it has spent what cannot be', {
        why: z.prettifyError(error),
      });
    },
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
