import { faultsOf, forgeError, type PlanTask } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';
import { scheduleTasks } from '../run/schedule-tasks.ts';
import { planOrder } from '../run/task-graph.ts';
import { counted } from './counted.ts';
import { mergeChange, workOnChange, type WorkedChange } from './change.ts';
import type { PhaseResult, Progress } from './progress.ts';

/** Each task of the plan in a checkout of its own; results come together in plan order. */
export async function implement(run: Run, progress: Progress): Promise<PhaseResult> {
  const tasks = planOrder(progress.plan);
  await scheduleTasks<WorkedChange | undefined>(tasks, {
    concurrency: run.deps.config.concurrency,
    work: (task) => reported(run, task, () => work(run, progress, task)),
    merge: (task, worked) => reported(run, task, () => merge(run, task, worked)),
  });
  const { base } = run.workspaces;
  const changed = await run.workspaces.changedFiles(base.commit, await run.workspaces.head());
  if (changed.length === 0) {
    throw forgeError('NOTHING_CHANGED', 'No task changed anything', {
      fix: 'say more clearly what shall change, then run again',
    });
  }
  return { progress, summary: `${counted(tasks.length, 'task')}, ${counted(changed.length, 'file')} changed` };
}

/** Undefined when the task was merged before this process began. */
async function work(run: Run, progress: Progress, task: PlanTask): Promise<WorkedChange | undefined> {
  if (run.state.merged[task.id] !== undefined) return undefined;
  const base = await run.workspaces.head();
  await run.events.emit(
    'task.started',
    { taskId: task.id, title: task.title, base },
    { phase: 'implementation', taskId: task.id },
  );
  return workOnChange(run, progress, { key: `implementation/${task.id}`, task });
}

async function merge(run: Run, task: PlanTask, worked: WorkedChange | undefined): Promise<void> {
  if (worked === undefined) return;
  await mergeChange(run, task, worked);
  const { summary } = worked.output;
  await run.events.emit('task.completed', { taskId: task.id, summary }, { phase: 'implementation', taskId: task.id });
}

/** Tells of a task's failure, unless the whole run is being ended. */
async function reported<T>(run: Run, task: PlanTask, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const fault = faultsOf(error)[0];
    const interrupted = run.signal.aborted || fault?.code === 'STOPPED' || fault?.code.startsWith('WAITING_');
    if (fault !== undefined && !interrupted) {
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
