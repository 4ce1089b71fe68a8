import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryContract } from '@forge/testkit/contracts';
import { createSampleThing } from '../src/sample-thing.ts';

memoryContract({
  name: 'sample-thing',
  create() {
    const folder = mkdtempSync(join(tmpdir(), 'sample-thing-'));
    let ids = 0;
    const open = () =>
      createSampleThing({ file: join(folder, 'memories.json'), clock: { now: () => 1000 }, newId: () => `m${++ids}` });
    return { memory: open(), reopen: async () => open(), dispose: () => rmSync(folder, { recursive: true }) };
  },
});
