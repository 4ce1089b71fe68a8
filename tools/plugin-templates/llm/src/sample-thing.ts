import type { Clock, LLMProvider } from '@forge/plugin-api';
import { limits as defaultLimits, type Limits, type SampleThingOptions } from './options.ts';
import { readReply } from './read-reply.ts';
import { cut, refusal, unavailable } from './model-fault.ts';
import { toBody } from './to-body.ts';
import { watchSilence } from './watch-silence.ts';

export interface SampleThingWorld {
  readonly options: SampleThingOptions;
  readonly apiKey: string | undefined;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  readonly limits?: Limits;
}

/** One call is one attempt: the kernel owns retries, budget and time limits. Creating it opens nothing. */
export function createSampleThing({
  options,
  apiKey,
  clock,
  fetch,
  limits = defaultLimits,
}: SampleThingWorld): LLMProvider {
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return {
    name: 'sample-thing',
    defaultModel: options.model,
    capabilities: () => ({
      contextTokens: 128_000,
      maxOutputTokens: 16_384,
      tools: true,
      images: true,
      structuredOutput: true,
      // The price is not known: tokens are counted, and money is shown as $?.
      price: undefined,
    }),
    async chat(request, { signal, onText }) {
      signal.throwIfAborted();
      const watch = watchSilence(clock, limits.silenceMs, signal);
      let answered = false;
      try {
        const body = JSON.stringify(toBody(request));
        const url = `${options.baseUrl}/chat/completions`;
        const response = await fetch(url, { method: 'POST', headers, body, signal: watch.signal });
        answered = true;
        watch.heard();
        if (!response.ok || response.body === null) throw refusal(response, await response.text(), clock.now());
        return await readReply(response.body, { request, onText, heard: watch.heard, maxBytes: limits.maxReplyBytes });
      } catch (error) {
        // Why it was ended from this side is what the kernel has to know.
        watch.signal.throwIfAborted();
        throw answered ? cut(error) : unavailable(error);
      } finally {
        watch.end();
      }
    },
  };
}
