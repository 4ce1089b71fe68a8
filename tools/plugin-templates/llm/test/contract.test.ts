import { setTimeout as sleep } from 'node:timers/promises';
import { llmContract } from '@forge/testkit/contracts';
import { startModelServer } from '@forge/testkit/model-server';
import { createSampleThing } from '../src/sample-thing.ts';

const clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: async (milliseconds: number, signal?: AbortSignal) => {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};

llmContract({
  name: 'sample-thing',
  async create() {
    const server = await startModelServer({ script: [] });
    const provider = createSampleThing({
      options: { baseUrl: server.openAiUrl },
      apiKey: 'a-key',
      clock,
      fetch: globalThis.fetch,
      limits: { silenceMs: 300, maxReplyBytes: 2_000_000 },
    });
    return { provider, model: 'some-model', play: server.play, dispose: server.close };
  },
});
