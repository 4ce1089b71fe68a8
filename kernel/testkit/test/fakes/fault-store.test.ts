import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { storeContract } from '../../src/contracts/index.ts';
import { createFaultStore, createMemoryRunStore, type StoreFault } from '../../src/fakes/index.ts';

storeContract({
  name: 'fault store whose call never comes',
  create: () => ({ store: createFaultStore(createMemoryRunStore(), { call: Infinity, kind: 'fail' }) }),
  skip: { 'everything is there after closing and opening again, and fences go on': 'it is gone with the process' },
});

const run = (id: string) => ({ id, task: 't', repository: '/r', branch: 'b', createdAt: 1 });

/** What became of three calls, of which the second goes wrong, and what is in the store afterwards. */
async function threeCalls(kind: StoreFault['kind']) {
  const store = createMemoryRunStore();
  let told = 0;
  const faulty = createFaultStore(store, { call: 2, kind, onFault: () => (told += 1) });
  const became = ['one', 'two', 'three'].map(() => 'pending');
  for (const [at, id] of ['one', 'two', 'three'].entries()) {
    void faulty.createRun(run(id)).then(
      () => (became[at] = 'done'),
      (error: { code: string }) => (became[at] = error.code),
    );
    await nextTurn();
  }
  return { became, stored: (await store.listRuns()).map(({ id }) => id).sort(), told, calls: faulty.calls };
}

test.each([
  { kind: 'fail', became: ['done', 'STORE_FAILED', 'done'], stored: ['one', 'three'], calls: 3 },
  { kind: 'hang', became: ['done', 'pending', 'done'], stored: ['one', 'three'], calls: 3 },
  { kind: 'crash', became: ['done', 'pending', 'pending'], stored: ['one', 'two'], calls: 2 },
] as const)('$kind: the second of three calls, and what comes after it', async ({ kind, ...wanted }) => {
  expect(await threeCalls(kind)).toEqual({ ...wanted, told: 1 });
});
