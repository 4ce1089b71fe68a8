import type { PlanTask } from '@forge/plugin-api';

export interface TaskWork<T> {
  readonly concurrency: number;
  /** At most `concurrency` at once. */
  work(task: PlanTask): Promise<T>;
  /** One at a time and in plan order, whichever work ended first, so that the result does not depend on luck. */
  merge(task: PlanTask, result: T): Promise<void>;
}

/**
 * Works on tasks when what they depend on is merged, the one with the longest way behind it first. A failing task
 * stops only what depends on it; when nothing more can run, the first failure is thrown. `tasks` are in plan order:
 * each comes after what it depends on.
 */
export async function scheduleTasks<T>(
  tasks: readonly PlanTask[],
  { concurrency, work, merge }: TaskWork<T>,
): Promise<void> {
  const length = pathLengths(tasks);
  const state = new Map<string, 'waiting' | 'working' | 'worked' | 'merged' | 'failed'>(
    tasks.map(({ id }) => [id, 'waiting']),
  );
  const results = new Map<string, T>();
  const working = new Map<string, Promise<void>>();
  const failures: unknown[] = [];

  for (;;) {
    startReady();
    if (working.size === 0) break;
    await Promise.race(working.values());
    await mergeInOrder();
  }
  if (failures.length > 0) throw failures[0];

  function startReady(): void {
    const ready = tasks
      .filter(
        ({ id, dependencies }) =>
          state.get(id) === 'waiting' && dependencies.every((other) => state.get(other) === 'merged'),
      )
      .sort((left, right) => (length.get(right.id) ?? 0) - (length.get(left.id) ?? 0));
    for (const task of ready.slice(0, concurrency - working.size)) start(task);
  }

  function start(task: PlanTask): void {
    state.set(task.id, 'working');
    const ended = work(task).then(
      (result) => {
        results.set(task.id, result);
        state.set(task.id, 'worked');
      },
      (error: unknown) => fail(task, error),
    );
    working.set(
      task.id,
      ended.finally(() => working.delete(task.id)),
    );
  }

  function fail(task: PlanTask, error: unknown): void {
    failures.push(error);
    state.set(task.id, 'failed');
  }

  async function mergeInOrder(): Promise<void> {
    for (const task of tasks) {
      const now = state.get(task.id);
      if (now === 'worked') await mergeOne(task);
      else if (now === 'working' || (now === 'waiting' && !isBlocked(task))) return;
    }
  }

  async function mergeOne(task: PlanTask): Promise<void> {
    try {
      await merge(task, results.get(task.id) as T);
      state.set(task.id, 'merged');
    } catch (error) {
      fail(task, error);
    }
  }

  /** It will never run, because something that it needs failed. */
  function isBlocked({ dependencies }: PlanTask): boolean {
    return dependencies.some((id) => {
      const other = tasks.find((task) => task.id === id);
      return state.get(id) === 'failed' || (state.get(id) === 'waiting' && other !== undefined && isBlocked(other));
    });
  }
}

/** Tasks on the longest way from each task to the end, itself counted. */
function pathLengths(tasks: readonly PlanTask[]): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { id } of tasks.toReversed()) {
    const after = tasks
      .filter(({ dependencies }) => dependencies.includes(id))
      .map((task) => lengths.get(task.id) ?? 0);
    lengths.set(id, 1 + Math.max(0, ...after));
  }
  return lengths;
}
