import type Anthropic from '@anthropic-ai/sdk';
import { toolUse, withCutCall } from '@forge/model-http';
import {
  type ChatResponse,
  type ContentBlock,
  forgeError,
  type Json,
  type StopReason,
  type Usage,
} from '@forge/plugin-api';
import { PROVIDER } from './to-anthropic.ts';

type Event = Anthropic.RawMessageStreamEvent;

/** A block while it is being written. `written` is its text, thinking or JSON so far. */
interface Draft {
  readonly start: Anthropic.RawContentBlockStartEvent['content_block'];
  written: string;
  signature: string;
}

type WireUsage = Partial<Record<keyof Anthropic.Usage, unknown>>;

const STOP: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  stop_sequence: 'end',
  pause_turn: 'end',
  tool_use: 'tool_use',
  max_tokens: 'output_limit',
  refusal: 'refusal',
};

/**
 * Gathers a streamed reply. Resolves only when the stream said that the message is whole; a stream that ends before
 * is LLM_CUT. Unknown events and deltas are passed over, so that a newer API does not break an older program.
 */
export async function readReply(
  events: AsyncIterable<Event>,
  model: string,
  onText: ((text: string) => void) | undefined,
): Promise<ChatResponse> {
  const drafts = new Map<number, Draft>();
  let usage: WireUsage | undefined;
  let stop: string | null = null;
  let answeredBy = model;
  let isWhole = false;
  for await (const event of events) {
    switch (event.type) {
      case 'message_start':
        usage = event.message.usage;
        answeredBy = event.message.model || model;
        break;
      case 'content_block_start':
        drafts.set(event.index, { start: event.content_block, written: textIn(event.content_block), signature: '' });
        break;
      case 'content_block_delta':
        addDelta(drafts.get(event.index), event.delta, onText);
        break;
      case 'message_delta':
        stop = event.delta.stop_reason ?? stop;
        usage = event.usage && { ...usage, ...withoutMissing(event.usage) };
        break;
      case 'message_stop':
        isWhole = true;
        break;
      default:
    }
  }
  if (!isWhole) throw forgeError('LLM_CUT', 'anthropic: the reply ended before it was whole', { transient: true });
  if (stop === 'model_context_window_exceeded') {
    throw forgeError('LLM_CONTEXT_OVERFLOW', 'anthropic: the context was full in the middle of the reply');
  }
  const content = [...drafts.values()].flatMap((draft) => finished(draft, model));
  return { model: answeredBy, ...closing(content, stop), usage: usageOf(usage) };
}

const textIn = (block: Draft['start']): string => (block.type === 'text' ? block.text : '');

function addDelta(
  draft: Draft | undefined,
  delta: Anthropic.RawContentBlockDelta,
  onText: ((text: string) => void) | undefined,
): void {
  if (draft === undefined) return;
  switch (delta.type) {
    case 'text_delta':
      draft.written += delta.text;
      onText?.(delta.text);
      break;
    case 'input_json_delta':
      draft.written += delta.partial_json;
      break;
    case 'thinking_delta':
      draft.written += delta.thinking;
      break;
    case 'signature_delta':
      draft.signature = delta.signature;
      break;
    default:
  }
}

function finished({ start, written, signature }: Draft, model: string): ContentBlock[] {
  switch (start.type) {
    case 'text':
      return written === '' ? [] : [{ type: 'text', text: written }];
    case 'tool_use': {
      const whole = isFilled(start.input) && written === '' ? JSON.stringify(start.input) : written;
      return [toolUse(start.id, start.name, whole)];
    }
    case 'thinking':
      return [opaque(model, { ...start, thinking: start.thinking + written, signature: signature || start.signature })];
    default:
      return [opaque(model, start)];
  }
}

const isFilled = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && Object.keys(input).length > 0;

const opaque = (model: string, block: object): ContentBlock => ({
  type: 'opaque',
  provider: PROVIDER,
  data: { model, block: block as Json },
});

/** The stop reason that fits the content, whatever the server calls it. */
function closing(content: readonly ContentBlock[], stop: string | null): Pick<ChatResponse, 'content' | 'stopReason'> {
  const hasCall = content.some((block) => block.type === 'tool_use');
  const said = STOP[stop ?? ''] ?? 'end';
  if (said === 'output_limit') return { content: withCutCall(content), stopReason: said };
  if (said === 'refusal') return { content, stopReason: said };
  return { content, stopReason: hasCall ? 'tool_use' : 'end' };
}

const withoutMissing = (usage: object): WireUsage =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null && value !== undefined));

const count = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0);

function usageOf(usage: WireUsage | undefined): Usage | undefined {
  if (typeof usage?.output_tokens !== 'number') return undefined;
  return {
    inputTokens: count(usage.input_tokens),
    outputTokens: count(usage.output_tokens),
    cacheReadTokens: count(usage.cache_read_input_tokens),
    cacheWriteTokens: count(usage.cache_creation_input_tokens),
  };
}
