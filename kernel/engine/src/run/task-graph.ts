import { forgeError, graphFaults, type Plan, type PlanTask } from '@forge/plugin-api';

/** The tasks so that each comes after what it depends on, otherwise as the plan has them. Throws PLAN_INVALID. */
export function planOrder({ tasks }: Pick<Plan, 'tasks'>): readonly PlanTask[] {
  const faults = graphFaults(tasks);
  if (faults.length > 0)
    throw forgeError(
      'PLAN_INVALID',
      `The plan cannot be carried out: ${faults.map(({ message }) => message).join('; ')}`,
    );
  const ordered: PlanTask[] = [];
  while (ordered.length < tasks.length) {
    const done = new Set(ordered.map(({ id }) => id));
    const next = tasks.find((task) => !done.has(task.id) && task.dependencies.every((id) => done.has(id)));
    if (next === undefined) break;
    ordered.push(next);
  }
  return ordered;
}

/** Tasks on the longest way from each task to the end, itself counted. */
export function pathLengths(tasks: readonly PlanTask[]): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { id } of tasks.toReversed()) {
    const after = tasks
      .filter(({ dependencies }) => dependencies.includes(id))
      .map((task) => lengths.get(task.id) ?? 0);
    lengths.set(id, 1 + Math.max(0, ...after));
  }
  return lengths;
}

/** A task and all that it needs, directly or not, in the order of `tasks`. */
export function withAllNeeded(tasks: readonly PlanTask[], id: string): readonly PlanTask[] {
  const needed = new Set([id]);
  // Each comes after what it depends on, so one way back finds all.
  for (const task of tasks.toReversed())
    if (needed.has(task.id)) for (const other of task.dependencies) needed.add(other);
  return tasks.filter((task) => needed.has(task.id));
}
