import type { EventPayload, ModelCapabilities } from '@forge/plugin-api';
import { defaultOutputTokens } from '../execution/model-caller.ts';
import { worstCase } from '../execution/call-cost.ts';

export type WorkEstimate = EventPayload<'work.estimated'>;

export interface WorkToEstimate {
  readonly tasks: number;
  /** Workers of this process. */
  readonly workers: number;
  /** What planning took; no calls when the plan came from elsewhere. */
  readonly planning: { readonly tokens: number; readonly calls: number };
  readonly model: ModelCapabilities;
  readonly maxOutputTokens: number | undefined;
  /** What the budget has left. */
  readonly left: { readonly usd: number; readonly tokens: number };
}

/** Tokens of a call where planning did not show how large this project's are. */
const tokensOfCall = 8_000;
/** Model calls of a task: a small edit, and one with tests that fail at first, in a conversation that grows. */
const calls = { low: 3, high: 15 } as const;
const growth = { low: 1, high: 2 } as const;
/** Of the tokens of a call; the rest is input, which a prompt cache gives at a lower rate at best. */
const shareOfOutput = 0.1;

/** What working on several tasks may cost, and how many of them the budget can hold at once. */
export function estimateWork(work: WorkToEstimate): WorkEstimate {
  const { tasks, workers, planning, model, maxOutputTokens, left } = work;
  const tokens = planning.calls === 0 ? tokensOfCall : planning.tokens / planning.calls;
  const { price } = model;
  const range = {
    low: Math.round(tasks * calls.low * growth.low * tokens),
    high: Math.round(tasks * calls.high * growth.high * tokens),
  };
  const rate = (input: number, output: number) => (input * (1 - shareOfOutput) + output * shareOfOutput) / 1e6;
  const output = Math.min(maxOutputTokens ?? defaultOutputTokens, model.maxOutputTokens);
  const one = worstCase(Math.ceil(tokens), output, price);
  const room = Math.min(
    left.tokens / one.tokens,
    one.usd === undefined || one.usd === 0 ? Infinity : left.usd / one.usd,
  );
  return {
    tasks,
    tokens: range,
    ...(price === undefined
      ? {}
      : {
          usd: {
            low: range.low * rate(price.cacheRead, price.output),
            high: range.high * rate(Math.max(price.input, price.cacheWrite), price.output),
          },
        }),
    workers,
    atOnce: Math.max(1, Math.min(workers, tasks, Math.floor(room))),
    fits: room >= Math.min(workers, tasks),
    left,
  };
}
