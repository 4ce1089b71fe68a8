import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Memory, memorySchema, z } from '@forge/plugin-api';

export interface MemoryFile {
  /** Runs one change after the other on all that is kept, and writes it before it resolves. */
  change<T>(work: (memories: Map<string, Memory>) => T): Promise<T>;
  read(): Promise<ReadonlyMap<string, Memory>>;
}

/** All memories in one file, which is replaced as a whole. One process may write it. */
export function createMemoryFile(file: string): MemoryFile {
  let loaded: Promise<Map<string, Memory>> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const load = () => (loaded ??= readAll(file));

  return {
    read: load,
    change(work) {
      const next = last.then(async () => {
        const memories = new Map(await load());
        const result = work(memories);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(`${file}.new`, JSON.stringify([...memories.values()]));
        await rename(`${file}.new`, file);
        loaded = Promise.resolve(memories);
        return result;
      });
      last = next.catch(() => undefined);
      return next;
    },
  };
}

async function readAll(file: string): Promise<Map<string, Memory>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  const memories = z.array(memorySchema).parse(JSON.parse(text));
  return new Map(memories.map((memory) => [memory.id, memory]));
}
