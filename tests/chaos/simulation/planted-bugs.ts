import type { RunStore } from '@forge/plugin-api';

/** Faults that can be built into the parts of a simulated world, to see that the simulator finds them. */
export const plantedBugs = {
  'stale fences': 'the store takes events of who has lost the lease',
  'lease for all': 'the store gives the lease to whoever asks',
  'forgotten replies': 'the store does not give back what models said',
  'forgotten calls': 'the store does not give back what tools were called',
  'cheap estimate': 'a model costs more than it says',
  'open purse': 'the budget in force is not the one that was asked for',
  'pays again': 'a tool that must not be repeated says that it may',
  'signs again': 'a tool that nobody can ask says that it may be repeated',
  'no way back': 'a workspace that was cut in the middle stays as it is',
  'last one wins': 'a merge takes the whole of one side',
  'left folders': 'the folder of a run stays when it is over',
  'left commands': 'what a dead process started lives on',
  'wild agent': 'an agent does something else each time',
} as const;

export type PlantedBug = keyof typeof plantedBugs;

const lost: Partial<Record<PlantedBug, readonly string[]>> = {
  'forgotten replies': ['llm.requested', 'llm.responded'],
  'forgotten calls': ['tool.intent', 'tool.result'],
};

/** The store with that bug; itself without one that concerns it. */
export function spoiledStore(store: RunStore, bug: PlantedBug | undefined): RunStore {
  const forgotten = bug === undefined ? undefined : lost[bug];
  return {
    ...store,
    ...(bug === 'stale fences' && {
      append: async (lease, events, patch) =>
        store.append((await store.readLease(lease.runId)) ?? lease, events, patch),
    }),
    ...(bug === 'lease for all' && {
      acquireLease: async (runId, request) => {
        const held = await store.readLease(runId);
        return store.acquireLease(runId, { ...request, ...(held && { replace: held.owner.id }) });
      },
    }),
    ...(forgotten && {
      readEvents: async (runId, query) =>
        (await store.readEvents(runId, query)).filter(({ type }) => !forgotten.includes(type)),
      listCheckpoints: async () => [],
    }),
  } satisfies RunStore;
}
