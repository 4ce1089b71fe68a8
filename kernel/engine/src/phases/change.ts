import type { ImplementationInput, ImplementationOutput, Plan, PlanTask } from '@forge/plugin-api';
import type { ExecutionRequest } from '../run/execute-agent.ts';
import { runExecution } from '../run/run-execution.ts';
import type { Run } from '../run/run.ts';
import type { Workspace } from '../run/run-workspaces.ts';
import { instructionsFor } from './instructions.ts';
import type { Progress } from './progress.ts';

export interface ChangeRequest {
  /** Such as `implementation/limiter`. */
  readonly key: string;
  readonly task: PlanTask;
  readonly feedback?: ImplementationInput['feedback'];
  /** The commit where it begins, and the name of the checkout that it is worked on in. */
  readonly base: string;
  readonly checkout: string;
}

export interface WorkedChange {
  readonly output: ImplementationOutput;
  readonly base: string;
  /** What was done, as one commit on the base; undefined when nothing changed. */
  readonly commit: string | undefined;
}

/** Lets the implementer work on a task in a checkout of its own, and commits what it left there. */
export async function workOnChange(
  run: Run,
  progress: Progress,
  { key, task, feedback, base: wanted, checkout }: ChangeRequest,
): Promise<WorkedChange> {
  const workspace: ExecutionRequest<'implementer'>['workspace'] = (base, options) =>
    run.workspaces.checkout(checkout, base, options);
  const files = [...task.files, ...(feedback?.conflict?.files ?? [])];
  const { output, base, hasChanged } = await runExecution(run, {
    key,
    phase: 'implementation',
    taskId: task.id,
    agentType: 'implementer',
    input: {
      requirement: run.requirement,
      plan: progress.plan,
      task,
      instructions: await instructionsFor(run, progress, files),
      ...(feedback === undefined ? {} : { feedback }),
    },
    about: files,
    workspace,
    base: wanted,
  });
  run.beforeStep();
  const commit = await committed(await workspace(base, { kept: hasChanged }), output, run.id);
  run.deps.crashPoint('task.committed');
  return { output, base, commit };
}

function committed(workspace: Workspace, { commit }: ImplementationOutput, runId: string): Promise<string | undefined> {
  const { type, scope, subject, body } = commit;
  const head = `${type}${scope ? `(${scope})` : ''}: ${subject}`;
  const parts = [head, body, `Forge-Run: ${runId}`];
  return workspace.commit(parts.filter((part) => part !== undefined && part !== '').join('\n\n'));
}

/** The id of a task that is not in the plan: one that no task of the plan has. */
export function furtherTaskId({ tasks }: Plan, wanted: string): string {
  const taken = new Set(tasks.map(({ id }) => id));
  let id = wanted;
  for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`;
  return id;
}

/** A further change that a later phase asks for. Returns when it is on the run's branch. */
export async function fix(
  run: Run,
  progress: Progress,
  request: Pick<ChangeRequest, 'key' | 'task' | 'feedback'>,
): Promise<void> {
  const { id } = request.task;
  if (run.state.merged[id] === undefined) {
    const head = await run.workspaces.head();
    const { base, commit } = await workOnChange(run, progress, { ...request, base: head, checkout: `tasks/${id}` });
    await recordMerge(run, id, commit ?? base);
  }
  await advanceTo(run, id);
}

/** What the log says is merged is the truth; the branch follows it, now or, after a crash, the next time. */
export async function recordMerge(run: Run, taskId: string, commit: string): Promise<void> {
  await run.events.emit('task.merged', { taskId, commit }, { phase: 'implementation', taskId });
  run.deps.crashPoint('task.merged');
}

export async function advanceTo(run: Run, taskId: string): Promise<void> {
  const commit = run.state.merged[taskId];
  if (commit !== undefined) await run.workspaces.advance(commit);
}
