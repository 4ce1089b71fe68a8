import { randomBytes } from 'node:crypto';
import { link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError, z } from '@forge/plugin-api';
import type { StateFolder } from './state-folder.ts';

/** How the person's own command line finds the server and gets in. Only they can read it. */
export const serverFileSchema = z.strictObject({
  url: z.string(),
  pid: z.int(),
  /** When that process began: after a restart of the machine another one may have its number. */
  started: z.string().optional(),
  token: z.string().optional(),
});
export type ServerFile = z.output<typeof serverFileSchema>;

/** When a process began, in the system's own words; undefined when there is none with this number. */
export type ProcessStart = (pid: number) => string | undefined;

export const serverFile = 'server.json';

/**
 * Makes this process the only server of the person on this machine, until `release`. Rejects with SERVER_RUNNING.
 * A server that died leaves its file behind; that of a living one is left alone.
 */
export async function claimServer(
  folder: StateFolder,
  { pid, processStart }: { readonly pid: number; readonly processStart: ProcessStart },
): Promise<{ announce(facts: Pick<ServerFile, 'url' | 'token'>): Promise<void>; release(): Promise<void> }> {
  const own = { pid, started: processStart(pid) };
  for (let tries = 0; !(await claim(join(folder.path, serverFile), { url: '', ...own })); tries += 1) {
    const other = runningServer(folder, processStart);
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
    announce: (facts) => folder.write(serverFile, { ...facts, ...own }),
    release: () => folder.remove(serverFile),
  };
}

/** False when there is a file already. A new one is whole at once: nobody takes it for what a dead process left. */
async function claim(file: string, facts: ServerFile): Promise<boolean> {
  const fresh = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(fresh, JSON.stringify(facts), { mode: 0o600 });
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
export function runningServer(folder: Pick<StateFolder, 'read'>, processStart: ProcessStart): ServerFile | undefined {
  let found: ServerFile | undefined;
  try {
    found = folder.read(serverFile, serverFileSchema);
  } catch {
    // Half of a file that somebody is just writing, or what is left of one.
  }
  const started = found === undefined ? undefined : processStart(found.pid);
  return started !== undefined && started === (found?.started ?? started) ? found : undefined;
}
