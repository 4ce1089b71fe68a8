import type { ContextSnapshot, ImplementationOutput } from '@forge/plugin-api';
import type { Run } from './run.ts';
import { withAllNeeded } from './task-graph.ts';

/**
 * What an execution may know of its run. It depends on what was in the log before the execution could begin, and on
 * nothing that happens beside it, so it is the same whenever the execution is resumed.
 */
export function contextSnapshot(
  { requirement, state }: Pick<Run, 'requirement' | 'state'>,
  taskId: string | undefined,
): ContextSnapshot {
  const tasks = state.plan?.tasks ?? [];
  const isPlanned = tasks.some(({ id }) => id === taskId);
  // Tasks are worked on beside who looks for their tests: which are done by then is a matter of luck.
  const isBeside = isPlanned || state.phases.implementation === 'entered';
  const known = isPlanned && taskId !== undefined ? withAllNeeded(tasks, taskId) : isBeside ? [] : tasks;
  const outputs = known.flatMap(({ id }): [string, ImplementationOutput][] => {
    const output = id === taskId ? undefined : outputOf(state.executions, id);
    return output === undefined ? [] : [[id, output]];
  });
  return structuredClone({
    requirement,
    plan: state.plan,
    tasks: Object.fromEntries(outputs),
    findings: isBeside ? [] : state.findings.filter((known) => known.state === 'open').map(({ finding }) => finding),
    tests: isBeside ? [] : Object.values(state.tests),
  });
}

/** Of the first attempt at the task that succeeded. */
function outputOf(executions: Run['state']['executions'], taskId: string): ImplementationOutput | undefined {
  for (let attempt = 1; ; attempt += 1) {
    const known = executions[`implementation/${taskId}/${attempt}`];
    if (known === undefined) return undefined;
    if (known.status === 'completed') return known.output as ImplementationOutput;
  }
}
