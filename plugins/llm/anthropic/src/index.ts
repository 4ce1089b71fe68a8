import { definePlugin } from '@forge/plugin-api';
import { createAnthropicProvider } from './anthropic-provider.ts';
import { optionsSchema } from './options.ts';

export { type AnthropicProvider, type AnthropicWorld, createAnthropicProvider } from './anthropic-provider.ts';
export { models } from './models.ts';
export { type AnthropicOptions, optionsSchema } from './options.ts';

export default definePlugin({
  options: optionsSchema,
  setup: (ctx) => {
    const apiKey = ctx.secret('ANTHROPIC_API_KEY') || undefined;
    const authToken = ctx.secret('ANTHROPIC_AUTH_TOKEN') || undefined;
    const provider = createAnthropicProvider({
      options: ctx.options,
      apiKey,
      authToken,
      baseUrl: ctx.env('ANTHROPIC_BASE_URL') || undefined,
      clock: ctx.clock,
      fetch: globalThis.fetch,
    });
    if (apiKey !== undefined || authToken !== undefined) provider.warm();
    return { llms: [provider] };
  },
});
