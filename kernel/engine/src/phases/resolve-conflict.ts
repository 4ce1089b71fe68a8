import { forgeError, type Conflict, type PlanTask } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';
import type { Resolution, TaskChange } from '../run/run-workspaces.ts';
import { planOrder, withAllNeeded } from '../run/task-graph.ts';
import { workOnChange } from './change.ts';
import type { Progress } from './progress.ts';

type Clash = Omit<Resolution, 'theirs' | 'resolved'> & TaskChange;

/** Attempts before the task fails; a task that failed so gets as many again when the run is resumed. */
const attempts = 3;
/** Bytes of each diff that stand in the prompt; the checkout has all of it. */
const diffBytes = 20_000;

/**
 * Lets the implementer bring both sides of a conflict together, in a checkout that holds them with conflict marks.
 * Answers the commit on top of `onto`. What it leaves is taken only when it is a merge of both; else it hears why not.
 * Rejects with MERGE_CONFLICT when all attempts are used up.
 */
export async function resolveConflict(run: Run, progress: Progress, task: PlanTask, clash: Clash): Promise<string> {
  const { onto, base, commit, marked, conflicts } = clash;
  const told = await describeConflict(run, progress, task, clash);
  let faults: readonly string[] = [];
  const before = attempts * (run.state.unresolved[task.id] ?? 0);
  for (let attempt = before + 1; attempt <= before + attempts; attempt += 1) {
    // What else is merged by now makes it another conflict.
    const key = `implementation/${task.id}.conflict-${attempt}-${onto.slice(0, 12)}`;
    if (run.state.executions[`${key}/1`] === undefined) {
      const payload = { taskId: task.id, files: [...conflicts], onto, attempt, faults: [...faults] };
      await run.events.emit('task.conflicted', payload, { phase: 'implementation', taskId: task.id });
    }
    const worked = await workOnChange(run, progress, {
      key,
      task,
      feedback: { findings: [], conflict: { ...told, faults: [...faults] } },
      base: marked,
      checkout: `tasks/${task.id}.conflict-${attempt}`,
    });
    const resolved = worked.commit ?? marked;
    faults = await run.workspaces.resolutionFaults({ base, onto, theirs: commit, conflicts, marked, resolved });
    if (faults.length === 0) return run.workspaces.replant(resolved, onto, commit);
  }
  throw forgeError('MERGE_CONFLICT', `The change of task "${task.id}" does not fit those before it`, {
    where: conflicts.join(', '),
    why: faults.join('; '),
    fix: `forge resume ${run.id} tries again; or ask for a plan whose tasks touch different files`,
  });
}

/** Both sides with their goals: the task's own, and those merged tasks it did not know of that touch the files. */
async function describeConflict(
  run: Run,
  { plan }: Progress,
  task: PlanTask,
  { base, commit, conflicts }: Clash,
): Promise<Conflict> {
  const tasks = planOrder(plan);
  const known = withAllNeeded(tasks, task.id);
  const others: Conflict['others'] = [];
  for (const other of tasks) {
    const change = run.state.changes[other.id];
    if (known.includes(other) || run.state.merged[other.id] === undefined || change?.commit === undefined) continue;
    const touched = await run.workspaces.changedFiles(change.base, change.commit);
    if (!touched.some(({ path }) => conflicts.includes(path))) continue;
    const diff = await run.workspaces.diff(change.base, change.commit, diffBytes);
    others.push({ title: other.title, goal: other.goal, diff });
  }
  return { files: [...conflicts], diff: await run.workspaces.diff(base, commit, diffBytes), others, faults: [] };
}
