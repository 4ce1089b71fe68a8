import { definePlugin, forgeError, type RunStore } from '@forge/plugin-api';
import { createMemoryRunStore } from '@forge/testkit/fakes';
import { answer } from '@forge/testkit/model-server';
import { startTestKernel } from '@forge/testkit/test-kernel';
import { expect, it, onTestFinished } from 'vitest';

const plan = {
  summary: 'Nothing',
  assessment: { score: 1, gaps: [] },
  assumptions: [],
  tasks: [{ id: 'a', title: 'A', goal: 'A', files: [], dependencies: [], acceptance: [] }],
};
const requirement = { task: 'Plan', constraints: [], acceptanceCriteria: [], images: [] };

/** An engine whose store refuses the first event of each type that `refused` names, once, and what `more` does. */
async function engineWith(refused: Set<string>, more: (memory: RunStore) => Partial<RunStore> = () => ({})) {
  const memory = createMemoryRunStore();
  const store: RunStore = {
    ...memory,
    name: 'refusing',
    async append(lease, events, patch) {
      if (events.some(({ type }) => refused.delete(type))) throw forgeError('STORE_FAILED', 'No answer');
      return memory.append(lease, events, patch);
    },
    ...more(memory),
  };
  const kernel = await startTestKernel({
    plugins: [
      {
        manifest: {
          name: 'refusing',
          version: '1.0.0',
          type: 'store',
          entry: './none.js',
          provides: { stores: ['refusing'] },
        },
        definition: definePlugin({ stores: [store] }),
      },
    ],
    replies: [answer(plan)],
    config: { store: 'refusing', phases: ['planning'] },
  });
  onTestFinished(kernel.close);
  return { engine: await kernel.forge.engine(), store, cwd: kernel.cwd };
}

it('a run whose first event is refused belongs to nobody', async () => {
  const { engine, store, cwd } = await engineWith(new Set(['run.started']));
  await expect(engine.start({ requirement, directory: cwd })).rejects.toMatchObject({ code: 'STORE_FAILED' });
  const [run] = await store.listRuns();
  await expect(engine.resume(run?.id ?? '')).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  await engine.discard(run?.id ?? '', 'someone');
  expect((await store.getRun(run?.id ?? ''))?.status).toBe('discarded');
});

it('a run whose resumption is refused is resumed by the same process a moment later', async () => {
  const { engine, cwd } = await engineWith(new Set(['llm.requested', 'run.resumed']));
  const { id, finished } = await engine.start({ requirement, directory: cwd });
  expect((await finished).error?.code).toBe('STORE_FAILED');
  await expect(engine.resume(id)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  const resumed = await engine.resume(id);
  expect((await resumed.finished).error).toBeUndefined();
});

it('a run that cannot be opened, and whose lease cannot be given back, tells of both', async () => {
  let isOwned = false;
  const { engine, cwd } = await engineWith(new Set(), (memory) => ({
    acquireLease(...asked) {
      isOwned = true;
      return memory.acquireLease(...asked);
    },
    getRun: async (id) => (isOwned ? Promise.reject(forgeError('STORE_FAILED', 'No answer')) : memory.getRun(id)),
    releaseLease: () => Promise.reject(forgeError('STORE_FAILED', 'Still none')),
  }));
  await expect(engine.start({ requirement, directory: cwd })).rejects.toMatchObject({
    errors: [{ message: 'No answer' }, { message: 'Still none' }],
  });
});
