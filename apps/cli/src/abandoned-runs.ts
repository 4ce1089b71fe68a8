import type { RunRecord, RunStore } from '@forge/plugin-api';
import type { CommandCall } from './command.ts';
import { glyph } from './render/glyphs.ts';
import { styleFor } from './render/style.ts';
import { oneLine } from './render/text-width.ts';
import { storedRuns } from './stored-runs.ts';
import type { World } from './world.ts';

/** Runs that count as running although nobody works on them: their process ended in the middle. */
export async function abandonedRuns(
  store: Pick<RunStore, 'listRuns' | 'readLease'>,
  world: Pick<World, 'clock' | 'hostName' | 'processExists'>,
): Promise<readonly RunRecord[]> {
  // Without an event nothing was begun that could go on.
  const running = (await store.listRuns({ status: ['running'], limit: 10_000 })).filter(({ lastSeq }) => lastSeq > 0);
  const owned = await Promise.all(running.map((run) => isOwned(store, run.id, world)));
  return running.filter((_, index) => owned[index] !== true);
}

/** Does a living process hold the run's lease? Of another machine's processes only the lease's time tells. */
export async function isOwned(
  store: Pick<RunStore, 'readLease'>,
  runId: string,
  { clock, hostName, processExists }: Pick<World, 'clock' | 'hostName' | 'processExists'>,
): Promise<boolean> {
  const lease = await store.readLease(runId);
  if (lease === undefined || lease.expiresAt <= clock.now()) return false;
  return lease.owner.host !== hostName || processExists(lease.owner.pid);
}

/** Says which runs nobody works on, and how to go on. A store that cannot be read is another command's fault to show. */
export async function reportAbandoned(
  { world, global, terminal, printer }: CommandCall,
  forge: Parameters<typeof storedRuns>[0],
): Promise<void> {
  const abandoned = await storedRuns(forge)
    .then((store) => abandonedRuns(store, world))
    .catch(() => []);
  const style = styleFor(world.stderr, world.env, global.color);
  for (const { id, task } of abandoned) {
    printer.object({ type: 'abandoned', runId: id });
    if (printer.json || global.quiet) continue;
    terminal.print(
      `${glyph('warn', style)} run ${id} (${oneLine(task).slice(0, 60)}) was left in the middle — go on: forge resume ${id}`,
    );
  }
}
