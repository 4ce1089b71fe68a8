import { definePlugin } from '@forge/plugin-api';
import { optionsSchema } from './options.ts';
import { createSampleThing } from './sample-thing.ts';

export default definePlugin({
  options: optionsSchema,
  setup: ({ options, secret, clock }) => ({
    llms: [createSampleThing({ options, apiKey: secret('SAMPLE_THING_API_KEY'), clock, fetch: globalThis.fetch })],
  }),
});
