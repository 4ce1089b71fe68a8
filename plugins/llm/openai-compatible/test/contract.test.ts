import { llmContract } from '@forge/testkit/contracts';
import { setUp } from './set-up.ts';

llmContract({
  name: 'openai-compatible',
  async create() {
    const limits = { firstByteMs: 300, stallMs: 300, maxReplyBytes: 2_000_000 };
    const { server, provider } = await setUp([], { ...limits, embeddingModel: 'vectors' });
    return { provider, model: 'some-model', play: server.play, dispose: server.close };
  },
});
