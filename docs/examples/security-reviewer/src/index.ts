import { definePlugin } from '@forge/plugin-api';
import { createSecurityReviewer } from './security-reviewer.ts';

export default definePlugin({
  setup: async ({ readAsset }) => ({ agents: [createSecurityReviewer(await readAsset('prompts/security.md'))] }),
});
