import { definePlugin } from '@forge/plugin-api';
import { createTester } from './tester.ts';

export default definePlugin({
  setup: async ({ readAsset }) => ({ agents: [createTester(await readAsset('prompts/tester.md'))] }),
});
