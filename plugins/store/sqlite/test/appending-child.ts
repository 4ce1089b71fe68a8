import type { ForgeEvent } from '@forge/plugin-api';
import { createSqliteStore } from '../src/sqlite-store.ts';

// Continues the log of run `r1` without end and prints each seq once it is acknowledged: `appending-child.ts <folder>`.
const [directory = ''] = process.argv.slice(2);
const store = createSqliteStore({ directory, newId: () => String(process.pid) });
const owner = { id: String(process.pid), host: 'here', pid: process.pid };
const lease = await store.acquireLease('r1', { owner, ttlMs: 1, now: process.pid });
const run = await store.getRun('r1');

const event = (seq: number) =>
  ({
    id: `e${seq}`,
    traceId: 'r1',
    seq,
    timestamp: seq,
    type: 'agent.progress',
    source: 'kernel',
    payload: { message: 'x'.repeat(400) },
    fence: lease.fence,
    previousHash: seq === 1 ? '' : `hash-${seq - 1}`,
    hash: `hash-${seq}`,
  }) as ForgeEvent;

for (let seq = (run?.lastSeq ?? 0) + 1; ; seq += 2) {
  await store.append(lease, [event(seq), event(seq + 1)], { tokens: seq + 1 });
  process.stdout.write(`${seq + 1}\n`);
}
