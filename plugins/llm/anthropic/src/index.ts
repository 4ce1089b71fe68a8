import { definePlugin } from '@forge/plugin-api';
import { createAnthropicProvider } from './anthropic-provider.ts';
import { optionsSchema } from './options.ts';

export { type AnthropicProvider, type AnthropicWorld, createAnthropicProvider } from './anthropic-provider.ts';
export { models } from './models.ts';
export { type AnthropicOptions, optionsSchema } from './options.ts';

export default definePlugin({
  options: optionsSchema,
  setup: (ctx) => {
    const provider = createAnthropicProvider({
      options: ctx.options,
      apiKey: ctx.secret('ANTHROPIC_API_KEY'),
      authToken: ctx.secret('ANTHROPIC_AUTH_TOKEN'),
      baseUrl: ctx.env('ANTHROPIC_BASE_URL'),
      clock: ctx.clock,
      fetch: globalThis.fetch,
    });
    provider.warm();
    return { llms: [provider] };
  },
});
