import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryContract } from '@forge/testkit/contracts';
import { createSqliteMemory } from '../src/sqlite-memory.ts';

memoryContract({
  name: 'sqlite',
  create() {
    const folder = mkdtempSync(join(tmpdir(), 'forge-memory-'));
    const opened: ReturnType<typeof createSqliteMemory>[] = [];
    let ids = 0;
    const open = () => {
      const memory = createSqliteMemory({
        file: join(folder, 'memory.db'),
        clock: { now: () => 1000 },
        newId: () => `m${++ids}`,
      });
      opened.push(memory);
      return memory;
    };
    const memory = open();
    return {
      memory,
      async reopen() {
        await memory.close();
        return open();
      },
      async dispose() {
        for (const each of opened) await each.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
});
