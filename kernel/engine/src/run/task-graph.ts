import { forgeError, type Plan, type PlanTask } from '@forge/plugin-api';

/** Faults of a plan's graph, in words that a planner can act on; empty when it is sound. */
export function graphFaults(tasks: readonly PlanTask[]): string[] {
  const ids = tasks.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two tasks have the id "${id}"`);
  const unknown = tasks.flatMap(({ id, dependencies }) =>
    dependencies
      .filter((dependency) => !ids.includes(dependency))
      .map((dependency) => `task "${id}" depends on "${dependency}", which is not a task`),
  );
  if (twice.length > 0 || unknown.length > 0) return [...twice, ...unknown];
  const left = withoutOrder(tasks);
  return left.length === 0
    ? []
    : [`these tasks wait for each other in a circle: ${left.map(({ id }) => id).join(', ')}`];
}

/** The tasks so that each comes after what it depends on, otherwise as the plan has them. Throws PLAN_INVALID. */
export function planOrder({ tasks }: Pick<Plan, 'tasks'>): readonly PlanTask[] {
  const faults = graphFaults(tasks);
  if (faults.length > 0) throw forgeError('PLAN_INVALID', `The plan cannot be carried out: ${faults.join('; ')}`);
  const ordered: PlanTask[] = [];
  while (ordered.length < tasks.length) {
    const done = new Set(ordered.map(({ id }) => id));
    const next = tasks.find((task) => !done.has(task.id) && task.dependencies.every((id) => done.has(id)));
    if (next === undefined) break;
    ordered.push(next);
  }
  return ordered;
}

function withoutOrder(tasks: readonly PlanTask[]): readonly PlanTask[] {
  const done = new Set<string>();
  for (;;) {
    const ready = tasks.filter(
      ({ id, dependencies }) => !done.has(id) && dependencies.every((dependency) => done.has(dependency)),
    );
    if (ready.length === 0) return tasks.filter(({ id }) => !done.has(id));
    for (const { id } of ready) done.add(id);
  }
}
