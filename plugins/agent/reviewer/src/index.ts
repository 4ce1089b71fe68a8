import { definePlugin } from '@forge/plugin-api';
import { createReviewer } from './reviewer.ts';

export default definePlugin({
  setup: async (ctx) => ({ agents: [createReviewer(await ctx.readAsset('prompts/reviewer.md'))] }),
});
