import { definePlugin } from '@forge/plugin-api';
import { createImplementer } from './implementer.ts';

export default definePlugin({
  async setup(ctx) {
    const [system, conflict] = await Promise.all([
      ctx.readAsset('prompts/implementer.md'),
      ctx.readAsset('prompts/conflict.md'),
    ]);
    return { agents: [createImplementer({ system, conflict })] };
  },
});
