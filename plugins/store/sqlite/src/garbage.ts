import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { numberOf, textOf, type DatabaseOnDemand } from '@forge/libsql';
import { type createBlobs, filesIn } from './blobs.ts';

const pageSize = 1000;

/** What is stored and no longer needed, and how much is stored. */
export function createGarbage(database: DatabaseOnDemand, directory: string, blobs: ReturnType<typeof createBlobs>) {
  async function referred(): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const open = await database.use();
    for (let after: readonly [string, number] = ['', 0]; ; ) {
      const rows = await open.all(
        `SELECT run_id, seq, body FROM events
          WHERE (run_id, seq) > (?, ?) AND instr(body, 'Blob":"') > 0 ORDER BY run_id, seq LIMIT ?`,
        [...after, pageSize],
      );
      for (const row of rows) {
        for (const [, hash = ''] of textOf(row, 'body').matchAll(/Blob":"([0-9a-f]{64})"/g)) found.add(hash);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize) return found;
      after = [textOf(last, 'run_id'), numberOf(last, 'seq')];
    }
  }

  return {
    async collectGarbage({ before, compact = false }: { readonly before: number; readonly compact?: boolean }) {
      const hashes = await referred();
      const removed = await blobs.removeUnless((hash) => hashes.has(hash), before);
      if (compact) await (await database.use()).compact();
      return removed;
    },

    async measure() {
      const size = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;
      const sizes = await Promise.all((await filesIn(join(directory, 'blobs'))).map(size));
      return [
        { part: 'database', bytes: await size(join(directory, 'runs.db')) },
        { part: 'write-ahead log', bytes: await size(join(directory, 'runs.db-wal')) },
        { part: 'blobs', bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) },
      ];
    },
  };
}
