import type { Forge } from '@forge/core';
import type { Work } from './work.ts';

export type RunHandle = Awaited<ReturnType<Awaited<ReturnType<Forge['engine']>>['start']>>;

/** Starts the run, or goes on with it when an earlier process has begun it. */
export async function engage(
  forge: Forge,
  { id, start, fork, approve, settings: { budgetUsd } }: Work,
  directory: string,
): Promise<RunHandle> {
  const [store, engine] = await Promise.all([forge.store(), forge.engine()]);
  const record = await store.getRun(id);
  // A run has the budget that it began with, until somebody says something else.
  const budget = budgetUsd === undefined ? {} : { budgetUsd };
  if ((start === undefined && fork === undefined) || (record?.lastSeq ?? 0) > 0)
    return engine.resume(id, { approve, ...budget });
  // The process ended between the run's head and its first event: nothing was begun.
  if (record !== undefined) await store.deleteRun(id);
  if (fork !== undefined) {
    const { from, at } = fork;
    return engine.fork(from, { id, approve, ...budget, ...(at === undefined ? {} : { at }) });
  }
  return engine.start({ id, ...(start as NonNullable<Work['start']>), directory, approve });
}
