import { faultsOf, forgeError, isForgeError, type ForgeError, type PlanTask } from '@forge/plugin-api';
import { estimateWork } from '../run/estimate-work.ts';
import { parkingOf } from '../run/parking.ts';
import type { Run } from '../run/run.ts';
import { interruptions } from '../run/run-execution.ts';
import { scheduleTasks } from '../run/schedule-tasks.ts';
import { planOrder } from '../run/task-graph.ts';
import { createWorkers } from '../run/workers.ts';
import { advanceTo, workOnChange } from './change.ts';
import { counted } from './counted.ts';
import { mergeChange } from './merge-change.ts';
import { createMergeCheck } from './merge-check.ts';
import type { PhaseResult, Progress } from './progress.ts';
import { taskBase } from './task-base.ts';

/** Each task of the plan in a checkout of its own; results come together in plan order. */
export async function implement(run: Run, progress: Progress): Promise<PhaseResult> {
  // An earlier process may have died between a merge and the branch; what is merged now must come after it.
  for (const taskId of Object.keys(run.state.merged)) await advanceTo(run, taskId);
  const tasks = planOrder(progress.plan);
  const check = createMergeCheck(run, progress);
  const inTurn = untilParked();
  const workers = createWorkers(await tasksAtOnce(run, tasks));
  const failures = await scheduleTasks<string>(tasks, {
    withWorker: (work) => workers.use(run.id, run.signal, () => run.withWorker(work)),
    begin: (task, dependencies) => taskBase(run, tasks, task, dependencies),
    work: (task, base) => reported(run, task, () => work(run, progress, task, base)),
    merge: (task) => inTurn(() => reported(run, task, () => mergeChange(run, progress, task, check))),
  });
  if (failures.length > 0) throw failureOf(failures);
  const { base } = run.workspaces;
  const changed = await run.workspaces.changedFiles(base.commit, await run.workspaces.head());
  if (changed.length === 0) {
    throw forgeError('NOTHING_CHANGED', 'No task changed anything', {
      fix: 'say more clearly what shall change, then run again',
    });
  }
  return { progress, summary: `${counted(tasks.length, 'task')}, ${counted(changed.length, 'file')} changed` };
}

/** Tells what is ahead when several tasks are, and answers how many of them the budget can hold at once. */
async function tasksAtOnce(run: Run, tasks: readonly PlanTask[]): Promise<number> {
  const { concurrency, llm } = run.deps.config;
  const open = tasks.filter(({ id }) => run.state.merged[id] === undefined && run.state.changes[id] === undefined);
  const [choice] = open.length < 2 ? [] : await run.deps.models('implementer');
  if (choice === undefined) return concurrency;
  const { tokens, iterations } = run.state.executions['planning/plan/1'] ?? { tokens: 0, iterations: 0 };
  const estimate = estimateWork({
    tasks: open.length,
    workers: concurrency,
    planning: { tokens, calls: iterations },
    model: choice.capabilities,
    maxOutputTokens: llm.maxOutputTokens,
    left: { usd: run.budget.run.left('usd'), tokens: run.budget.run.left('tokens') },
  });
  await run.events.emit('work.estimated', estimate, { phase: 'implementation' });
  return estimate.atOnce;
}

/** Works on a task, unless an earlier process of the run did. */
async function work(run: Run, progress: Progress, task: PlanTask, begin: string): Promise<void> {
  const { id, title } = task;
  if (run.state.merged[id] !== undefined || run.state.changes[id] !== undefined) return;
  const about = { phase: 'implementation', taskId: id } as const;
  await run.events.emit('task.started', { taskId: id, title, base: begin }, about);
  const request = { key: `implementation/${id}`, task, base: begin, checkout: `tasks/${id}` };
  const { output, base, commit } = await workOnChange(run, progress, request);
  const did = commit === undefined ? {} : { commit };
  await run.events.emit('task.completed', { taskId: id, summary: output.summary, base, ...did }, about);
}

/** What would come after a merge that waits for a person or the like waits, too: it must find the branch as it was. */
function untilParked(): (merge: () => Promise<void>) => Promise<void> {
  let parked: ForgeError | undefined;
  return async (merge) => {
    if (parked !== undefined) throw parked;
    try {
      await merge();
    } catch (error) {
      if (isForgeError(error) && parkingOf(error) !== undefined) parked = error;
      throw error;
    }
  };
}

/** What the phase ends with: what parks the run if anything does, else all that failed. */
function failureOf(failures: readonly unknown[]): unknown {
  const faults = [...new Set(failures)].flatMap(faultsOf);
  const [first] = faults;
  const parked = faults.find((fault) => parkingOf(fault) !== undefined);
  if (parked !== undefined || first === undefined || faults.length === 1) return parked ?? first;
  const words = faults.map(({ message }) => message).join('; ');
  return forgeError(first.code, `${counted(faults.length, 'task')} failed: ${words}`, {
    ...first.details,
    cause: first,
  });
}

/** Tells of a task's failure, unless the whole run is being ended. */
async function reported<T>(run: Run, task: PlanTask, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const fault = faultsOf(error)[0];
    if (fault !== undefined && !run.signal.aborted && !interruptions.has(fault.code)) {
      const { code, message } = fault;
      await run.events.emit(
        'task.failed',
        { taskId: task.id, code, message },
        { phase: 'implementation', taskId: task.id },
      );
    }
    throw error;
  }
}
