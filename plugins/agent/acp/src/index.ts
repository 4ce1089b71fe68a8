import { definePlugin } from '@forge/plugin-api';
import { createAcpAgent } from './acp-agent.ts';
import { createAcpPrompt } from './acp-prompt.ts';
import { optionsSchema } from './options.ts';

export default definePlugin({
  options: optionsSchema,
  setup: ({ options, secret, clock }) => ({
    agents: [createAcpAgent()],
    tools: [createAcpPrompt({ options, secret, clock })],
  }),
});
