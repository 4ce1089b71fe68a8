import { definePlugin } from '@forge/plugin-api';
import { createImplementer } from './implementer.ts';

export default definePlugin({
  setup: async (ctx) => ({ agents: [createImplementer(await ctx.readAsset('prompts/implementer.md'))] }),
});
