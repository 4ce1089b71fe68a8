import { z } from 'zod';
import type { Json } from './json.ts';
import type { ChatCall, ChatRequest, ChatResponse, LLMProvider } from './llm.ts';

/** First line of a recording. All others are replies, in whatever order they came. */
export const recordingHeaderSchema = z.strictObject({
  forgeRecording: z.literal(1),
  /** The model that was recorded, for those who look. */
  provider: z.string(),
  model: z.string().optional(),
});

/** One reply of a model. Only whole replies are recorded: what failed and was tried again is not part of it. */
export const recordedReplySchema = z.strictObject({
  /** The call without the run's id, such as `implementation/limiter/1/3`: the same in every run of the same plan. */
  call: z.string().min(1),
  /** What was asked, as far as a later run must ask the same. */
  asked: z.strictObject({ tools: z.array(z.string()), output: z.string().optional() }),
  reply: z.looseObject({
    model: z.string(),
    content: z.array(z.looseObject({ type: z.string() })),
    stopReason: z.string(),
    usage: z.looseObject({}).optional(),
  }),
});

export type RecordingHeader = z.output<typeof recordingHeaderSchema>;

export interface RecordedReply {
  readonly call: string;
  readonly asked: { readonly tools: readonly string[]; readonly output?: string | undefined };
  readonly reply: ChatResponse;
}

/** Stands for the run's id in the words of a recorded reply. */
const RUN_ID = '⟨run⟩';

/** A call's id in two parts: the run's own id, and what is the same in every run. */
function partsOf(callId: string): { readonly runId: string; readonly call: string } {
  const slash = callId.indexOf('/');
  return slash === -1 ? { runId: '', call: callId } : { runId: callId.slice(0, slash), call: callId.slice(slash + 1) };
}

/** The key under which a call's reply stands in a recording. */
export const recordingKey = (callId: string): string => partsOf(callId).call;

/** The reply as it is recorded: free of the run's id. */
export function toRecorded(request: ChatRequest, callId: string, reply: ChatResponse): RecordedReply {
  const { runId, call } = partsOf(callId);
  return {
    call,
    asked: { tools: (request.tools ?? []).map((tool) => tool.name), output: request.output?.name },
    reply: runId === '' ? reply : replaced(reply, runId, RUN_ID),
  };
}

/** A recorded reply as the run with that call must see it. */
export const fromRecorded = ({ reply }: RecordedReply, callId: string): ChatResponse =>
  replaced(reply, RUN_ID, partsOf(callId).runId);

/** A copy in which every text has `to` for `from`; names of fields stay. */
function replaced<T>(value: T, from: string, to: string): T {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'string' ? part.replaceAll(from, to) : part,
  ) as T;
}

/**
 * The same provider, whose whole replies are also written down: `write` gets one line at a time, without its end, the
 * header first, and the reply is given on when its line is written. A reply is lost to the run when it cannot be.
 */
export function recordReplies(provider: LLMProvider, write: (line: string) => Promise<void>): LLMProvider {
  let begun: Promise<void> | undefined;
  const writeJson = (value: unknown): Promise<void> => write(JSON.stringify(value as Json));
  const begin = (model: string): Promise<void> =>
    (begun ??= writeJson({ forgeRecording: 1, provider: provider.name, model } satisfies RecordingHeader));
  const chat = async (request: ChatRequest, call: ChatCall): Promise<ChatResponse> => {
    const reply = await provider.chat(request, call);
    await begin(request.model);
    await writeJson(toRecorded(request, call.callId, reply));
    return reply;
  };
  return {
    name: provider.name,
    get defaultModel() {
      return provider.defaultModel;
    },
    chat,
    capabilities: (model) => provider.capabilities(model),
    ...bound(provider, 'countTokens'),
    ...bound(provider, 'embed'),
    ...bound(provider, 'probe'),
  };
}

/** An optional method, if the provider has it. */
function bound<K extends 'countTokens' | 'embed' | 'probe'>(provider: LLMProvider, key: K): Pick<LLMProvider, K> {
  const method = provider[key] as ((...args: never[]) => unknown) | undefined;
  return (method === undefined ? {} : { [key]: method.bind(provider) }) as Pick<LLMProvider, K>;
}
