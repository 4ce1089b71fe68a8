import { definePlugin } from '@forge/plugin-api';
import { createImplementer } from './implementer.ts';

export default definePlugin({
  setup: async ({ readAsset }) => ({ agents: [createImplementer(await readAsset('prompts/implementer.md'))] }),
});
