import type { PlanTask } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';
import type { Progress } from './progress.ts';
import { resolveConflict } from './resolve-conflict.ts';
import type { MergeCheck } from './merge-check.ts';
import { advanceTo, recordMerge } from './change.ts';

/**
 * Brings a task's change onto the run's branch, which only ever holds what fits together and passed `check`.
 */
export async function mergeChange(run: Run, progress: Progress, task: PlanTask, check: MergeCheck): Promise<void> {
  if (run.state.merged[task.id] === undefined) {
    run.beforeStep();
    const head = await run.workspaces.head();
    const { base, commit } = run.state.changes[task.id] ?? {};
    const candidate =
      base === undefined || commit === undefined ? head : await onTopOf(run, progress, task, { base, commit }, head);
    await recordMerge(run, task.id, candidate === head ? head : await check(task, candidate));
  }
  await advanceTo(run, task.id);
}

async function onTopOf(
  run: Run,
  progress: Progress,
  task: PlanTask,
  change: { readonly base: string; readonly commit: string },
  head: string,
): Promise<string> {
  const picked = await run.workspaces.pick(change, head);
  if (picked.ok) return picked.commit;
  const { conflicts, commit: marked } = picked;
  return resolveConflict(run, progress, task, { ...change, onto: head, conflicts, marked });
}
