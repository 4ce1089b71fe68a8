import { definePlugin, z } from '@forge/plugin-api';
import { createSampleThing } from './sample-thing.ts';

export default definePlugin({
  options: z.strictObject({ script: z.string().min(1).default('./scripts/deploy') }),
  setup: ({ options }) => ({ deployers: [createSampleThing(options.script)] }),
});
