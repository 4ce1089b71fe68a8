import {
  forgeError,
  type ImplementationInput,
  type ImplementationOutput,
  type Plan,
  type PlanTask,
} from '@forge/plugin-api';
import { runExecution } from '../run/run-execution.ts';
import type { Run } from '../run/run.ts';
import type { Progress } from './progress.ts';

export interface ChangeRequest {
  /** Such as `implementation/limiter`. */
  readonly key: string;
  readonly task: PlanTask;
  readonly feedback?: ImplementationInput['feedback'];
}

export interface WorkedChange {
  readonly output: ImplementationOutput;
  readonly base: string;
}

/** Lets the implementer work on a task in a checkout of its own. */
export async function workOnChange(
  run: Run,
  progress: Progress,
  { key, task, feedback }: ChangeRequest,
): Promise<WorkedChange> {
  return runExecution(run, {
    key,
    phase: 'implementation',
    taskId: task.id,
    agentType: 'implementer',
    input: {
      requirement: run.requirement,
      plan: progress.plan,
      task,
      instructions: progress.project.instructions,
      ...(feedback === undefined ? {} : { feedback }),
    },
    workspace: (base) => run.workspaces.checkout(`tasks/${task.id}`, base),
    base: await run.workspaces.head(),
  });
}

/** Commits what the implementer left in its checkout and brings it onto the run's branch. */
export async function mergeChange(run: Run, task: PlanTask, { output, base }: WorkedChange): Promise<void> {
  if (run.state.merged[task.id] !== undefined) return;
  run.beforeStep();
  const message = commitMessage(output, run.id);
  const checkout = await run.workspaces.checkout(`tasks/${task.id}`, base);
  const commit = await checkout.commit(message);
  run.deps.crashPoint('task.committed');
  const merged =
    commit === undefined
      ? { ok: true as const, commit: await run.workspaces.head() }
      : await run.workspaces.merge(commit, message);
  if (!merged.ok) {
    throw forgeError(
      'MERGE_CONFLICT',
      `The change of task "${task.id}" does not fit those before it: ${merged.conflicts.join(', ')}`,
      {
        fix: 'resume with concurrency 1, or ask for a plan whose tasks touch different files',
      },
    );
  }
  run.deps.crashPoint('task.merged');
  await run.events.emit(
    'task.merged',
    { taskId: task.id, commit: merged.commit },
    { phase: 'implementation', taskId: task.id },
  );
}

/** The id of a task that is not in the plan: one that no task of the plan has. */
export function furtherTaskId({ tasks }: Plan, wanted: string): string {
  const taken = new Set(tasks.map(({ id }) => id));
  let id = wanted;
  for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`;
  return id;
}

/** A further change that a later phase asks for. Returns when it is on the run's branch. */
export async function fix(run: Run, progress: Progress, request: ChangeRequest): Promise<void> {
  if (run.state.merged[request.task.id] !== undefined) return;
  await mergeChange(run, request.task, await workOnChange(run, progress, request));
}

function commitMessage({ commit: { type, scope, subject, body } }: ImplementationOutput, runId: string): string {
  const head = `${type}${scope ? `(${scope})` : ''}: ${subject}`;
  return [head, body, `Forge-Run: ${runId}`].filter((part) => part !== undefined && part !== '').join('\n\n');
}
