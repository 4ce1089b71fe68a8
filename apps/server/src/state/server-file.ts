import { randomBytes } from 'node:crypto';
import { link, rm, writeFile } from 'node:fs/promises';
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
  for (let tries = 0; !(await claim(join(folder.path, serverFile), pid)); tries += 1) {
    const other = runningServer(folder, processExists);
    // In a container, the process that is started again has the number of the one that died.
    if ((other !== undefined && other.pid !== pid) || tries > 1)
      throw forgeError(
        'SERVER_RUNNING',
        `A server of yours is running already: ${other?.url || `process ${other?.pid ?? 'unknown'}`}`,
        {
          fix: 'use that one, or end it first',
          data: { url: other?.url ?? '', pid: other?.pid ?? 0 },
        },
      );
    await folder.remove(serverFile);
  }
  return {
    announce: (facts) => folder.write(serverFile, { ...facts, pid }),
    release: () => folder.remove(serverFile),
  };
}

/** False when there is a file already. A new one is whole at once: nobody takes it for what a dead process left. */
async function claim(file: string, pid: number): Promise<boolean> {
  const fresh = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(fresh, JSON.stringify({ url: '', pid }), { mode: 0o600 });
  try {
    await link(fresh, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(fresh, { force: true });
  }
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
