import { type ModelOverride, overridden, price, rowOf } from '@forge/model-http';
import type { ModelCapabilities } from '@forge/plugin-api';

export interface ModelRow extends ModelCapabilities {
  /** Takes `tool_choice: any`. The newest models answer it with 400. */
  readonly forcedTools: boolean;
}

/** The day on which the published prices below were last checked; five-minute cache writes. */
const AS_OF = '2026-10-24';

const model = (
  contextTokens: number,
  maxOutputTokens: number,
  dollars: readonly [input: number, output: number, cacheRead: number, cacheWrite: number],
  forcedTools: boolean,
): ModelRow => ({
  contextTokens,
  maxOutputTokens,
  tools: true,
  images: true,
  structuredOutput: true,
  price: price(AS_OF, ...dollars),
  forcedTools,
});

/** Limits in tokens, prices in US dollars per million tokens, by the name of the API. Dated names find their row. */
export const models: Readonly<Record<string, ModelRow>> = {
  'claude-fable-5-1': model(1_000_000, 128_000, [10, 50, 0.25, 12.5], false),
  'claude-fable-5': model(1_000_000, 128_000, [10, 50, 1, 12.5], false),
  'claude-opus-5-5': model(1_000_000, 128_000, [4, 20, 0.2, 5], false),
  'claude-opus-5': model(1_000_000, 128_000, [5, 25, 0.5, 6.25], true),
  'claude-opus-4-8': model(1_000_000, 128_000, [5, 25, 0.5, 6.25], true),
  'claude-opus-4-7': model(1_000_000, 128_000, [5, 25, 0.5, 6.25], true),
  'claude-opus-4-6': model(1_000_000, 128_000, [5, 25, 0.5, 6.25], true),
  'claude-opus-4-5': model(200_000, 64_000, [5, 25, 0.5, 6.25], true),
  'claude-sonnet-5-5': model(1_000_000, 128_000, [2, 10, 0.1, 2.5], false),
  'claude-sonnet-5': model(1_000_000, 128_000, [2, 10, 0.2, 2.5], true),
  'claude-sonnet-4-6': model(1_000_000, 64_000, [3, 15, 0.3, 3.75], true),
  // It reads a million tokens, but above a hundred thousand every token of the request costs five times as much.
  'claude-haiku-5-5': model(100_000, 128_000, [0.1, 0.5, 0.01, 0.125], false),
  'claude-haiku-4-5': model(200_000, 64_000, [1, 5, 0.1, 1.25], true),
};

/** What is assumed of a model that the table does not know: no price, and nothing that a new model may refuse. */
const unknown: ModelRow = {
  contextTokens: 200_000,
  maxOutputTokens: 64_000,
  tools: true,
  images: true,
  structuredOutput: true,
  forcedTools: false,
};

export const modelRow = (name: string): ModelRow => rowOf(models, name) ?? unknown;

/** What the kernel may know of a model: the table's row, with the configuration's facts over it. */
export function capabilitiesOf(name: string, override: ModelOverride | undefined): ModelCapabilities {
  const { forcedTools: _, ...known } = modelRow(name);
  return overridden(known, override);
}
