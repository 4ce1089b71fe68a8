import type { PlanTask } from './phase-io.ts';

export interface GraphFault {
  /** Within the list of tasks. */
  readonly path: (string | number)[];
  readonly message: string;
}

/** All that keeps tasks from being carried out in the order of their dependencies. */
export function graphFaults(tasks: readonly PlanTask[]): GraphFault[] {
  return [...duplicates(tasks), ...unknownDependencies(tasks), ...cycles(tasks)];
}

function duplicates(tasks: readonly PlanTask[]): GraphFault[] {
  return tasks.flatMap(({ id }, index) =>
    tasks.findIndex((task) => task.id === id) < index
      ? [{ path: [index, 'id'], message: `another task has the id "${id}" already` }]
      : [],
  );
}

function unknownDependencies(tasks: readonly PlanTask[]): GraphFault[] {
  const ids = new Set(tasks.map(({ id }) => id));
  return tasks.flatMap(({ dependencies }, index) =>
    dependencies.flatMap((dependency, position) =>
      ids.has(dependency)
        ? []
        : [{ path: [index, 'dependencies', position], message: `there is no task "${dependency}"` }],
    ),
  );
}

/** Takes away what can be done, again and again; what stays waits for itself. */
function cycles(tasks: readonly PlanTask[]): GraphFault[] {
  const waiting = new Map(tasks.map(({ id, dependencies }) => [id, dependencies]));
  for (;;) {
    const ready = [...waiting].filter(([, dependencies]) => !dependencies.some((id) => waiting.has(id)));
    if (ready.length === 0) break;
    for (const [id] of ready) waiting.delete(id);
  }
  if (waiting.size === 0) return [];
  return [{ path: [], message: `these tasks wait for each other: ${cycleIn(waiting).join(' -> ')}` }];
}

function cycleIn(waiting: ReadonlyMap<string, readonly string[]>): string[] {
  const walked: string[] = [];
  let at = waiting.keys().next().value;
  while (at !== undefined && !walked.includes(at)) {
    walked.push(at);
    at = waiting.get(at)?.find((id) => waiting.has(id));
  }
  return at === undefined ? walked : [...walked.slice(walked.indexOf(at)), at];
}
