import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LeaseOwner } from '@forge/plugin-api';
import { realPath } from '../state/places.ts';
import { isAlive } from '../world/this-process.ts';

/**
 * A new home for the processes of a plugin. Homes that a killed Forge of this machine has left go first.
 *
 * @returns its real path. A socket's path may have a hundred characters, so it cannot lie in the state folder.
 */
export async function makeHome(self: LeaseOwner): Promise<string> {
  const folder = realPath(tmpdir());
  const ours = `forge-plugin-${createHash('sha256').update(self.host).digest('hex').slice(0, 8)}-`;
  for (const name of await readdir(folder)) {
    const [, pid] = name.startsWith(ours) ? (/^(\d+)-/.exec(name.slice(ours.length)) ?? []) : [];
    // What cannot be removed, another person's or what another Forge is removing, keeps no plugin from its start.
    if (pid !== undefined && !isInUse(Number(pid), self)) await removeHome(join(folder, name)).catch(() => undefined);
  }
  return mkdtemp(join(folder, `${ours}${self.pid}-`));
}

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
}

/** This process may hold more than one Forge. */
function isInUse(pid: number, self: LeaseOwner): boolean {
  return pid === self.pid || isAlive({ id: '', host: self.host, pid }, self);
}
