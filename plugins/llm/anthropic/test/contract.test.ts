import { llmContract } from '@forge/testkit/contracts';
import { setUp } from './set-up.ts';

llmContract({
  name: 'anthropic',
  async create() {
    const limits = { firstByteMs: 300, stallMs: 300, maxReplyBytes: 2_000_000 };
    const { server, provider } = await setUp([], limits);
    return { provider, model: 'claude-sonnet-4-6', play: server.play, dispose: server.close };
  },
});
