import {
  type ChatCall,
  type ChatRequest,
  type ChatResponse,
  type ContentBlock,
  type ErrorCode,
  type ForgeError,
  forgeError,
  type JsonObject,
  type LLMProvider,
  type ModelCapabilities,
  type StopReason,
} from '@forge/plugin-api';
import type { Fault, Reply, ReplyBlock, ServiceReason } from '../model-server/reply.ts';
import { stopOf } from '../model-server/reply.ts';

export interface ScriptedProvider extends LLMProvider {
  /** What it was asked, in order. */
  readonly requests: readonly ChatRequest[];
  capabilities(model: string): ModelCapabilities;
  /** From now on it answers with these, one after the other. */
  play(replies: readonly Reply[]): void;
}

/** A provider without a server: it answers with the replies in their order, and fails as their faults say. */
export function createScriptedProvider(replies: readonly Reply[] = [], name = 'scripted'): ScriptedProvider {
  let left = [...replies];
  let calls = 0;
  const requests: ChatRequest[] = [];
  return {
    name,
    defaultModel: 'scripted-model',
    requests,
    play: (next) => {
      left = [...next];
    },
    capabilities: () => ({
      contextTokens: 200_000,
      maxOutputTokens: 16_384,
      tools: true,
      images: true,
      structuredOutput: true,
    }),
    chat: async (request, call) => {
      call.signal.throwIfAborted();
      requests.push(request);
      const reply = left.shift();
      if (reply === undefined) throw forgeError('LLM_BAD_REQUEST', `The script has no reply for ${call.callId}`);
      return answerWith(reply, request, call, ++calls);
    },
  };
}

async function answerWith(reply: Reply, request: ChatRequest, call: ChatCall, number: number): Promise<ChatResponse> {
  const early = reply.fault && faultBeforeText(reply.fault);
  if (early) throw early;
  await reply.until;
  for (const block of reply.blocks) if (block.type === 'text') call.onText?.(block.text);
  call.signal.throwIfAborted();
  const late = reply.fault ? faultAfterText(reply.fault) : faultOf(reply);
  if (late) throw late;
  return responseOf(reply, request.model, number);
}

const STOP: Readonly<Record<ReturnType<typeof stopOf>, StopReason>> = {
  end: 'end',
  tool: 'tool_use',
  length: 'output_limit',
  refusal: 'refusal',
  context: 'output_limit',
};

function responseOf(reply: Reply, model: string, number: number): ChatResponse {
  const taken = new Set<string>();
  const content = reply.blocks.flatMap((block, index) =>
    contentOf(block, freeId(block, `call_${number}_${index}`, taken)),
  );
  const given = reply.usage === 'missing' ? undefined : reply.usage;
  const usage = {
    inputTokens: given?.input ?? 10,
    outputTokens: given?.output ?? Math.ceil(JSON.stringify(content).length / 4),
    cacheReadTokens: given?.cacheRead ?? 0,
    cacheWriteTokens: given?.cacheWrite ?? 0,
  };
  return { model, content, stopReason: STOP[stopOf(reply)], ...(reply.usage === 'missing' ? {} : { usage }) };
}

function freeId(block: ReplyBlock, made: string, taken: Set<string>): string {
  const asked = block.type === 'call' ? block.id : undefined;
  const id = asked === undefined || taken.has(asked) ? made : asked;
  taken.add(id);
  return id;
}

function contentOf(block: ReplyBlock, id: string): ContentBlock[] {
  switch (block.type) {
    case 'text':
      return [{ type: 'text', text: block.text }];
    case 'answer':
      return [{ type: 'text', text: JSON.stringify(block.json) }];
    case 'thinking':
      return [{ type: 'opaque', provider: 'scripted', data: { thinking: block.thinking } }];
    case 'filler':
      return [];
    case 'call': {
      const { name, raw } = block;
      return raw === undefined
        ? [{ type: 'tool_use', id, name, input: block.input as JsonObject }]
        : [{ type: 'tool_use', id, name, input: {}, invalidInput: raw }];
    }
  }
}

const REASONS: Readonly<Record<ServiceReason, readonly [ErrorCode, transient: boolean]>> = {
  'rate-limit': ['LLM_RATE_LIMITED', true],
  'spend-limit': ['LLM_SPEND_LIMIT', false],
  overloaded: ['LLM_OVERLOADED', true],
  unauthorized: ['LLM_CREDENTIALS', false],
  forbidden: ['LLM_CREDENTIALS', false],
  'no-such-model': ['LLM_MODEL_NOT_FOUND', false],
  'context-overflow': ['LLM_CONTEXT_OVERFLOW', false],
  'invalid-request': ['LLM_BAD_REQUEST', false],
};

const failure = (code: ErrorCode, transient: boolean, headers: Readonly<Record<string, string>> = {}): ForgeError => {
  const seconds = Number(headers['retry-after']);
  return forgeError(code, `The script says ${code}`, {
    transient,
    ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
  });
};

/** Faults that strike before the first word. */
function faultBeforeText(fault: Fault): ForgeError | undefined {
  switch (fault.kind) {
    case 'refusal-of-service':
      return failure(...REASONS[fault.reason], fault.headers);
    case 'http':
      return fault.status >= 500 ? failure('LLM_UNAVAILABLE', true, fault.headers) : failure('LLM_BAD_REQUEST', false);
    case 'no-bytes':
      return failure('LLM_UNAVAILABLE', true);
    case 'silent':
      return failure('LLM_TIMEOUT', true);
    case 'reset':
      return fault.after === 0 ? failure('LLM_UNAVAILABLE', true) : undefined;
    case 'cut':
    case 'stall':
    case 'error-event':
    case 'bad-sse':
      return undefined;
  }
}

function faultAfterText(fault: Fault): ForgeError {
  if (fault.kind === 'stall') return failure('LLM_TIMEOUT', true);
  if (fault.kind === 'error-event') return failure('LLM_OVERLOADED', true);
  if (fault.kind === 'bad-sse') return failure('LLM_BAD_REPLY', true);
  return failure('LLM_CUT', true);
}

/** Replies that no provider can take although nothing broke. */
function faultOf(reply: Reply): ForgeError | undefined {
  if (reply.blocks.some((block) => block.type === 'filler')) return failure('LLM_BAD_REPLY', false);
  return reply.stop === 'context' ? failure('LLM_CONTEXT_OVERFLOW', false) : undefined;
}
