import { type ModelOverride, overridden, price, rowOf } from '@forge/model-http';
import type { ModelCapabilities } from '@forge/plugin-api';

/** The days on which the published prices below were last checked. */
const CHECKED = '2026-10-16';
const OLDER = '2025-12-31';

const model = (
  contextTokens: number,
  maxOutputTokens: number,
  asOf: string,
  dollars: readonly [input: number, output: number, cacheRead: number, cacheWrite: number],
): ModelCapabilities => ({
  contextTokens,
  maxOutputTokens,
  tools: true,
  images: true,
  structuredOutput: true,
  price: price(asOf, ...dollars),
});

/** Above this many tokens in a request, the newer models cost twice as much; so their context ends here. */
const CHEAP = 272_000;

/** Limits in tokens, prices in US dollars per million tokens. Dated names find their row. */
export const models: Readonly<Record<string, ModelCapabilities>> = {
  'gpt-6-astra': model(CHEAP, 128_000, CHECKED, [10, 50, 1, 12.5]),
  'gpt-6.1-sol': model(CHEAP, 128_000, CHECKED, [2, 10, 0.1, 2.5]),
  'gpt-6-sol': model(CHEAP, 128_000, CHECKED, [2, 10, 0.2, 2.5]),
  'gpt-6-luna': model(CHEAP, 128_000, CHECKED, [0.1, 0.5, 0.01, 0.125]),
  'gpt-5.2': model(400_000, 128_000, OLDER, [1.75, 14, 0.175, 1.75]),
  'gpt-5.1': model(400_000, 128_000, OLDER, [1.25, 10, 0.125, 1.25]),
  'gpt-5': model(400_000, 128_000, OLDER, [1.25, 10, 0.125, 1.25]),
  'gpt-5-mini': model(400_000, 128_000, OLDER, [0.25, 2, 0.025, 0.25]),
  'gpt-5-nano': model(400_000, 128_000, OLDER, [0.05, 0.4, 0.005, 0.05]),
  'gpt-4.1': model(1_047_576, 32_768, OLDER, [2, 8, 0.5, 2]),
  'gpt-4.1-mini': model(1_047_576, 32_768, OLDER, [0.4, 1.6, 0.1, 0.4]),
  'gpt-4.1-nano': model(1_047_576, 32_768, OLDER, [0.1, 0.4, 0.025, 0.1]),
  'gpt-4o': model(128_000, 16_384, OLDER, [2.5, 10, 1.25, 2.5]),
  'gpt-4o-mini': model(128_000, 16_384, OLDER, [0.15, 0.6, 0.075, 0.15]),
  o3: model(200_000, 100_000, OLDER, [2, 8, 0.5, 2]),
  'o4-mini': model(200_000, 100_000, OLDER, [1.1, 4.4, 0.275, 1.1]),
};

export interface ServerFacts {
  /** On this machine: such servers enforce a schema by grammar. */
  readonly isLocal: boolean;
  /** OpenAI itself: only there do the table's limits and prices hold. */
  readonly isOpenAi: boolean;
  /** What the server itself said of the model's context. */
  readonly contextTokens?: number | undefined;
}

/** What may be assumed of a model on that server, with the configuration's facts over it. */
export function capabilitiesOf(
  name: string,
  server: ServerFacts,
  override: ModelOverride | undefined,
): ModelCapabilities {
  const row = server.isOpenAi ? rowOf(models, name) : undefined;
  const contextTokens = server.contextTokens ?? 32_768;
  const assumed: ModelCapabilities = row ?? {
    contextTokens,
    maxOutputTokens: Math.min(8192, Math.floor(contextTokens / 4)),
    tools: true,
    images: server.isOpenAi,
    structuredOutput: server.isLocal || server.isOpenAi,
  };
  return overridden(assumed, override);
}
