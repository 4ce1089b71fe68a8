import { isForgeError, type RunRecord, type RunStatus, type RunStore } from '@forge/plugin-api';
import { keepLease } from '../log/lease-keeper.ts';
import type { RunDeps } from '../run-deps.ts';
import { openRepository, unmergedBranches } from '../workspace/index.ts';
import type { Ground } from './ground.ts';
import { runDirectory } from './run-directory.ts';

export interface PruneRequest {
  /** Only tell what would be removed. Default false. */
  readonly dryRun?: boolean;
  /** Give the space of the database back, too, which may take seconds. Default false. */
  readonly compact?: boolean;
  /** At most so many runs, the oldest first. Default: all. */
  readonly limit?: number;
}

export interface PruneOutcome {
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  /** Blobs that nobody referred to any more. */
  readonly blobs: number;
  readonly bytes: number;
}

/** A run in one of these has come to an end. A parked or stopped one waits for somebody. */
const finished: readonly RunStatus[] = ['completed', 'failed', 'discarded'];
const dayMs = 86_400_000;

/**
 * Removes finished runs that are older than the configuration keeps them, or more than it keeps: events, requests,
 * checkpoints, workspaces, and blobs that nothing else refers to. A completed run stays as long as its branch is there
 * and not merged: its log is the proof of what the branch holds. Delivered branches are never touched.
 */
export async function pruneRuns(
  deps: RunDeps,
  ground: Ground,
  store: RunStore,
  { dryRun = false, compact = false, limit = Number.POSITIVE_INFINITY }: PruneRequest,
): Promise<PruneOutcome> {
  const now = deps.clock.now();
  const due = (await dueRuns(deps, store, now)).slice(0, limit);
  if (dryRun) return { runs: due, blobs: 0, bytes: 0 };
  const runs: RunRecord[] = [];
  for (const run of due) if (await remove(deps, ground, store, run)) runs.push(run);
  if (runs.length === 0 && !compact) return { runs, blobs: 0, bytes: 0 };
  return { runs, ...(await store.collectGarbage({ before: now - dayMs, compact })) };
}

async function dueRuns(deps: RunDeps, store: RunStore, now: number): Promise<readonly RunRecord[]> {
  const { days, runs: most } = deps.config.retention;
  const all = (await store.listRuns({ status: finished, limit: 1_000_000 })).toSorted(
    (one, other) => other.updatedAt - one.updatedAt,
  );
  const due = all.filter((run, index) => index >= most || run.updatedAt < now - days * dayMs).toReversed();
  if (!due.some(({ status }) => status === 'completed')) return due;
  const unmerged = new Map<string, Promise<ReadonlySet<string>>>();
  const waits = due.map(async ({ status, repository, branch }) => {
    if (status !== 'completed') return false;
    const known = unmerged.get(repository) ?? openRepository(repository, deps).then((at) => unmergedBranches(at, deps));
    unmerged.set(repository, known);
    return (await known).has(branch);
  });
  // A repository that is gone, or cannot be looked at, keeps its runs.
  const kept = await Promise.all(waits.map((wait) => wait.catch(() => true)));
  return due.filter((_, index) => kept[index] !== true);
}

/** False when somebody works on it, or did since it was looked at. */
async function remove(deps: RunDeps, ground: Ground, store: RunStore, run: RunRecord): Promise<boolean> {
  const keeper = await keepLease({ ...deps, store }, run.id, () => undefined).catch((error: unknown) => {
    if (isForgeError(error, 'LEASE_HELD') || isForgeError(error, 'RUN_NOT_FOUND')) return undefined;
    throw error;
  });
  if (keeper === undefined) return false;
  try {
    if ((await store.getRun(run.id))?.lastSeq !== run.lastSeq) return false;
    await ground.reapMarked((marker) => marker.startsWith(`${run.id}/`));
    await ground.removeRunDirectory(runDirectory(deps, run.id));
    await store.deleteRun(run.id);
    return true;
  } finally {
    await keeper.release();
  }
}
