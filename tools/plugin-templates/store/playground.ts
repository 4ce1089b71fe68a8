import { createSampleThing } from './src/sample-thing.ts';

// npm run play
const store = createSampleThing();
await store.createRun({ id: 'r1', task: 'Try the store', repository: '/nowhere', branch: 'forge/r1', createdAt: 1 });
const owner = { id: 'me', pid: 1, host: 'here' };
const { fence } = await store.acquireLease('r1', { owner, ttlMs: 30_000, now: 1 });
console.log(`the lease has fence ${fence}`);
console.log(await store.listRuns());
