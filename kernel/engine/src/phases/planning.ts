import type { Plan, Requirement } from '@forge/plugin-api';
import { runExecution } from '../run/run-execution.ts';
import type { Run } from '../run/run.ts';
import { planOrder } from '../run/task-graph.ts';
import { instructionsFor } from './instructions.ts';
import type { PhaseResult, Progress } from './progress.ts';
import { inspectionWorkspace } from './workspaces.ts';

/** The requirement becomes a graph of tasks. */
export async function plan(run: Run, progress: Progress): Promise<PhaseResult> {
  const { commit } = run.workspaces.base;
  const instructions = await instructionsFor(run, progress, []);
  const { output } = await runExecution(run, {
    key: 'planning/plan',
    phase: 'planning',
    agentType: 'planner',
    input: { requirement: run.requirement, project: { ...progress.project, instructions } },
    workspace: inspectionWorkspace(run),
    base: commit,
  });
  planOrder(output);
  if (run.state.plan === undefined) await run.events.emit('plan.created', { plan: output }, { phase: 'planning' });
  return {
    progress: { ...progress, plan: output },
    summary: `${output.tasks.length} ${output.tasks.length === 1 ? 'task' : 'tasks'}`,
  };
}

/** What is worked on when configuration leaves planning out: the requirement as one task. */
export function planOf({ task, acceptanceCriteria }: Requirement): Plan {
  const title = task.split('\n', 1)[0]?.slice(0, 80) ?? task;
  return {
    summary: title,
    assessment: { score: 1, gaps: [] },
    assumptions: [],
    tasks: [{ id: 'task', title, goal: task, files: [], dependencies: [], acceptance: [...acceptanceCriteria] }],
  };
}
