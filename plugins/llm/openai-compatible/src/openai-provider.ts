import { type Fetch, modelError, type WatchedCall, watchReply, withUniqueCallIds } from '@forge/model-http';
import {
  type ChatCall,
  type ChatRequest,
  type ChatResponse,
  type Clock,
  forgeError,
  isForgeError,
  type LLMProvider,
  type ModelProbe,
} from '@forge/plugin-api';
import type OpenAI from 'openai';
import { capabilitiesOf } from './models.ts';
import type { OpenAiOptions } from './options.ts';
import { asStream } from './as-stream.ts';
import { askForCall } from './ask-for-call.ts';
import { readReply } from './read-reply.ts';
import { chatModelOf, findLocalServer, type ListedModel, listModels, type Server, serverAt } from './server.ts';
import { PROVIDER, toOpenAi } from './to-openai.ts';

export interface OpenAiWorld {
  readonly options: OpenAiOptions;
  readonly apiKey?: string | undefined;
  /** With its version. Default: OpenAI's own with a key; without, a local server is looked for. */
  readonly baseUrl?: string | undefined;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Where to look for a local server when neither a base URL nor a key is given. Default: the usual places. */
  readonly candidates?: readonly { readonly title: string; readonly baseUrl: string }[];
}

export interface OpenAiProvider extends LLMProvider {
  /** Begins to load the SDK, so that it is there when the first request needs it. Returns at once, may be repeated. */
  warm(): void;
}

const OPENAI = 'https://api.openai.com/v1';
const OPENAI_MODEL = 'gpt-6.1-sol';
const DEFAULT_OUTPUT_TOKENS = 16_384;
const LIST_MS = 10_000;
/** The SDK's own limit is switched off: the watch has better ones. */
const NO_TIMEOUT = 2 ** 31 - 1;

const loadSdk = () => import('openai');

/** Any server of the chat completions API. Creating it opens nothing and loads nothing. */
export function createOpenAiProvider(world: OpenAiWorld): OpenAiProvider {
  const { options, apiKey, clock, fetch } = world;
  const given = world.baseUrl ?? (apiKey === undefined ? undefined : OPENAI);
  let server: Server | undefined = given === undefined ? undefined : serverAt(given);
  let listed: readonly ListedModel[] = [];
  let loading: ReturnType<typeof loadSdk> | undefined;
  const sdk = () => (loading ??= loadSdk());

  /** The server that was named, else a local one, looked for again until it is found. */
  const find = async (signal: AbortSignal): Promise<Server> => {
    if (server !== undefined) return server;
    const found = await findLocalServer({ fetch, clock, signal }, world.candidates);
    if (found === undefined) throw noServer();
    listed = found.models;
    server = found.server;
    return server;
  };

  const capabilities = (model: string) => {
    const contextTokens = listed.find(({ id }) => id === model)?.contextTokens;
    const facts = { isLocal: server?.isLocal ?? true, isOpenAi: server?.isOpenAi ?? false, contextTokens };
    return capabilitiesOf(model, facts, options.models[model]);
  };

  /** One watched attempt. A client costs 40 microseconds; its own fetch is how the watch sees the bytes. */
  const attempt = async <T>(
    model: string,
    signal: AbortSignal,
    run: (client: OpenAI, call: WatchedCall, at: Server) => Promise<T>,
  ): Promise<T> => {
    const [at, { OpenAI: Client }] = await Promise.all([find(signal), sdk()]);
    const { stallMs, maxReplyBytes, firstByteMs = at.isLocal ? 600_000 : 120_000 } = options;
    const limits = { firstByteMs, stallMs, maxReplyBytes };
    return watchReply(
      { provider: PROVIDER, fetch, clock, signal, limits },
      (call) =>
        run(
          new Client({
            // Local servers take any key, and the SDK insists on one.
            apiKey: apiKey ?? 'none',
            baseURL: at.baseUrl,
            organization: null,
            project: null,
            fetch: call.fetch,
            maxRetries: 0,
            timeout: NO_TIMEOUT,
            logLevel: 'off',
          }),
          call,
          at,
        ),
      (error, started) =>
        modelError(error, { provider: PROVIDER, model, baseUrl: at.baseUrl, started, now: clock.now() }),
    );
  };

  const chat = (request: ChatRequest, { signal, onText }: Pick<ChatCall, 'signal' | 'onText'>): Promise<ChatResponse> =>
    attempt(request.model, signal, async (client, call, at) => {
      const { maxOutputTokens, structuredOutput } = capabilities(request.model);
      const body = toOpenAi(request, {
        maxOutputTokens: Math.min(maxOutputTokens, DEFAULT_OUTPUT_TOKENS),
        structuredOutput,
        limitField: at.isOpenAi ? 'max_completion_tokens' : 'max_tokens',
      });
      const streaming = client.withOptions({ fetch: async (url, init) => asStream(await call.fetch(url, init)) });
      const chunks = await streaming.chat.completions.create(body, { signal: call.signal });
      const reply = await readReply(chunks, request.model, onText);
      return { ...reply, content: withUniqueCallIds(reply.content, request.messages) };
    });

  const embed =
    (model: string) =>
    (text: string, { signal }: { signal: AbortSignal }) =>
      attempt(model, signal, async (client, call) => {
        const { data } = await client.embeddings.create({ model, input: text }, { signal: call.signal });
        const [first] = data;
        if (first === undefined) throw new SyntaxError('The server sent no embedding');
        return Float32Array.from(first.embedding);
      });

  /** Lists the models; a local one is also asked for one tool call, since many cannot and it costs nothing there. */
  const probe = async ({ signal }: { signal: AbortSignal }): Promise<ModelProbe> => {
    const at = await find(signal);
    listed = await listModels(at, { fetch, clock, signal, apiKey, timeoutMs: LIST_MS });
    const model = options.model ?? chatModelOf(listed);
    const place = `${at.title} at ${at.baseUrl}`;
    if (!at.isLocal) return { ok: true, detail: `${place} has ${listed.length} models` };
    if (model === undefined) return { ok: false, detail: `${place} has no model for chat` };
    return askForCall(chat, clock, model, place, signal);
  };

  return {
    name: PROVIDER,
    defaultModel: options.model ?? (server?.isOpenAi ? OPENAI_MODEL : undefined),
    warm: () => {
      // A failure is seen by whoever needs the SDK first.
      sdk().catch(() => {});
    },
    capabilities,
    chat,
    probe: (call) =>
      probe(call).catch((error: unknown) => {
        call.signal.throwIfAborted();
        if (!isForgeError(error)) throw error;
        return { ok: false, detail: [error.message, error.details.why].filter(Boolean).join(': ') };
      }),
    ...(options.embeddingModel !== undefined && { embed: embed(options.embeddingModel) }),
  };
}

const noServer = () =>
  forgeError('LLM_UNAVAILABLE', `${PROVIDER}: there is no key, and no local server answers`, {
    fix: 'Start Ollama, LM Studio or vLLM, or set OPENAI_BASE_URL or OPENAI_API_KEY',
  });
