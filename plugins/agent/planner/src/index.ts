import { definePlugin } from '@forge/plugin-api';
import { createPlanner } from './planner.ts';

export default definePlugin({
  setup: async (ctx) => ({ agents: [createPlanner(await ctx.readAsset('prompts/planner.md'))] }),
});
