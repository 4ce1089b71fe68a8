import type { Fault, Reply, ServiceReason } from './reply.ts';
import { callTool, say, together } from './reply.ts';

const broken = (fault: Fault, reply: Reply = say('This reply never arrives whole.')): Reply => ({ ...reply, fault });
const service =
  (reason: ServiceReason) =>
  (headers: Readonly<Record<string, string>> = {}): Reply =>
    broken({ kind: 'refusal-of-service', reason, headers });

/** Any HTTP answer. `body` is sent as JSON, a string as it is. */
export const fault = (options: { status: number; headers?: Record<string, string>; body?: unknown }): Reply =>
  broken({ kind: 'http', status: options.status, headers: options.headers ?? {}, body: options.body ?? '' });

/** 429. Give `retry-after` (seconds or a date) or `retry-after-ms` as headers, or nothing. */
export const rateLimited = service('rate-limit');
/** 429 that no waiting helps against: the account's money is spent. */
export const spendLimit = service('spend-limit');
/** 529 of Anthropic, 503 of OpenAI. */
export const overloaded = service('overloaded');
/** 401. */
export const unauthorized = service('unauthorized');
/** 403. */
export const forbidden = service('forbidden');
/** 404: the model does not exist. */
export const noSuchModel = service('no-such-model');
/** 400: the prompt is longer than the model's context. */
export const contextOverflow = service('context-overflow');
/** 400 for anything else. */
export const invalidRequest = service('invalid-request');

/** The connection breaks after so many stream events. `clean` ends it as if the reply were complete. */
export const cutAt = (after: number, reply?: Reply, options: { clean?: boolean } = {}): Reply =>
  broken({ kind: 'cut', after, clean: options.clean ?? false }, reply);
/** The connection is reset (RST), by default before anything is sent. */
export const reset = (reply?: Reply, options: { after?: number } = {}): Reply =>
  broken({ kind: 'reset', after: options.after ?? 0 }, reply);
/** The reply stops after so many events (default 1) and the connection stays open. */
export const stall = (reply?: Reply, options: { after?: number } = {}): Reply =>
  broken({ kind: 'stall', after: options.after ?? 1 }, reply);
/** The server takes the request and closes the connection without a byte. */
export const noBytes = (): Reply => broken({ kind: 'no-bytes' });
/** The server takes the request and never says anything. */
export const silent = (): Reply => broken({ kind: 'silent' });
/** An error event after the status 200 and so many events (default 1). */
export const errorEvent = (options: { after?: number; type?: string; message?: string } = {}, reply?: Reply): Reply =>
  broken(
    {
      kind: 'error-event',
      after: options.after ?? 1,
      type: options.type ?? 'overloaded_error',
      message: options.message ?? 'Overloaded',
    },
    reply,
  );
/** An event whose data is not JSON, after so many good ones (default 1). */
export const badSse = (reply?: Reply, options: { after?: number } = {}): Reply =>
  broken({ kind: 'bad-sse', after: options.after ?? 1 }, reply);

/** A tool call whose input is not JSON. */
export const badToolJson = (name = 'read', raw = '{"path": "a.txt", '): Reply => ({
  blocks: [{ type: 'call', name, input: {}, raw }],
});
/** Two calls with the same id in one message. */
export const duplicateCallId = (
  name = 'read',
  inputs: readonly [unknown, unknown] = [{}, {}],
  id = 'call_same',
): Reply => together(callTool(name, inputs[0], id), callTool(name, inputs[1], id));
/** Text of so many bytes; default 64 MiB. */
export const hugeReply = (bytes = 64 * 1024 * 1024): Reply => ({ blocks: [{ type: 'filler', bytes }] });
/** The token limit ends the reply; give a reply with a call to cut it inside the call's input. */
export const maxTokens = (reply: Reply = say('This text ends in the middle of a')): Reply => ({
  ...reply,
  blocks: reply.blocks.map((block) =>
    block.type === 'call' ? { ...block, raw: JSON.stringify(block.input).slice(0, -3) } : block,
  ),
  stop: 'length',
});
/** The context is full in the middle of the reply. */
export const contextExceeded = (reply: Reply = say('No room is left for')): Reply => ({ ...reply, stop: 'context' });
/** A message without content. */
export const emptyReply = (): Reply => ({ blocks: [] });
/** The model declines. */
export const refuse = (text = ''): Reply => ({ blocks: text === '' ? [] : [{ type: 'text', text }], stop: 'refusal' });
/** The reply without any token counts. */
export const missingUsage = (reply: Reply = say('done')): Reply => ({ ...reply, usage: 'missing' });
