import { definePlugin } from '@forge/plugin-api';
import { createOpenAiProvider } from './openai-provider.ts';
import { optionsSchema } from './options.ts';
import { ollamaUrl } from './server.ts';

export { models } from './models.ts';
export { createOpenAiProvider, type OpenAiProvider, type OpenAiWorld } from './openai-provider.ts';
export { type OpenAiOptions, optionsSchema } from './options.ts';
export { LOCAL_SERVERS } from './server.ts';

export default definePlugin({
  options: optionsSchema,
  setup: (ctx) => {
    const apiKey = ctx.secret('OPENAI_API_KEY') || undefined;
    const baseUrl = ctx.options.baseUrl || ctx.env('OPENAI_BASE_URL') || ollamaUrl(ctx.env('OLLAMA_HOST'));
    const provider = createOpenAiProvider({
      options: ctx.options,
      apiKey,
      baseUrl,
      clock: ctx.clock,
      fetch: globalThis.fetch,
    });
    if (apiKey !== undefined || baseUrl !== undefined) provider.warm();
    return { llms: [provider] };
  },
});
