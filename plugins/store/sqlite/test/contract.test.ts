import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '@forge/testkit/contracts';
import { createSqliteStore, type SqliteStore } from '../src/sqlite-store.ts';

storeContract({
  name: 'sqlite',
  create() {
    const directory = mkdtempSync(join(tmpdir(), 'forge-store-'));
    const opened: SqliteStore[] = [];
    let ids = 0;
    const open = () => {
      const store = createSqliteStore({ directory, newId: () => `id${++ids}` });
      opened.push(store);
      return store;
    };
    const store = open();
    return {
      store,
      async reopen() {
        await store.close();
        return open();
      },
      async dispose() {
        for (const each of opened) await each.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
});
