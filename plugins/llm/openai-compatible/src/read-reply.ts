import { toolUse, withCutCall } from '@forge/model-http';
import { type ChatResponse, type ContentBlock, forgeError, type Usage } from '@forge/plugin-api';
import type OpenAI from 'openai';
import { PROVIDER } from './to-openai.ts';

type Chunk = OpenAI.ChatCompletionChunk;
type Delta = OpenAI.ChatCompletionChunk.Choice.Delta;
type CallPiece = OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall;

interface CallDraft {
  id: string;
  name: string;
  written: string;
}

interface Draft {
  model: string;
  text: string;
  refusal: string;
  reasoning: { field: string; text: string } | undefined;
  readonly calls: Map<number, CallDraft>;
  finish: string | undefined;
  usage: OpenAI.CompletionUsage | undefined;
}

/** Names under which servers send what the model thinks. */
const REASONING = ['reasoning_content', 'reasoning'] as const;

/**
 * Gathers a streamed reply. Resolves only when the stream gave a reason for its end; one that ends without is
 * LLM_CUT. Tolerant of what servers do differently: calls without index, whole arguments at once, empty ids, `stop`
 * as the reason of a reply with calls.
 */
export async function readReply(
  chunks: AsyncIterable<Chunk>,
  model: string,
  onText: ((text: string) => void) | undefined,
): Promise<ChatResponse> {
  const draft: Draft = {
    model,
    text: '',
    refusal: '',
    reasoning: undefined,
    calls: new Map(),
    finish: undefined,
    usage: undefined,
  };
  for await (const chunk of chunks) {
    draft.model = chunk.model || draft.model;
    draft.usage = chunk.usage ?? draft.usage;
    const choice = chunk.choices?.[0];
    if (choice === undefined) continue;
    draft.finish = choice.finish_reason ?? draft.finish;
    addDelta(draft, choice.delta, onText);
  }
  if (draft.finish === undefined) {
    throw forgeError('LLM_CUT', `${PROVIDER}: the reply ended before it was whole`, { transient: true });
  }
  return { model: draft.model, ...closing(draft, model), usage: usageOf(draft.usage) };
}

function addDelta(draft: Draft, delta: Delta | undefined, onText: ((text: string) => void) | undefined): void {
  if (!delta) return;
  if (delta.content) {
    draft.text += delta.content;
    onText?.(delta.content);
  }
  if (delta.refusal) draft.refusal += delta.refusal;
  for (const field of REASONING) {
    const piece = (delta as Record<string, unknown>)[field];
    if (typeof piece !== 'string' || piece === '') continue;
    draft.reasoning ??= { field, text: '' };
    if (draft.reasoning.field === field) draft.reasoning.text += piece;
  }
  for (const call of delta.tool_calls ?? []) addCall(draft.calls, call);
}

function addCall(calls: Map<number, CallDraft>, piece: CallPiece): void {
  const { name = '', arguments: written } = piece.function ?? {};
  const id = piece.id ?? '';
  const index = indexOf(calls, piece.index, id, name);
  const call = calls.get(index) ?? { id: '', name: '', written: '' };
  calls.set(index, call);
  call.id ||= id;
  call.name ||= name;
  // Some servers send an object where a text is due.
  call.written += typeof written === 'string' || written === undefined ? (written ?? '') : JSON.stringify(written);
}

/** Where a piece belongs: by its index, unless that place holds another call already. */
function indexOf(calls: Map<number, CallDraft>, index: number | undefined, id: string, name: string): number {
  const place = index ?? Math.max(0, calls.size - 1);
  const there = calls.get(place);
  const isAnother = there !== undefined && id !== '' && name !== '' && there.id !== '' && there.id !== id;
  return isAnother || (index === undefined && there !== undefined && name !== '') ? calls.size : place;
}

function closing(draft: Draft, model: string): Pick<ChatResponse, 'content' | 'stopReason'> {
  const text = draft.text || draft.refusal;
  const content: ContentBlock[] = [
    ...(draft.reasoning ? [{ type: 'opaque' as const, provider: PROVIDER, data: { model, ...draft.reasoning } }] : []),
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...[...draft.calls.values()].map(({ id, name, written }) => toolUse(id, name, written)),
  ];
  if (draft.finish === 'content_filter' || draft.refusal !== '') return { content, stopReason: 'refusal' };
  if (draft.finish === 'length') return { content: withCutCall(content), stopReason: 'output_limit' };
  return { content, stopReason: draft.calls.size > 0 ? 'tool_use' : 'end' };
}

const count = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0);

function usageOf(usage: OpenAI.CompletionUsage | undefined): Usage | undefined {
  if (typeof usage?.completion_tokens !== 'number') return undefined;
  const cacheReadTokens = count(usage.prompt_tokens_details?.cached_tokens);
  const cacheWriteTokens = count(usage.prompt_tokens_details?.cache_write_tokens);
  return {
    inputTokens: Math.max(0, count(usage.prompt_tokens) - cacheReadTokens - cacheWriteTokens),
    outputTokens: count(usage.completion_tokens),
    cacheReadTokens,
    cacheWriteTokens,
  };
}
