import { type Fetch, modelError, watchReply } from '@forge/model-http';
import { type Clock, z } from '@forge/plugin-api';

/** A server that speaks the API, and what it has. */
export interface Server {
  /** What it seems to be, such as `Ollama`, or its host. */
  readonly title: string;
  /** With the version, such as `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly isLocal: boolean;
  readonly isOpenAi: boolean;
}

export interface ListedModel {
  readonly id: string;
  /** When the server says so. */
  readonly contextTokens: number | undefined;
}

/** Where the usual local servers listen, the likeliest first. */
export const LOCAL_SERVERS: readonly { readonly title: string; readonly baseUrl: string }[] = [
  { title: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { title: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { title: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
  { title: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
];

export function serverAt(baseUrl: string, title?: string): Server {
  const { hostname, host } = new URL(baseUrl);
  return {
    title: title ?? host,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    isLocal: /^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(hostname),
    isOpenAi: hostname === 'api.openai.com' || hostname.endsWith('.api.openai.com'),
  };
}

/** Base URL for Ollama's own variable: a host, maybe with scheme and port, maybe an address to listen on. */
export function ollamaUrl(host: string | undefined): string | undefined {
  if (!host) return undefined;
  const hasScheme = host.includes('://');
  const url = new URL(hasScheme ? host : `http://${host}`);
  if (!hasScheme && url.port === '') url.port = '11434';
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  return `${url.origin}/v1`;
}

const listSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      // vLLM, OpenRouter and Groq each have a word for it.
      max_model_len: z.number().nullish(),
      context_length: z.number().nullish(),
      context_window: z.number().nullish(),
    }),
  ),
});

export interface ListOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly apiKey: string | undefined;
  /** The most time until the first byte, and between two. */
  readonly timeoutMs: number;
}

/** The models that a server has. Rejects with LLM_… when it does not answer in time, or answers something else. */
export function listModels(server: Server, options: ListOptions): Promise<readonly ListedModel[]> {
  const { baseUrl } = server;
  const { clock, fetch, signal, timeoutMs, apiKey } = options;
  const limits = { firstByteMs: timeoutMs, stallMs: timeoutMs, maxReplyBytes: 8 * 1024 * 1024 };
  return watchReply(
    { provider: server.title, fetch, clock, signal, limits },
    async (call) => {
      const headers = { accept: 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) };
      const response = await call.fetch(`${baseUrl}/models`, { headers, signal: call.signal, redirect: 'error' });
      const text = await response.text();
      if (!response.ok) throw Object.assign(new Error(text.slice(0, 200)), { status: response.status });
      return listSchema.parse(JSON.parse(text)).data.map((model) => ({
        id: model.id,
        contextTokens: model.max_model_len ?? model.context_length ?? model.context_window ?? undefined,
      }));
    },
    (error, started) =>
      modelError(error, { provider: server.title, model: 'list of models', baseUrl, started, now: clock.now() }),
  );
}

/** The first of the usual local servers that answers and has a model; `undefined` if none does. Takes a second at most. */
export async function findLocalServer(
  options: Omit<ListOptions, 'timeoutMs' | 'apiKey'>,
  candidates: readonly { readonly title: string; readonly baseUrl: string }[] = LOCAL_SERVERS,
): Promise<{ server: Server; models: readonly ListedModel[] } | undefined> {
  const asked = candidates.map(async ({ title, baseUrl }) => {
    const server = serverAt(baseUrl, title);
    const models = await listModels(server, { ...options, apiKey: undefined, timeoutMs: 1000 }).catch(() => []);
    return { server, models };
  });
  for (const answer of asked) {
    const found = await answer;
    if (chatModelOf(found.models) !== undefined) return found;
  }
  options.signal.throwIfAborted();
  return undefined;
}

/** The first model that is not made for something else than chat. */
export const chatModelOf = (models: readonly ListedModel[]): string | undefined =>
  models.find(({ id }) => !/embed|rerank|whisper|tts|bge-|moderation|dall-e|diffusion/i.test(id))?.id;
