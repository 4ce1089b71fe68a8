import type { ModelRequest } from '../model-request.ts';
import type { Reply, ReplyBlock, ReplyUsage, ServiceReason, StopReason } from '../reply.ts';
import { stopOf } from '../reply.ts';
import { concrete, fillerOf, type HttpAnswer, idFor, piecesOf, type Wire, type WireEvent } from '../wire.ts';

const STOP: Record<StopReason, string> = {
  end: 'end_turn',
  tool: 'tool_use',
  length: 'max_tokens',
  refusal: 'refusal',
  context: 'model_context_window_exceeded',
};

const SERVICE: Record<ServiceReason, readonly [status: number, type: string, message: string, code?: string]> = {
  'rate-limit': [429, 'rate_limit_error', "This request would exceed your organization's rate limit"],
  'spend-limit': [
    429,
    'rate_limit_error',
    'Your organization has reached its spend limit',
    'enforced_spend_limit_reached',
  ],
  overloaded: [529, 'overloaded_error', 'Overloaded'],
  unauthorized: [401, 'authentication_error', 'invalid x-api-key'],
  forbidden: [403, 'permission_error', 'Your API key does not have permission to use this resource'],
  'no-such-model': [404, 'not_found_error', 'model: no-such-model'],
  'context-overflow': [400, 'invalid_request_error', 'prompt is too long: 212345 tokens > 200000 maximum'],
  'invalid-request': [400, 'invalid_request_error', 'messages: the request is invalid'],
};

const event = (type: string, rest: object): WireEvent => ({ event: type, data: JSON.stringify({ type, ...rest }) });

const wireUsage = (usage: ReplyUsage) => ({
  input_tokens: usage.input,
  cache_creation_input_tokens: usage.cacheWrite,
  cache_read_input_tokens: usage.cacheRead,
  output_tokens: usage.output,
});

/** The block as it stands in a whole message. A call whose raw input is no JSON keeps what can be kept: nothing. */
function wholeBlock(request: ModelRequest, block: ReplyBlock, index: number): unknown {
  switch (block.type) {
    case 'call':
      return {
        type: 'tool_use',
        id: block.id ?? idFor('toolu', request, index),
        name: block.name,
        input: block.raw === undefined ? block.input : block.raw,
      };
    case 'filler':
      return { type: 'text', text: [...fillerOf(block.bytes)].join('') };
    default:
      return block;
  }
}

function startOf(request: ModelRequest, block: ReplyBlock, index: number): unknown {
  if (block.type === 'call') return { ...(wholeBlock(request, block, index) as object), input: {} };
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  return { type: 'text', text: '' };
}

function* deltasOf(block: ReplyBlock): Generator<object> {
  switch (block.type) {
    case 'call':
      for (const piece of piecesOf(block.raw ?? JSON.stringify(block.input))) {
        yield { type: 'input_json_delta', partial_json: piece };
      }
      return;
    case 'thinking':
      for (const piece of piecesOf(block.thinking)) yield { type: 'thinking_delta', thinking: piece };
      yield { type: 'signature_delta', signature: block.signature };
      return;
    case 'text':
      for (const piece of piecesOf(block.text)) yield { type: 'text_delta', text: piece };
      return;
    case 'filler':
      for (const piece of fillerOf(block.bytes)) yield { type: 'text_delta', text: piece };
      return;
    case 'answer':
      throw new Error('An answer must be made concrete before it is sent');
  }
}

function envelope(request: ModelRequest) {
  const { model } = request;
  return { id: idFor('msg', request, 'message'), type: 'message', role: 'assistant', model };
}

function* events(request: ModelRequest, reply: Reply, usage: ReplyUsage | undefined): Generator<WireEvent> {
  const tokens = usage && wireUsage(usage);
  const startUsage = tokens && { usage: { ...tokens, output_tokens: 1 } };
  const head = { ...envelope(request), content: [], stop_reason: null, stop_sequence: null, ...startUsage };
  yield event('message_start', { message: head });
  yield event('ping', {});
  const blocks = reply.blocks.map((block) => concrete(request, block));
  for (const [index, block] of blocks.entries()) {
    yield event('content_block_start', { index, content_block: startOf(request, block, index) });
    for (const delta of deltasOf(block)) yield event('content_block_delta', { index, delta });
    yield event('content_block_stop', { index });
  }
  const stop = { stop_reason: STOP[stopOf({ ...reply, blocks })], stop_sequence: null };
  yield event('message_delta', { delta: stop, ...(tokens && { usage: tokens }) });
  yield event('message_stop', {});
}

function body(request: ModelRequest, reply: Reply, usage: ReplyUsage | undefined): unknown {
  const blocks = reply.blocks.map((block) => concrete(request, block));
  return {
    ...envelope(request),
    content: blocks.map((block, index) => wholeBlock(request, block, index)),
    stop_reason: STOP[stopOf({ ...reply, blocks })],
    stop_sequence: null,
    ...(usage && { usage: wireUsage(usage) }),
  };
}

const errorBody = (type: string, message: string, code?: string) => ({
  type: 'error',
  error: { type, message, ...(code === undefined ? {} : { details: { error_code: code } }) },
});

function service(reason: ServiceReason): HttpAnswer {
  const [status, type, message, code] = SERVICE[reason];
  return { status, headers: {}, body: errorBody(type, message, code) };
}

/** The Messages API. */
export const anthropicWire: Wire = {
  events,
  body,
  service,
  errorEvent: (type, message) => ({ event: 'error', data: JSON.stringify(errorBody(type, message)) }),
};
