import { definePlugin } from '@forge/plugin-api';
import { createTester } from './tester.ts';

export default definePlugin({
  setup: async (ctx) => ({ agents: [createTester(await ctx.readAsset('prompts/tester.md'))] }),
});
