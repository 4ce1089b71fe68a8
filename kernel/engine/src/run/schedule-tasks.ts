import type { PlanTask } from '@forge/plugin-api';
import { pathLengths } from './task-graph.ts';

export interface TaskWork<B> {
  /** Runs something when a worker is free. Rejects when it could not begin. */
  withWorker(work: () => Promise<void>): Promise<void>;
  /**
   * Where a task begins, asked when all that it depends on is worked on. Undefined: only the merged result of that can
   * tell, so it is asked again then.
   */
  begin(task: PlanTask, dependencies: 'worked' | 'merged'): Promise<B | undefined>;
  work(task: PlanTask, begin: B): Promise<void>;
  /** One at a time and in plan order, whichever work ended first, so that the result does not depend on luck. */
  merge(task: PlanTask): Promise<void>;
}

type Stage = 'waiting' | 'waiting-for-merge' | 'asking' | 'ready' | 'working' | 'worked' | 'merging' | 'merged';

/**
 * Works on each task as soon as what it depends on is worked on and a worker is free, the one with the longest way
 * behind it first. A failing task stops only what depends on it; when nothing more can be done, answers all failures
 * in plan order. `tasks` are in plan order: each comes after what it depends on.
 */
export async function scheduleTasks<B>(tasks: readonly PlanTask[], how: TaskWork<B>): Promise<unknown[]> {
  const length = pathLengths(tasks);
  const stages = new Map<string, Stage>(tasks.map(({ id }) => [id, 'waiting']));
  const begins = new Map<string, B>();
  const failures = new Map<string, unknown>();
  const underWay = new Set<Promise<void>>();
  let asked = 0;

  for (;;) {
    for (const task of tasks) askWhereItBegins(task);
    askForWorkers();
    mergeNext();
    if (underWay.size === 0) break;
    await Promise.race(underWay);
  }
  return tasks.flatMap(({ id }) => (failures.has(id) ? [failures.get(id)] : []));

  function track(act: Promise<void>): void {
    const ended: Promise<void> = act.finally(() => underWay.delete(ended));
    underWay.add(ended);
  }

  /** Does something for a task; what it throws is that task's failure. */
  async function forTask({ id }: PlanTask, during: Stage, act: () => Promise<Stage>): Promise<void> {
    stages.set(id, during);
    try {
      stages.set(id, await act());
    } catch (error) {
      failures.set(id, error);
    }
  }

  /** It failed, or something that it needs did. */
  function isOver({ id, dependencies }: PlanTask): boolean {
    return failures.has(id) || tasks.some((other) => dependencies.includes(other.id) && isOver(other));
  }

  function all(ids: readonly string[], ...wanted: readonly Stage[]): boolean {
    return ids.every((id) => wanted.includes(stages.get(id) ?? 'waiting'));
  }

  function askWhereItBegins(task: PlanTask): void {
    const { id, dependencies } = task;
    const merged = all(dependencies, 'merged');
    const canAsk = merged
      ? all([id], 'waiting', 'waiting-for-merge')
      : all([id], 'waiting') && all(dependencies, 'worked', 'merging', 'merged');
    if (!canAsk || isOver(task)) return;
    const ask = forTask(task, 'asking', async () => {
      const begin = await how.begin(task, merged ? 'merged' : 'worked');
      if (begin === undefined) return 'waiting-for-merge';
      begins.set(id, begin);
      return 'ready';
    });
    track(ask);
  }

  function ready(): PlanTask[] {
    const found = tasks.filter((task) => stages.get(task.id) === 'ready' && !isOver(task));
    return found.sort((left, right) => (length.get(right.id) ?? 0) - (length.get(left.id) ?? 0));
  }

  /** One worker for each task that is ready; which task it takes is decided when it is free. */
  function askForWorkers(): void {
    for (const count = ready().length; asked < count; asked += 1) {
      let isFree = false;
      const work = how.withWorker(async () => {
        isFree = true;
        asked -= 1;
        const [best] = ready();
        if (best !== undefined) await workOn(best);
      });
      const failAll = (error: unknown) => {
        if (!isFree) asked -= 1;
        for (const { id } of ready()) failures.set(id, error);
      };
      track(work.catch(failAll));
    }
  }

  function workOn(task: PlanTask): Promise<void> {
    return forTask(task, 'working', async () => {
      await how.work(task, begins.get(task.id) as B);
      return 'worked';
    });
  }

  function mergeNext(): void {
    const next = tasks.find((task) => stages.get(task.id) !== 'merged' && !isOver(task));
    if (next === undefined || stages.get(next.id) !== 'worked') return;
    const merge = forTask(next, 'merging', async () => {
      await how.merge(next);
      return 'merged';
    });
    track(merge);
  }
}
