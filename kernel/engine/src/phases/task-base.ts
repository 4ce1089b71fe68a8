import type { PlanTask } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';
import { withAllNeeded } from '../run/task-graph.ts';

/**
 * The commit where a task begins: what it depends on, and nothing else. So neither the number of workers nor their
 * luck decides what it sees, and it need not wait for tasks that do not concern it.
 *
 * Where dependencies do not fit each other, only the run's branch has them together, with their conflict resolved:
 * then undefined until they are merged, after that the commit at which the last of them was.
 */
export async function taskBase(
  run: Run,
  tasks: readonly PlanTask[],
  task: PlanTask,
  dependencies: 'worked' | 'merged',
): Promise<string | undefined> {
  const needed = tasks.filter(({ id }) => task.dependencies.includes(id));
  const last = needed.at(-1);
  if (last === undefined) return run.workspaces.base.commit;
  const together = await joined(run, tasks, needed);
  return together ?? (dependencies === 'merged' ? run.state.merged[last.id] : undefined);
}

async function joined(run: Run, tasks: readonly PlanTask[], needed: readonly PlanTask[]): Promise<string | undefined> {
  const contained = new Set<string>();
  let at: string | undefined;
  for (const { id } of needed) {
    for (const other of withAllNeeded(tasks, id)) {
      const change = run.state.changes[other.id];
      if (change === undefined) return undefined;
      // The first one's commit has all that it needed below it.
      if (at === undefined || contained.has(other.id) || change.commit === undefined) continue;
      const picked = await run.workspaces.pick({ base: change.base, commit: change.commit }, at);
      if (!picked.ok) return undefined;
      at = picked.commit;
    }
    for (const other of withAllNeeded(tasks, id)) contained.add(other.id);
    const own = run.state.changes[id];
    at ??= own?.commit ?? own?.base;
  }
  return at;
}
