import type { ModelRequest } from '../model-request.ts';
import type { Reply, ReplyBlock, ReplyUsage, ServiceReason, StopReason } from '../reply.ts';
import { stopOf } from '../reply.ts';
import { concrete, fillerOf, type HttpAnswer, idFor, piecesOf, type Wire, type WireEvent } from '../wire.ts';

const FINISH: Record<StopReason, string> = {
  end: 'stop',
  tool: 'tool_calls',
  length: 'length',
  refusal: 'content_filter',
  context: 'length',
};

const SERVICE: Record<ServiceReason, readonly [status: number, type: string, code: string | null, message: string]> = {
  'rate-limit': [429, 'requests', 'rate_limit_exceeded', 'Rate limit reached for requests'],
  'spend-limit': [
    429,
    'insufficient_quota',
    'insufficient_quota',
    'You exceeded your current quota, please check your plan',
  ],
  overloaded: [503, 'server_error', null, 'The engine is currently overloaded, please try again later'],
  unauthorized: [401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided'],
  forbidden: [403, 'invalid_request_error', 'model_not_allowed', 'Project does not have access to this model'],
  'no-such-model': [404, 'invalid_request_error', 'model_not_found', 'The model does not exist'],
  'context-overflow': [
    400,
    'invalid_request_error',
    'context_length_exceeded',
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens.",
  ],
  'invalid-request': [400, 'invalid_request_error', null, 'The request is invalid'],
};

const wireUsage = (usage: ReplyUsage) => ({
  prompt_tokens: usage.input + usage.cacheRead + usage.cacheWrite,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.cacheRead + usage.cacheWrite + usage.output,
  prompt_tokens_details: { cached_tokens: usage.cacheRead },
});

type CallBlock = Extract<ReplyBlock, { type: 'call' }>;

const callHead = (request: ModelRequest, call: CallBlock, index: number) => ({
  id: call.id ?? idFor('call', request, index),
  type: 'function' as const,
});
const argumentsOf = (call: CallBlock): string => call.raw ?? JSON.stringify(call.input);

const callsIn = (blocks: readonly ReplyBlock[]): readonly CallBlock[] =>
  blocks.filter((block) => block.type === 'call');

const isRefusal = (reply: Reply): boolean => stopOf(reply) === 'refusal';

function* textPieces(blocks: readonly ReplyBlock[]): Generator<string> {
  for (const block of blocks) {
    if (block.type === 'text') yield* piecesOf(block.text);
    if (block.type === 'filler') yield* fillerOf(block.bytes);
  }
}

function* deltasOf(request: ModelRequest, reply: Reply): Generator<object> {
  yield { role: 'assistant', content: '' };
  for (const piece of textPieces(reply.blocks)) yield isRefusal(reply) ? { refusal: piece } : { content: piece };
  for (const [index, call] of callsIn(reply.blocks).entries()) {
    const head = { index, ...callHead(request, call, index), function: { name: call.name, arguments: '' } };
    yield { tool_calls: [head] };
    for (const piece of piecesOf(argumentsOf(call))) yield { tool_calls: [{ index, function: { arguments: piece } }] };
  }
}

const envelope = (request: ModelRequest, object: string) => ({
  id: idFor('chatcmpl', request, 'message'),
  object,
  created: 1_700_000_000,
  model: request.model,
});

const made = (request: ModelRequest, reply: Reply): Reply => ({
  ...reply,
  blocks: reply.blocks.map((block) => concrete(request, block)),
});

function* events(request: ModelRequest, reply: Reply, usage: ReplyUsage | undefined): Generator<WireEvent> {
  const head = envelope(request, 'chat.completion.chunk');
  const chunk = (rest: object): WireEvent => ({ data: JSON.stringify({ ...head, ...rest }) });
  const whole = made(request, reply);
  for (const delta of deltasOf(request, whole)) yield chunk({ choices: [{ index: 0, delta, finish_reason: null }] });
  yield chunk({ choices: [{ index: 0, delta: {}, finish_reason: FINISH[stopOf(whole)] }] });
  const wanted = (request.body.stream_options as { include_usage?: unknown } | undefined)?.include_usage === true;
  if (usage && wanted) yield chunk({ choices: [], usage: wireUsage(usage) });
  yield { data: '[DONE]' };
}

function body(request: ModelRequest, reply: Reply, usage: ReplyUsage | undefined): unknown {
  const whole = made(request, reply);
  const text = [...textPieces(whole.blocks)].join('');
  const calls = callsIn(whole.blocks).map((call, index) => ({
    ...callHead(request, call, index),
    function: { name: call.name, arguments: argumentsOf(call) },
  }));
  const message = {
    role: 'assistant',
    content: isRefusal(whole) || text === '' ? null : text,
    refusal: isRefusal(whole) ? text : null,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    ...envelope(request, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: FINISH[stopOf(whole)], logprobs: null }],
    ...(usage && { usage: wireUsage(usage) }),
  };
}

function service(reason: ServiceReason): HttpAnswer {
  const [status, type, code, message] = SERVICE[reason];
  return { status, headers: {}, body: { error: { message, type, param: null, code } } };
}

/** The chat completions API. Thinking has no place in it and is left out. */
export const openAiWire: Wire = {
  events,
  body,
  service,
  errorEvent: (type, message) => ({ data: JSON.stringify({ error: { message, type, param: null, code: null } }) }),
};
