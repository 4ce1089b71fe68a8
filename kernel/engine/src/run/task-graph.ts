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
