import { forgeError } from '@forge/plugin-api';
import { openDatabase, type Database, type DatabaseOptions } from './database.ts';

export interface DatabaseOnDemand {
  /**
   * The open database. The first call opens it; a later one opens it again when that failed or its thread has crashed.
   * Calls in a row resolve in their order.
   */
  use(): Promise<Database>;
  /** Waits for an opening that is under way. Afterwards `use` rejects with STORE_CLOSED. */
  close(): Promise<void>;
}

/** Touches no file until it is used. */
export function databaseOnDemand(options: DatabaseOptions, open = openDatabase): DatabaseOnDemand {
  let opening: Promise<Database> | undefined;
  let current: Database | undefined;
  let closed = false;

  const openOnce = async (): Promise<Database> => {
    try {
      current = await open(options);
      return current;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };

  return {
    async use() {
      if (closed) throw forgeError('STORE_CLOSED', 'The database has been closed', { where: options.file });
      if (current?.alive === false) opening = current = undefined;
      opening ??= openOnce();
      return opening;
    },
    async close() {
      closed = true;
      // A database that could not be opened has told so to whoever used it.
      const database = await opening?.catch(() => undefined);
      await database?.close();
    },
  };
}
