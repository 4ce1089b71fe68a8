import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError, z } from '@forge/plugin-api';
import type { StateFolder } from './state-folder.ts';

/** How the person's own command line finds the server and gets in. Only they can read it. */
export const serverFileSchema = z.strictObject({ url: z.string(), pid: z.int(), token: z.string().optional() });
export type ServerFile = z.output<typeof serverFileSchema>;

export const serverFile = 'server.json';

/**
 * Makes this process the only server of the person on this machine, until `release`. Rejects with SERVER_RUNNING.
 * A server that died leaves its file behind; that of a living one is left alone.
 */
export async function claimServer(
  folder: StateFolder,
  { pid, processExists }: { readonly pid: number; processExists(pid: number): boolean },
): Promise<{ announce(facts: Omit<ServerFile, 'pid'>): Promise<void>; release(): Promise<void> }> {
  for (let tries = 0; ; tries += 1) {
    try {
      const file = await open(join(folder.path, serverFile), 'wx', 0o600);
      await file.writeFile(JSON.stringify({ url: '', pid }));
      await file.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > 1) throw error;
    }
    const other = runningServer(folder, processExists);
    if (other !== undefined)
      throw forgeError(
        'SERVER_RUNNING',
        `A server of yours is running already: ${other.url || `process ${other.pid}`}`,
        {
          fix: 'use that one, or end it first',
          data: { url: other.url, pid: other.pid },
        },
      );
    await folder.remove(serverFile);
  }
  return {
    announce: (facts) => folder.write(serverFile, { ...facts, pid }),
    release: () => folder.remove(serverFile),
  };
}

/** The server that runs, if one does. */
export function runningServer(
  folder: Pick<StateFolder, 'read'>,
  processExists: (pid: number) => boolean,
): ServerFile | undefined {
  let found: ServerFile | undefined;
  try {
    found = folder.read(serverFile, serverFileSchema);
  } catch {
    // Half of a file that somebody is just writing, or what is left of one.
  }
  return found !== undefined && processExists(found.pid) ? found : undefined;
}
