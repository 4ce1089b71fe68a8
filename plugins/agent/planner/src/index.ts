import { definePlugin } from '@forge/plugin-api';
import { createPlanner } from './planner.ts';

export default definePlugin({
  setup: async ({ readAsset }) => ({ agents: [createPlanner(await readAsset('prompts/planner.md'))] }),
});
