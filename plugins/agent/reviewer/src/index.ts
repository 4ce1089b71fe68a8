import { definePlugin } from '@forge/plugin-api';
import { createReviewer } from './reviewer.ts';

export default definePlugin({
  setup: async ({ readAsset }) => ({ agents: [createReviewer(await readAsset('prompts/reviewer.md'))] }),
});
