import type Anthropic from '@anthropic-ai/sdk';
import { type Fetch, modelError, type WatchedCall, watchReply, withUniqueCallIds } from '@forge/model-http';
import {
  type ChatCall,
  type ChatRequest,
  type ChatResponse,
  type Clock,
  forgeError,
  type LLMProvider,
} from '@forge/plugin-api';
import { capabilitiesOf, modelRow } from './models.ts';
import type { AnthropicOptions } from './options.ts';
import { readReply } from './read-reply.ts';
import { PROVIDER, toAnthropic } from './to-anthropic.ts';

export interface AnthropicWorld {
  readonly options: AnthropicOptions;
  readonly apiKey?: string | undefined;
  /** Used without a key: what gateways give out. The SDK sends both as a bearer. */
  readonly authToken?: string | undefined;
  /** Default https://api.anthropic.com. */
  readonly baseUrl?: string | undefined;
  readonly clock: Clock;
  readonly fetch: Fetch;
}

export interface AnthropicProvider extends LLMProvider {
  /** Begins to load the SDK, so that it is there when the first request needs it. Returns at once, may be repeated. */
  warm(): void;
}

const BASE_URL = 'https://api.anthropic.com';
const DEFAULT_OUTPUT_TOKENS = 16_384;
/** The SDK's own limit is switched off: the watch has better ones. */
const NO_TIMEOUT = 2 ** 31 - 1;

const loadSdk = async () => {
  const [{ Anthropic: Client }, { transformJSONSchema }] = await Promise.all([
    import('@anthropic-ai/sdk'),
    import('@anthropic-ai/sdk/lib/transform-json-schema'),
  ]);
  return { Client, transformJSONSchema };
};
type Sdk = Awaited<ReturnType<typeof loadSdk>>;
type Events = AsyncIterable<Anthropic.RawMessageStreamEvent>;

/** Claude over the Messages API. Creating it opens nothing and loads nothing. */
export function createAnthropicProvider(world: AnthropicWorld): AnthropicProvider {
  const { options, apiKey, authToken, clock } = world;
  const baseUrl = options.baseUrl ?? world.baseUrl ?? BASE_URL;
  let loading: Promise<Sdk> | undefined;
  const sdk = (): Promise<Sdk> => (loading ??= loadSdk());

  const capabilities = (model: string) => capabilitiesOf(model, options.models[model]);

  /** One watched attempt. A client costs 40 microseconds; its own fetch is how the watch sees the bytes. */
  const attempt = async <T>(
    model: string,
    signal: AbortSignal,
    run: (client: Anthropic, call: WatchedCall, loaded: Sdk) => Promise<T>,
  ): Promise<T> => {
    if (apiKey === undefined && authToken === undefined) throw noKey();
    const loaded = await sdk();
    return watchReply(
      { provider: PROVIDER, fetch: world.fetch, clock, signal, limits: options },
      (call) =>
        run(
          new loaded.Client({
            apiKey: apiKey ?? null,
            authToken: apiKey === undefined ? (authToken ?? null) : null,
            baseURL: baseUrl,
            fetch: call.fetch,
            maxRetries: 0,
            timeout: NO_TIMEOUT,
            logLevel: 'off',
          }),
          call,
          loaded,
        ),
      (error, started) => modelError(error, { provider: PROVIDER, model, baseUrl, started, now: clock.now() }),
    );
  };

  const encode = (request: ChatRequest, { transformJSONSchema }: Sdk) => {
    const { maxOutputTokens, structuredOutput } = capabilities(request.model);
    return toAnthropic(request, {
      maxOutputTokens: Math.min(maxOutputTokens, DEFAULT_OUTPUT_TOKENS),
      structuredOutput,
      forcedTools: modelRow(request.model).forcedTools,
      effort: options.effort,
      transformSchema: transformJSONSchema,
    });
  };

  return {
    name: PROVIDER,
    defaultModel: options.model,
    warm: () => {
      // A failure is seen by whoever needs the SDK first.
      sdk().catch(() => {});
    },
    capabilities,
    chat: (request: ChatRequest, { signal, onText }: ChatCall): Promise<ChatResponse> =>
      attempt(request.model, signal, async (client, call, loaded) => {
        // Not `messages.create`: for old models it writes to the console, past every logger.
        const body = encode(request, loaded);
        const events = await client.post<Events>('/v1/messages', { body, stream: true, signal: call.signal });
        const reply = await readReply(events, request.model, onText);
        return { ...reply, content: withUniqueCallIds(reply.content, request.messages) };
      }),
    countTokens: (request, { signal }) =>
      attempt(request.model, signal, async (client, call, loaded) => {
        const { max_tokens: _, stream: __, ...body } = encode(request, loaded);
        const { input_tokens: tokens } = await client.messages.countTokens(body, { signal: call.signal });
        return tokens;
      }),
    probe: async () =>
      apiKey === undefined && authToken === undefined
        ? { ok: false, detail: 'ANTHROPIC_API_KEY is not set' }
        : { ok: true, detail: `a key for ${new URL(baseUrl).host} is set` },
  };
}

const noKey = () =>
  forgeError('LLM_CREDENTIALS', 'anthropic: there is no key', {
    fix: 'Set ANTHROPIC_API_KEY, or choose another provider',
  });
