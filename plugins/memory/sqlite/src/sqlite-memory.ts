import {
  forgeError,
  memorySchema,
  z,
  type Clock,
  type Memory,
  type MemoryStore,
  type MemoryUpdate,
  type NewMemory,
} from '@forge/plugin-api';
import { databaseOnDemand } from '@forge/libsql';
import { fade, merge } from './consolidate.ts';
import { recall } from './recall.ts';
import { migrations } from './schema.ts';
import { insertion, memoryColumns, memoryOf, removal, replacement } from './stored-memory.ts';

export interface SqliteMemoryOptions {
  /** Absolute path; one file may serve many repositories. */
  readonly file: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
}

// Each try loses only to a change that somebody else made in that moment.
const mostTries = 10;

/** Several processes may use the same file. Touches nothing until it is used. */
export function createSqliteMemory({
  file,
  clock,
  newId,
}: SqliteMemoryOptions): MemoryStore & { close(): Promise<void> } {
  const database = databaseOnDemand({ file, migrations });

  const find = async (id: string) =>
    (await database.use()).get(`SELECT ${memoryColumns} FROM memories WHERE id = ?`, [id]);

  return {
    name: 'sqlite',

    async store(memory: NewMemory): Promise<Memory> {
      const now = clock.now();
      const stored = checked({ ...memory, id: newId(), createdAt: now, updatedAt: now });
      const outcome = await (await database.use()).write(insertion(stored));
      if (outcome.committed) return stored;
      throw forgeError('STORE_FAILED', 'A memory could not be stored', { where: stored.id, why: outcome.message });
    },

    recall: (query) => recall(database, query),

    async get(id: string): Promise<Memory | undefined> {
      const row = await find(id);
      return row === undefined ? undefined : memoryOf(row);
    },

    async update(id: string, changes: MemoryUpdate): Promise<Memory> {
      for (let tried = 1; tried <= mostTries; tried += 1) {
        const row = await find(id);
        if (row === undefined) throw forgeError('INPUT_INVALID', `There is no memory ${id}`, { where: id });
        const updated = checked({ ...memoryOf(row), ...given(changes), id, updatedAt: clock.now() });
        const outcome = await (await database.use()).write(replacement(updated, row['revision']));
        if (outcome.committed) return updated;
      }
      throw forgeError('STORE_BUSY', `Memory ${id} is being changed all the time`, { where: id, transient: true });
    },

    async forget(id: string): Promise<void> {
      await (await database.use()).write(removal(id));
    },

    async consolidate() {
      const open = await database.use();
      await fade(open, clock.now());
      return { merged: await merge(open, clock.now()) };
    },

    close: () => database.close(),
  };
}

function given(changes: MemoryUpdate): MemoryUpdate {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** With the defaults filled in. @throws INPUT_INVALID */
function checked(memory: z.input<typeof memorySchema>): Memory {
  const parsed = memorySchema.safeParse(memory);
  if (parsed.success) return parsed.data;
  throw forgeError('INPUT_INVALID', 'A memory is not valid', { where: memory.id, why: z.prettifyError(parsed.error) });
}
