import {
  type ChatRequest,
  type ChatResponse,
  type ContentBlock,
  forgeError,
  type ToolUseBlock,
  z,
} from '@forge/plugin-api';
import { faultOf } from './model-fault.ts';
import { readEvents } from './read-events.ts';

export interface ReadOptions {
  readonly request: ChatRequest;
  readonly onText: ((text: string) => void) | undefined;
  /** Called with everything that arrives. */
  readonly heard: () => void;
  readonly maxBytes: number;
}

const chunkSchema = z.object({
  model: z.string().optional(),
  error: z.unknown().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        delta: z
          .object({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  index: z.int(),
                  id: z.string().optional(),
                  function: z.object({ name: z.string().optional(), arguments: z.string().optional() }),
                }),
              )
              .nullish(),
          })
          .optional(),
      }),
    )
    .default([]),
  usage: z
    .object({
      prompt_tokens: z.int(),
      completion_tokens: z.int(),
      prompt_tokens_details: z.object({ cached_tokens: z.int().optional() }).nullish(),
    })
    .nullish(),
});

type Chunk = z.output<typeof chunkSchema>;

interface Draft {
  model: string;
  text: string;
  refused: boolean;
  finish: string | undefined;
  usage: ChatResponse['usage'];
  readonly calls: { id: string; name: string; written: string }[];
}

/** Resolves only with a whole reply: one that ends without a reason for its end is LLM_CUT. */
export async function readReply(
  body: ReadableStream<Uint8Array>,
  { request, onText, heard, maxBytes }: ReadOptions,
): Promise<ChatResponse> {
  const draft: Draft = {
    model: request.model,
    text: '',
    refused: false,
    finish: undefined,
    usage: undefined,
    calls: [],
  };
  for await (const data of readEvents(body, { heard, maxBytes })) add(draft, chunkOf(data), onText);
  const { model, finish, usage } = draft;
  if (finish === undefined) throw forgeError('LLM_CUT', 'The reply ended before it was whole', { transient: true });
  const content = contentOf(draft, takenIds(request));
  if (draft.refused || finish === 'content_filter') return { model, content, stopReason: 'refusal', usage };
  if (finish === 'length') return { model, content: withCutCall(content), stopReason: 'output_limit', usage };
  return { model, content, stopReason: draft.calls.length > 0 ? 'tool_use' : 'end', usage };
}

function chunkOf(data: string): Chunk {
  const parsed = chunkSchema.safeParse(jsonOf(data));
  if (!parsed.success)
    throw forgeError('LLM_BAD_REPLY', 'The reply cannot be read', { why: data.slice(0, 200), transient: true });
  if (parsed.data.error !== undefined) throw faultOf(undefined, JSON.stringify(parsed.data.error));
  return parsed.data;
}

function add(draft: Draft, { model, choices: [choice], usage }: Chunk, onText: ReadOptions['onText']): void {
  draft.model = model || draft.model;
  if (usage) {
    const cacheReadTokens = usage.prompt_tokens_details?.cached_tokens ?? 0;
    const inputTokens = usage.prompt_tokens - cacheReadTokens;
    draft.usage = { inputTokens, outputTokens: usage.completion_tokens, cacheReadTokens, cacheWriteTokens: 0 };
  }
  if (choice === undefined) return;
  draft.finish = choice.finish_reason ?? draft.finish;
  const { content, refusal, tool_calls: calls } = choice.delta ?? {};
  draft.refused ||= Boolean(refusal);
  draft.text += content ?? refusal ?? '';
  if (content) onText?.(content);
  for (const { index, id, function: part } of calls ?? []) {
    const call = (draft.calls[index] ??= { id: '', name: '', written: '' });
    call.id ||= id ?? '';
    call.name ||= part.name ?? '';
    call.written += part.arguments ?? '';
  }
}

function contentOf({ text, calls }: Draft, taken: Set<string>): readonly ContentBlock[] {
  const blocks = calls.map(({ id, name, written }): ToolUseBlock => {
    const input = written.trim() === '' ? {} : jsonOf(written);
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
    const call = { type: 'tool_use' as const, id: freeId(id || 'call', taken), name };
    return isObject
      ? { ...call, input: input as ToolUseBlock['input'] }
      : { ...call, input: {}, invalidInput: written };
  });
  return [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...blocks];
}

/** A call cut by the output limit must not be taken for a whole one. */
function withCutCall(content: readonly ContentBlock[]): readonly ContentBlock[] {
  return content.map((block) => (block.type === 'tool_use' ? { invalidInput: '', ...block } : block));
}

function takenIds({ messages }: ChatRequest): Set<string> {
  const blocks = messages.flatMap(({ content }) => content);
  return new Set(blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])));
}

function freeId(id: string, taken: Set<string>): string {
  let free = id;
  for (let number = 2; taken.has(free); number++) free = `${id}_${number}`;
  taken.add(free);
  return free;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
