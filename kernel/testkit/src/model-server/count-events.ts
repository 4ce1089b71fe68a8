import { anthropicWire } from './anthropic/anthropic-wire.ts';
import type { ModelRequest, Protocol } from './model-request.ts';
import { openAiWire } from './openai/openai-wire.ts';
import type { Reply } from './reply.ts';

/** How many stream events a reply has, for a test that cuts it at each: `cutAt(0)` … `cutAt(countEvents(…) - 1)`. */
export function countEvents(protocol: Protocol, reply: Reply): number {
  const request = { raw: '', model: '', body: { stream_options: { include_usage: true } } } as unknown as ModelRequest;
  const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
  const wire = protocol === 'anthropic' ? anthropicWire : openAiWire;
  return [...wire.events(request, reply, reply.usage === 'missing' ? undefined : usage)].length;
}
